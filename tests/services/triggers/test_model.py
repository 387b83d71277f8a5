"""Years of triggers on a clock that the test moves: edits, renames, pauses, restarts, two schedulers whose writes
interleave, and kills before and after any write. Each due time is decided exactly once."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from blockwright.core.runs.model import Run
from blockwright.core.schedules.schedules import between, schedule
from blockwright.core.triggers.model import Outcome, TriggerId
from blockwright.ports.runs import RunFilter
from blockwright.ports.workspace import Workspace
from blockwright.services.triggers import firing, syncing
from tests.services.triggers.conftest import Shop

TICK = timedelta(microseconds=1)
WRITES = frozenset({"create", "settle", "sync", "unpark"})
SCHEDULES = ["@daily", "@weekly", "@monthly", "0 */6 * * *", "30 2 * * *", "15 1,3 * * 1-5", "0 0 0 L * *"]
ZONES = ["UTC", "Europe/Berlin", "America/Havana", "Australia/Lord_Howe"]
POLICIES = ["latest", "skip", {"all": 1000}, {"all": 3}]


class Killed(BaseException):
    """A process that has gone, as far as its code can tell."""


@dataclass
class Port:
    """A port of which every write may be the last thing a process does, or comes after somebody else's."""

    inner: Any
    around: Callable[[str], None]

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.inner, name)
        if name not in WRITES:
            return found

        def write(*arguments: Any, **options: Any) -> Any:
            self.around("before")
            answer = found(*arguments, **options)
            self.around("after")
            return answer

        return write


@dataclass
class Span:
    """A trigger was there with this timing from ``begin`` to ``end``; an engine that had read its file last looked
    at it at ``seen``."""

    schedule: str
    zone: str
    begin: datetime
    seen: datetime | None = None
    end: datetime | None = None


@dataclass
class World:
    shop: Shop
    chance: random.Random
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    spans: dict[TriggerId, list[Span]] = field(default_factory=dict)
    number: int = 0
    nested: bool = False
    kills: int = 0

    def engine(self) -> Workspace:
        plain = self.shop.workspace
        triggering = replace_port(plain.triggering, Port(plain.triggering.records, self._around))
        return replace(plain, runs=Port(plain.runs, self._around), triggering=triggering)  # type: ignore[arg-type]

    def look(self) -> None:
        """What an engine does in a turn; it may die at any write. Afterwards somebody looks who lives."""
        now = self.shop.clock.now()
        engine = self.engine()
        try:
            syncing.sync(engine)
            firing.fire_due(engine)
        except Killed:
            self.kills += 1
        syncing.sync(self.shop.workspace)
        self._note(now)
        firing.fire_due(self.shop.workspace)
        self._seen()

    def change(self) -> None:
        """Somebody edits the file."""
        match self.chance.choice(["add", "add", "rename", "edit", "pause", "resume", "remove", "touch"]):
            case "add" if len(self.entries) < 6:
                self.number += 1
                name = f"t{self.number}"
                self.entries[name] = {"name": name, **self._timing(), "status": "active", "variables": {"n": name}}
                self.entries[name]["misfire"] = self.chance.choice(POLICIES)
            case "rename" if self.entries:
                entry = self.entries.pop(self._any())
                self.number += 1
                entry["name"] = f"t{self.number}"
                self.entries[entry["name"]] = entry
            case "edit" if self.entries:
                self.entries[self._any()] |= self._timing()
            case "pause" | "resume" as word if self.entries:
                self.entries[self._any()]["status"] = "inactive" if word == "pause" else "active"
            case "remove" if self.entries:
                del self.entries[self._any()]
            case "touch" if self.entries:
                self.entries[self._any()]["description"] = str(self.chance.random())
        text = yaml.safe_dump({"triggers": list(self.entries.values())}, sort_keys=False)
        self.shop.project.write("pipelines/p/triggers.yaml", text)

    def _any(self) -> str:
        return self.chance.choice(list(self.entries))

    def _timing(self) -> dict[str, str]:
        return {"schedule_interval": self.chance.choice(SCHEDULES), "timezone": self.chance.choice(ZONES)}

    def _around(self, _: str) -> None:
        if self.chance.random() < 0.04:
            raise Killed
        if not self.nested and self.chance.random() < 0.15:
            self.nested = True
            try:
                firing.fire_due(self.engine())  # it may not have seen the latest files yet
            except Killed:
                self.kills += 1
            finally:
                self.nested = False

    def _seen(self) -> None:
        for spans in self.spans.values():
            for span in spans:
                if span.end is None:
                    span.seen = self.shop.clock.now()

    def _note(self, now: datetime) -> None:
        """Begin and end spans as the files have them at this moment."""
        for name, entry in self.entries.items():
            row = self.shop.trigger(name)
            spans = self.spans.setdefault(row.id, [])
            current = spans[-1] if spans and spans[-1].end is None else None
            same = current is not None and (current.schedule, current.zone) == (
                entry["schedule_interval"],
                entry["timezone"],
            )
            active = entry["status"] == "active"
            if current is not None and (not active or not same):
                current.end = now
            if active and not (same and current is not None):
                spans.append(Span(entry["schedule_interval"], entry["timezone"], now))
        here = {self.shop.trigger(name).id for name in self.entries}
        for trigger, spans in self.spans.items():
            if trigger not in here and spans and spans[-1].end is None:
                spans[-1].end = now


def replace_port(triggering: Any, records: Any) -> Any:
    @dataclass
    class Both:
        records: Any
        files: Any

    return Both(records, triggering.files)


@pytest.mark.parametrize("seed", range(3))
def test_every_due_time_is_decided_once(shop: Shop, seed: int) -> None:
    play(shop, random.Random(seed), turns=60)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 13))
def test_every_due_time_of_some_years_is_decided_once(shop: Shop, seed: int) -> None:
    play(shop, random.Random(seed), turns=500)
    assert shop.clock.time > datetime(2025, 1, 1, tzinfo=UTC)


def play(shop: Shop, chance: random.Random, *, turns: int) -> None:
    world = World(shop, chance)
    shop.clock.time = datetime(2023, 1, 1, tzinfo=UTC)
    for _ in range(turns):
        shop.clock.time += timedelta(minutes=world.chance.choice([7, 55, 360, 1440, 1441, 4000, 20_000]))
        if world.chance.random() < 0.3:
            world.change()
        world.look()
    assert world.kills > 2
    runs = shop.workspace.runs.list(RunFilter(shop.workspace.project.name), limit=100_000)
    assert len(runs) > 10
    for trigger, spans in world.spans.items():
        judge(shop, trigger, spans, [run for run in runs if run.trigger == trigger])


def judge(shop: Shop, trigger: TriggerId, spans: list[Span], runs: list[Run]) -> None:
    dues = [run.due for run in runs]
    assert len(set(dues)) == len(dues)
    rows = shop.workspace.triggering.records.fires(trigger, limit=100_000)
    fired = {row.due for row in rows if row.outcome is Outcome.RUN}
    assert fired == set(dues)
    now = shop.clock.now()
    certain, possible = set(), set()
    for span in spans:
        found = schedule(span.schedule, span.zone)
        possible |= set(between(found, span.begin, (span.end or now) + TICK))
        if span.seen is not None:
            certain |= set(between(found, span.begin, span.seen + TICK))
    missed = [row for row in rows if row.outcome is Outcome.MISSED]
    assert fired <= possible
    assert {row.due for row in missed} <= possible - fired
    counted = sum(int(match[1]) for row in missed if (match := re.match(r"(\d+) due time", row.reason)))
    assert len(certain) <= len(fired) + counted <= len(possible)
