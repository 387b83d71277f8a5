"""The command that prints what blocks printed and logged."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from blockwright.cli.app import DONE, App, emit, json_option, pass_app, project_option

LOOK_SECONDS = 0.2
COLOURS = {"error": "red", "critical": "red", "warning": "yellow", "debug": "bright_black"}


@click.command("logs")
@click.argument("run")
@project_option
@click.option("--block", "block", metavar="ID", help="Only this block (or dynamic child).")
@click.option("--follow", "-f", is_flag=True, help="Go on until the run has ended.")
@json_option
@pass_app
def logs_command(app: App, run: str, project: Path | None, block: str | None, follow: bool, as_json: bool) -> int:
    """Print the log of RUN: each line with time, block and text."""
    from blockwright.services import logs, runs

    workspace = app.workspace(project)
    found = runs.resolve(workspace, run)
    reader = logs.LogReader(workspace, found.id, block)
    if as_json:
        emit({"run": found.id, "lines": reader.new_lines()})
        return DONE
    while True:
        over = workspace.runs.get(found.id).state.final
        for line in reader.new_lines():
            _print(line, with_block=block is None)
        if over or not follow:
            return DONE
        time.sleep(LOOK_SECONDS)


def _print(line: dict[str, Any], *, with_block: bool) -> None:
    moment = str(line.get("time", ""))[11:19]
    level = str(line.get("level", "info"))
    name = f"{line['block_run']}  " if with_block else ""
    tags = line.get("tags") or {}
    extra = "".join(f"  {key}={value}" for key, value in tags.items()) if isinstance(tags, dict) else ""
    message = click.style(str(line.get("message", "")), fg=COLOURS.get(level))
    click.echo(f"{click.style(moment, dim=True)}  {name}{message}{click.style(extra, dim=True)}")
