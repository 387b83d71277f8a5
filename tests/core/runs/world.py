"""A small world around ``step``: pipelines in one line each, and an executor that does what it is told."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from blockwright.core.blocks import BlockId, BlockSpec, BlockType
from blockwright.core.outputs import OutputRecord
from blockwright.core.pipelines import PipelineSpec
from blockwright.core.runs.events import (
    BlockCompleted,
    BlockFailed,
    BlockGone,
    BlockLost,
    BlockSkipped,
    EndBlock,
    Event,
    RunClaimed,
    SensorLooked,
    StartBlock,
    TimePassed,
)
from blockwright.core.runs.live import LiveRun, initial_rows
from blockwright.core.runs.model import BlockRun, BlockState, Failure, Run, RunId, RunKind, RunState, Selection
from blockwright.core.runs.shape import shape_of
from blockwright.core.runs.step import Step, step

START = datetime(2026, 1, 1, tzinfo=UTC)


def block(uuid: str, *upstream: str, **fields: Any) -> BlockSpec:
    fields.setdefault("type", BlockType.TRANSFORMER)
    return BlockSpec(uuid=BlockId(uuid), name=uuid, upstream=tuple(BlockId(name) for name in upstream), **fields)


def pipeline(*blocks: BlockSpec, **fields: Any) -> PipelineSpec:
    return PipelineSpec(uuid="p", name="p", path="pipelines/p/metadata.yaml", blocks=blocks, **fields)


@dataclass
class World:
    """Drives one live run; ``outcome`` says how an attempt of a row ends ("ok", "fail", "skip", …)."""

    live: LiveRun
    outcome: Callable[[BlockRun], str] = lambda row: "ok"
    items: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    slots: int = 4
    now: datetime = START
    running: list[StartBlock] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    @classmethod
    def of(
        cls, *blocks: BlockSpec, selection: Selection = Selection(), limit: int | None = None, **fields: Any
    ) -> World:
        definition = {name: fields.pop(name) for name in ("callbacks",) if name in fields}
        statuses = fields.pop("statuses", None)
        shape = shape_of(pipeline(*blocks, **definition), selection=selection, callback_statuses=statuses)
        run = Run(RunId(1), "project", "p", RunKind.MANUAL, RunState.QUEUED, "", START)
        return cls(LiveRun.of(run, shape, initial_rows(shape), limit), **fields)

    def send(self, event: Event) -> None:
        result = step(self.live, event, self.now, self.slots - len(self.running))
        self.steps.append(result)
        for command in result.commands:
            if isinstance(command, StartBlock):
                self.running.append(command)
                self.started.append(command.name)
            elif isinstance(command, EndBlock):
                self.running = [one for one in self.running if one.name != command.name]
                self.send(BlockGone(command.name, command.attempt))

    def claim(self) -> World:
        self.send(RunClaimed())
        return self

    def end_one(self, place: int = 0) -> None:
        command = self.running.pop(place)
        self.send(self.event_for(command))

    def event_for(self, command: StartBlock) -> Event:
        row = self.live.rows[command.name]
        name, attempt = command.name, command.attempt
        match self.outcome(row):
            case "fail":
                return BlockFailed(name, attempt, Failure("ValueError", "no"))
            case "skip":
                return BlockSkipped(name, attempt, "a condition was false")
            case "look":
                return SensorLooked(name, attempt)
            case "lost":
                return BlockLost(name, attempt, "its worker died", blamed=True)
        output = OutputRecord("output_0", f"digest of {name}", "json", "int", 1)
        return BlockCompleted(name, attempt, (output,), items=self.items.get(name, self.items.get(row.block)))

    def run_out(self, choose: Callable[[int], int] = lambda count: 0, limit: int = 10_000) -> World:
        """Let everything happen, in an order that ``choose`` picks, until the run has ended."""
        for _ in range(limit):
            if self.live.run.state.final:
                return self
            if self.running:
                self.end_one(choose(len(self.running)))
            else:
                due = self.live.next_due()
                assert due is not None, f"stuck: {self.states()}"
                self.now = due
                self.send(TimePassed())
        raise AssertionError(f"did not end: {self.states()}")

    def restart(self) -> None:
        """The owner dies; another one rebuilds the run from its rows and finds its attempts lost."""
        self.live = LiveRun.of(self.live.run, self.live.shape, list(self.live.rows.values()), self.live.run_limit)
        lost, self.running = self.running, []
        for command in lost:
            self.send(BlockLost(command.name, command.attempt, "the engine died", blamed=False))
        self.send(RunClaimed())

    def states(self) -> dict[str, str]:
        return {name: str(row.state) for name, row in self.live.rows.items()}

    def state(self, name: str) -> BlockState:
        return {str(key): row for key, row in self.live.rows.items()}[name].state


def random_choice(seed: int) -> Callable[[int], int]:
    generator = random.Random(seed)
    return lambda count: generator.randrange(count)


def later(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)
