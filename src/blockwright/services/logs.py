"""The logs of a run's attempts, merged by time and read on from where the reader stopped.

Within an attempt the order of its file counts: what a block prints gets its time where it is read, what it logs where
it is written, so that the times alone would turn lines around.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from blockwright.core.errors import NotFound
from blockwright.core.runs.model import RunId
from blockwright.ports.workspace import Workspace


class LogReader:
    """``new_lines`` gives what was logged since the last call, as the JSON objects of the logs with ``block_run`` and
    ``attempt`` added. ``block`` restricts it to a block, with its dynamic children and callbacks."""

    def __init__(self, workspace: Workspace, run: RunId, block: str | None) -> None:
        self._workspace = workspace
        self._run = run
        self._block = block
        self._offsets: dict[Path, int] = {}
        rows = workspace.runs.block_runs(run)
        if block is not None and not any(block in (row.name, row.block) for row in rows):
            raise NotFound(
                f"Run {run} has no block `{block}`.",
                hint=f"`blockwright show {run}` lists its blocks.",
                code="block_not_found",
            )

    def new_lines(self) -> list[dict[str, Any]]:
        rows = {row.name: row.block for row in self._workspace.runs.block_runs(self._run)}
        lines: list[tuple[str, dict[str, Any]]] = []
        for record in self._workspace.runs.attempts(self._run):
            if self._block is not None and self._block not in (record.block_run, rows.get(record.block_run)):
                continue
            folder = self._workspace.artifacts.attempt_folder(self._run, record.block_run, record.number)
            latest = ""
            for line in self._read_on(folder / "log.jsonl"):
                latest = max(latest, str(line.get("time", "")))
                lines.append((latest, {**line, "block_run": record.block_run, "attempt": record.number}))
        lines.sort(key=lambda entry: entry[0])
        return [line for _, line in lines]

    def _read_on(self, path: Path) -> list[dict[str, Any]]:
        """The whole lines that came since the last look."""
        try:
            with path.open("rb") as file:
                file.seek(self._offsets.get(path, 0))
                data = file.read()
        except FileNotFoundError:
            return []
        whole, newline, _ = data.rpartition(b"\n")
        self._offsets[path] = self._offsets.get(path, 0) + len(whole) + len(newline)
        return [line for text in whole.splitlines() if (line := parse_line(text))]


def parse_line(text: bytes) -> dict[str, Any] | None:
    """One line of a log as its object; None for an empty one."""
    try:
        line = json.loads(text)
    except ValueError:
        return {"message": text.decode("utf-8", "replace")} if text.strip() else None
    return line if isinstance(line, dict) else {"message": str(line)}
