"""The logs of a run's attempts, merged by time and read on from where the reader stopped.

Within an attempt the order of its file counts: what a block prints gets its time where it is read, what it logs where
it is written, so that the times alone would turn lines around.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blockwright.core.blocks import BlockId
from blockwright.core.errors import NotFound
from blockwright.core.runs.model import BlockRunName, RunId
from blockwright.ports.runs import AttemptRecord
from blockwright.ports.workspace import Workspace

PAGE_BYTES = 8_000_000
MOST_ROWS = 1_000_000
SETTLE_SECONDS = 1.0
"""A run ends with its last result; what that block printed last is written a moment later, when it was read."""


class LogReader:
    """``new_lines`` gives what was logged since the last call, as the JSON objects of the logs with ``block_run`` and
    ``attempt`` added. ``block`` restricts it to a block, with its dynamic children and callbacks. ``more`` says that
    the last call left something in the files that it could have read. ``last``: of what is there at the first call
    only about so many bytes from the end; ``left_out`` says how many were passed over for that."""

    def __init__(self, workspace: Workspace, run: RunId, block: str | None, last: int | None = None) -> None:
        self._workspace = workspace
        self._run = run
        self._block = block
        self._offsets: dict[Path, int] = {}
        self._last = last
        self.left_out = 0
        self.more = False
        rows = workspace.runs.block_runs(run)
        if block is not None and not any(block in (row.name, row.block) for row in rows):
            raise NotFound(
                f"Run {run} has no block `{block}`.",
                hint=f"`blockwright show {run}` lists its blocks.",
                code="block_not_found",
            )

    def complete(self) -> bool:
        """Whether nothing more will come: the run had ended a moment before. Ask before ``new_lines``."""
        run = self._workspace.runs.get(self._run)
        since = (self._workspace.clock.now() - (run.finished or run.created)).total_seconds()
        return run.state.final and since >= SETTLE_SECONDS

    def new_lines(self, most: int | None = None) -> list[dict[str, Any]]:
        """At most about ``most`` bytes of each attempt."""
        self.more = False
        rows = {row.name: row.block for row in self._workspace.runs.block_runs(self._run)}
        lines: list[tuple[str, dict[str, Any]]] = []
        attempts = [
            (record, self._workspace.artifacts.log_path(self._run, record.block_run, record.number))
            for record in self._workspace.runs.attempts(self._run)
            if self._block is None or self._block in (record.block_run, rows.get(record.block_run))
        ]
        if self._last is not None:
            self._begin_near_the_end([path for _, path in attempts], self._last)
            self._last = None
        for record, path in attempts:
            latest = ""
            for line in self._read_on(path, most):
                latest = max(latest, str(line.get("time", "")))
                lines.append((latest, {**line, "block_run": record.block_run, "attempt": record.number}))
        lines.sort(key=lambda entry: entry[0])
        return [line for _, line in lines]

    def _begin_near_the_end(self, paths: list[Path], room: int) -> None:
        """Of the attempts that started last as much as there is room for, from the beginning of a line on."""
        for path in reversed(paths):
            try:
                with path.open("rb") as file:
                    size = file.seek(0, os.SEEK_END)
                    begin = max(0, size - room)
                    if 0 < begin < size:
                        file.seek(begin - 1)
                        file.readline()
                        begin = file.tell()
            except FileNotFoundError:
                continue
            room = max(0, room - size)
            self._offsets[path] = begin
            self.left_out += begin

    def _read_on(self, path: Path, most: int | None) -> list[dict[str, Any]]:
        """The whole lines that came since the last look."""
        try:
            with path.open("rb") as file:
                file.seek(self._offsets.get(path, 0))
                data = file.read() if most is None else file.read(most) + file.readline()
                self.more = self.more or bool(file.read(1))
        except FileNotFoundError:
            return []
        whole, newline, _ = data.rpartition(b"\n")
        self._offsets[path] = self._offsets.get(path, 0) + len(whole) + len(newline)
        return [line for text in whole.splitlines() if (line := parse_line(text))]


@dataclass(frozen=True, slots=True)
class LogPlace:
    """Behind which byte of the log of which attempt, counted in the order in which attempts started, to read on."""

    attempt: int = 0
    offset: int = 0


def page(
    workspace: Workspace, run: RunId, block: str | None, levels: Collection[str], place: LogPlace, limit: int
) -> tuple[list[dict[str, Any]], LogPlace | None]:
    """Up to ``limit`` lines, attempt by attempt, and where to read on (None: that is all there is now).

    ``levels`` empty: of any. It reads a bounded number of bytes, so that a page may have fewer lines than asked for.
    """
    lines: list[dict[str, Any]] = []
    budget = PAGE_BYTES
    attempts = _attempts(workspace, run, block)
    for number, record in enumerate(attempts[place.attempt :], start=place.attempt):
        offset = place.offset if number == place.attempt else 0
        for text in _lines(workspace.artifacts.log_path(run, record.block_run, record.number), offset):
            if len(lines) == limit or budget <= 0:
                return lines, LogPlace(number, offset)
            offset += len(text)
            budget -= len(text)
            line = parse_line(text)
            if line is not None and (not levels or line.get("level", "info") in levels):
                lines.append({**line, "block_run": record.block_run, "attempt": record.number})
    return lines, None


def _attempts(workspace: Workspace, run: RunId, block: str | None) -> list[AttemptRecord]:
    found = workspace.runs.attempts(run)
    if block is None:
        return list(found)
    names = {row.name for _, row in workspace.runs.block_run_page(run, block=BlockId(block), limit=MOST_ROWS)}
    return [record for record in found if record.block_run == block or record.block_run in names]


def _lines(path: Path, offset: int) -> Iterator[bytes]:
    """The whole lines behind ``offset``, with their ends."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            for text in file:
                if text.endswith(b"\n"):
                    yield text
    except FileNotFoundError:
        return


def frames(workspace: Workspace, run: RunId, block_run: BlockRunName, attempt: int) -> list[dict[str, Any]]:
    """What an attempt showed besides text: figures, displayed values."""
    path = workspace.artifacts.log_path(run, block_run, attempt).with_name("frames.jsonl")
    return [frame for text in _lines(path, 0) if (frame := parse_line(text)) is not None]


def parse_line(text: bytes) -> dict[str, Any] | None:
    """One line of a log as its object; None for an empty one."""
    try:
        line = json.loads(text)
    except ValueError:
        return {"message": text.decode("utf-8", "replace")} if text.strip() else None
    return line if isinstance(line, dict) else {"message": str(line)}
