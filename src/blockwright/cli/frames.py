"""The command that lists what a block may read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, App, emit, json_option, pass_app, project_option

if TYPE_CHECKING:
    from blockwright.wire.outputs import Column


@click.command("frames")
@click.argument("pipeline")
@click.argument("block")
@project_option
@json_option
@pass_app
def frames_command(app: App, pipeline: str, block: str, project: Path | None, as_json: bool) -> int:
    """List what BLOCK of PIPELINE may read: the frames of the blocks before it, under the names that SQL has for them,
    and tables that SQL blocks with the same profile write. Columns are those of the newest results."""
    from blockwright.services import frames

    found = frames.readable(app.workspace(project), pipeline, block)
    if as_json:
        emit(
            {
                "frames": [
                    {
                        "name": frame.name,
                        "block": frame.block,
                        "output": frame.output,
                        "type": frame.type,
                        "rows": frame.rows,
                        "run": frame.run,
                        "columns": [{"name": column.name, "type": column.type} for column in frame.columns],
                    }
                    for frame in found.frames
                ],
                "tables": [
                    {
                        "name": table.name,
                        "pipeline": table.pipeline,
                        "block": table.block,
                        "columns": [{"name": column.name, "type": column.type} for column in table.columns],
                    }
                    for table in found.tables
                ],
            }
        )
        return DONE
    if not found.frames and not found.tables:
        click.echo(f"Nothing stands before `{block}`. `blockwright connect` makes a block an input of another.")
        return DONE
    rows = [
        [frame.name, frame.block, "never ran" if frame.run is None else f"run {frame.run}", _columns(frame.columns)]
        for frame in found.frames
    ]
    rows += [
        [table.name, f"{table.pipeline}.{table.block}", "table", _columns(table.columns)] for table in found.tables
    ]
    click.echo(text.table(["name", "block", "from", "columns"], rows))
    return DONE


def _columns(columns: Sequence[Column]) -> str:
    return text.cut(", ".join(f"{column.name} {column.type}" for column in columns), 100)
