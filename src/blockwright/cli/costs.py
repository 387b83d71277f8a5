"""The command that adds up what runs cost."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, App, emit, json_option, pass_app, project_option

if TYPE_CHECKING:
    from blockwright.ports.ledger import DayCost

HEADERS = ["runs", "attempts", "CPU", "in blocks", "peak", "read", "written"]


@click.command("costs")
@project_option
@click.option("--pipeline", metavar="NAME", help="Only this pipeline.")
@click.option(
    "--since", metavar="WHEN", default="30d", show_default=True, help="A date (2026-01-31), or how long back."
)
@click.option("--by", type=click.Choice(["pipeline", "day"]), default="pipeline", show_default=True)
@click.option("--run", metavar="RUN", help="Instead of sums: what each block of this run cost.")
@json_option
@pass_app
def costs_command(
    app: App, project: Path | None, pipeline: str | None, since: str, by: str, run: str | None, as_json: bool
) -> int:
    """Add up CPU time, memory and bytes of the runs that have ended.

    Sums stay when `gc` deletes the runs. Days are those of UTC.
    """
    from blockwright.services import costs

    workspace = app.workspace(project)
    if run is not None:
        return _show_run(app, project, run, as_json)
    first = _first_day(since, workspace.clock.now())
    costs.catch_up(workspace)
    ledger, name = workspace.oversight.ledger, workspace.project.name
    look = ledger.days if by == "day" else ledger.pipelines
    found = look(name, pipeline=pipeline, since=first)
    if as_json:
        left_out = {"within", "state", *(() if by == "day" else ("day",))}
        emit(
            {
                "since": first,
                "costs": [{key: value for key, value in asdict(one).items() if key not in left_out} for one in found],
            }
        )
        return DONE
    if not found:
        click.echo(f"No run has ended since {first}.")
        return DONE
    names = ["day", "pipeline"] if by == "day" else ["pipeline"]
    rows = [[*(getattr(one, part) for part in names), *_figures(one)] for one in found]
    click.echo(text.table([*names, *HEADERS], rows, right=range(len(names), len(names) + len(HEADERS))))
    return DONE


def _show_run(app: App, project: Path | None, name: str, as_json: bool) -> int:
    from blockwright.services import costs, runs

    workspace = app.workspace(project)
    found = runs.resolve(workspace, name)
    blocks = costs.of_run(workspace, found)
    if as_json:
        emit({"run": found.id, "blocks": [asdict(block) for block in blocks]})
        return DONE
    rows = [
        [
            block.block_run,
            block.attempts,
            text.seconds(block.cpu_seconds),
            text.seconds(block.seconds),
            text.size(block.rss_peak),
            text.size(block.bytes_in),
            text.size(block.bytes_out),
        ]
        for block in blocks
    ]
    click.echo(text.table(["block", *HEADERS[1:3], "took", *HEADERS[4:]], rows, right=range(1, 7)))
    return DONE


def _figures(one: DayCost) -> list[object]:
    times = [text.seconds(one.cpu_seconds), text.seconds(one.block_seconds)]
    return [one.runs, one.attempts, *times, *(text.size(size) for size in (one.rss_peak, one.bytes_in, one.bytes_out))]


def _first_day(since: str, now: datetime) -> str:
    """The day that ``since`` means; raises Invalid for what is neither a date nor a length of time."""
    from blockwright.core.durations import duration

    try:
        return datetime.strptime(since, "%Y-%m-%d").strftime("%Y-%m-%d")  # noqa: DTZ007 a day has no zone here
    except ValueError:
        length: timedelta = duration(since, what="--since")
        return (now - length).strftime("%Y-%m-%d")
