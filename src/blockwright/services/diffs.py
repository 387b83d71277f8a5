"""What differs between two runs: code, variables, results, rows."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from blockwright.core.guarded_files import for_editors
from blockwright.core.outputs import OutputRecord
from blockwright.core.runs.model import BlockRun, Role, Run
from blockwright.ports.tables import Tables
from blockwright.ports.workspace import Workspace
from blockwright.services import outputs, snapshots
from blockwright.services.snapshots import Snapshot

CONTEXT_LINES = 2


def compare(workspace: Workspace, before: Run, after: Run) -> dict[str, Any]:
    """Code, variables and each block's results by digest. The values are not opened."""
    return {
        "before": before.id,
        "after": after.id,
        "variables": _variables(before, after),
        "code": _code(workspace, before, after),
        "blocks": _blocks(workspace, before, after),
    }


def compare_data(
    workspace: Workspace, tables: Tables, before: Run, after: Run, block: str, key: Sequence[str] | None
) -> dict[str, Any]:
    """The rows of a block's first output in both runs: added, removed, changed (by ``key``), and column statistics."""
    first = outputs.find(workspace, before, block)
    second = outputs.find(workspace, after, block)
    difference = outputs.diff_tables(tables, first.output, second.output, key)
    return {"block": block, "output": first.output.name, **asdict(difference)}


def _variables(before: Run, after: Run) -> dict[str, list[Any]]:
    names = sorted({*before.variables, *after.variables})
    return {
        name: [before.variables.get(name), after.variables.get(name)]
        for name in names
        if before.variables.get(name) != after.variables.get(name)
    }


def _code(workspace: Workspace, before: Run, after: Run) -> list[dict[str, Any]]:
    if before.snapshot == after.snapshot:
        return []
    was = snapshots.load(workspace.artifacts, before.snapshot)
    now = snapshots.load(workspace.artifacts, after.snapshot)
    return [
        # Whoever may see runs may see this: of files with tokens only that they differ.
        {"file": path, "change": _change(was, now, path), "lines": [] if for_editors(path) else _lines(was, now, path)}
        for path in sorted({*was.files, *now.files})
        if was.files.get(path) != now.files.get(path)
    ]


def _change(was: Snapshot, now: Snapshot, path: str) -> str:
    if path not in was.files:
        return "added"
    return "changed" if path in now.files else "removed"


def _lines(was: Snapshot, now: Snapshot, path: str) -> list[str]:
    before, after = was.text(path) or "", now.text(path) or ""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=CONTEXT_LINES)
    return list(lines)[2:]


def _blocks(workspace: Workspace, before: Run, after: Run) -> list[dict[str, Any]]:
    was = {row.name: row for row in workspace.runs.block_runs(before.id) if row.role is not Role.GROUP}
    now = {row.name: row for row in workspace.runs.block_runs(after.id) if row.role is not Role.GROUP}
    return [
        {
            "id": name,
            "change": _block_change(was.get(name), now.get(name)),
            "before": _brief(was.get(name)),
            "after": _brief(now.get(name)),
        }
        for name in [*was, *(name for name in now if name not in was)]
    ]


def _block_change(was: BlockRun | None, now: BlockRun | None) -> str:
    if was is None:
        return "only after"
    if now is None:
        return "only before"
    if was.state is not now.state:
        return "state"
    if [output.digest for output in was.outputs] != [output.digest for output in now.outputs]:
        return "result"
    return ""


def _brief(row: BlockRun | None) -> str | None:
    if row is None:
        return None
    if not row.outputs:
        return row.state.value
    output = row.outputs[0]
    return f"{_size(output)} {output.digest[:8]}"


def _size(output: OutputRecord) -> str:
    """``3 rows`` of a table, ``list, 3`` of another container, the type of what has no length."""
    if output.rows is None:
        return output.type
    if output.columns is None:
        return f"{output.type}, {output.rows:,}"
    return f"{output.rows:,} row{'' if output.rows == 1 else 's'}"
