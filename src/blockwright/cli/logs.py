"""The command that prints what blocks printed and logged."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockwright.cli.app import DONE, App, emit, json_option, moment, pass_app, project_option
from blockwright.core.log_search import LEVELS

if TYPE_CHECKING:
    from blockwright.ports.workspace import Workspace

LOOK_SECONDS = 0.2
COLOURS = {"error": "red", "critical": "red", "warning": "yellow", "debug": "bright_black"}


@click.command("logs")
@click.argument("run", required=False)
@project_option
@click.option("--block", "block", metavar="ID", help="Only this block (or dynamic child).")
@click.option("--follow", "-f", is_flag=True, help="Go on until the run has ended.")
@click.option("--search", "text", metavar="TEXT", help="Lines with all these words, over runs, newest first.")
@click.option("--regex", "pattern", metavar="PATTERN", help="Lines where this regular expression (RE2) is found.")
@click.option("--level", type=click.Choice(LEVELS), help="Search: only lines of this level or above.")
@click.option("--pipeline", "pipelines", multiple=True, metavar="NAME", help="Search: only runs of this pipeline.")
@click.option("--since", metavar="WHEN", help="Search: only lines from then on: a time, or how long back (`2h`).")
@click.option("--until", metavar="WHEN", help="Search: only lines before then.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="Search: lines at most.")
@json_option
@pass_app
def logs_command(
    app: App,
    run: str | None,
    project: Path | None,
    block: str | None,
    follow: bool,
    text: str | None,
    pattern: str | None,
    level: str | None,
    pipelines: tuple[str, ...],
    since: str | None,
    until: str | None,
    limit: int,
    as_json: bool,
) -> int:
    """Print the log of RUN: each line with time, block and text. Or search the logs of all runs."""
    from blockwright.services import logs, runs

    workspace = app.workspace(project)
    asked = {"text": text or "", "pattern": pattern or "", "level": level or "", "pipelines": pipelines, "block": block}
    searches = text is not None or bool(pattern or level or pipelines or since or until)
    if searches or run is None:
        if not searches:
            raise click.UsageError("Name a RUN, or what to `--search` for.")
        number = None if run is None else runs.resolve(workspace, run).id
        times = {
            name: moment(value, workspace.clock.now(), f"--{name}")
            for name, value in (("since", since), ("until", until))
        }
        return _search(workspace, {**asked, **times, "run": number}, limit, as_json)
    assert run is not None
    found = runs.resolve(workspace, run)
    reader = logs.LogReader(workspace, found.id, block)
    if as_json:
        emit({"run": found.id, "lines": reader.new_lines()})
        return DONE
    while True:
        over = reader.complete()
        for line in reader.new_lines():
            _print(line, with_block=block is None)
        if over or not follow:
            return DONE
        time.sleep(LOOK_SECONDS)


def _search(workspace: Workspace, asked: dict[str, Any], limit: int, as_json: bool) -> int:
    """Search until the page is full or everything was looked at: here nobody else waits."""
    from blockwright.services.log_search import LogQuery, search

    query, place = LogQuery(**asked), None
    lines: list[dict[str, Any]] = []
    while True:
        found = search(workspace, query, limit=limit - len(lines), place=place)
        if not as_json:
            for line in found.lines:
                _print({**line, "block_run": f"{line['run']}  {line['pipeline']}.{line['block_run']}"}, with_block=True)
        lines += found.lines
        place = found.place
        if place is None or len(lines) == limit:
            break
    to = found.searched_to.isoformat() if found.searched_to else None
    if as_json:
        emit({"lines": lines, "complete": place is None, "searched_to": to})
    elif place is not None:
        click.echo(f"There may be more before {to}: narrow it down, or raise --limit.", err=True)
    elif not lines:
        click.echo("Nothing found.", err=True)
    return DONE


def _print(line: dict[str, Any], *, with_block: bool) -> None:
    moment = str(line.get("time", ""))[11:19]
    level = str(line.get("level", "info"))
    name = f"{line['block_run']}  " if with_block else ""
    tags = line.get("tags") or {}
    extra = "".join(f"  {key}={value}" for key, value in tags.items()) if isinstance(tags, dict) else ""
    message = click.style(str(line.get("message", "")), fg=COLOURS.get(level))
    click.echo(f"{click.style(moment, dim=True)}  {name}{message}{click.style(extra, dim=True)}")
