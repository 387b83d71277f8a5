"""Commands about backfills: a run for each date of a range, or for each set of variables."""

from __future__ import annotations

import csv
import json
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, App, emit, json_option, parse_variables, pass_app, project_option
from blockwright.cli.audit import record
from blockwright.core.errors import Invalid

if TYPE_CHECKING:
    from blockwright.core.backfills.model import Backfill
    from blockwright.ports.workspace import Workspace
    from blockwright.services.backfills.asking import Asked, Plan

SHOWN_SLICES = 20


@click.group("backfill")
def backfill_command() -> None:
    """Run a pipeline for each date of a range, or for each set of variables of a list.

    An engine (`blockwright start` or `blockwright scheduler`) works it off, some slices at once; it can be paused,
    resumed, cancelled, and what failed can be run again. BACKFILL is its number.
    """


def _what(command: Callable[..., int]) -> Callable[..., int]:
    """The options that say what to run."""
    options = (
        click.option("--from", "start", default="", metavar="DATE", help="The first date: 2024-05-01, or with a time."),
        click.option("--to", "end", default="", metavar="DATE", help="The last date, included."),
        click.option("--every", default="day", show_default=True, help="`hour`, `month`, `2 weeks`, `90 seconds`, …"),
        click.option("--timezone", default="UTC", show_default=True, metavar="ZONE", help="Whose dates they are."),
        click.option("--each", multiple=True, metavar="'K=V …'", help="Instead: a slice with these variables."),
        click.option(
            "--each-file",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            metavar="FILE",
            help="Instead: a slice for each row of a CSV file, or each object of a JSON list.",
        ),
        click.option("--var", "pairs", multiple=True, metavar="K=V", help="A variable of every slice; V may be JSON."),
        click.option("--parallel", default=4, show_default=True, type=click.IntRange(1, 1000), help="Slices at once."),
        click.option("--reuse", is_flag=True, help="Reuse results of blocks whose code and inputs are unchanged."),
        click.option("--skip-done", is_flag=True, help="Leave out what a trigger or backfill has completed before."),
        project_option,
        json_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


@backfill_command.command("plan")
@click.argument("pipeline")
@_what
@pass_app
def plan_backfill(app: App, /, pipeline: str, project: Path | None, as_json: bool, **said: Any) -> int:
    """Say what a backfill of PIPELINE would run, reuse and overwrite. Nothing is run."""
    from blockwright.services.backfills.asking import plan
    from blockwright.services.backfills.reports import plan_report

    planned = plan(app.workspace(project), _asked(pipeline, said))
    if as_json:
        emit(plan_report(planned, len(planned.slices)))
        return DONE
    _print_plan(planned)
    return DONE


@backfill_command.command("start")
@click.argument("pipeline")
@click.option("--name", default="", help="What to call it (default: by its dates).")
@_what
@pass_app
def start_backfill(app: App, /, pipeline: str, name: str, project: Path | None, as_json: bool, **said: Any) -> int:
    """Start a backfill of PIPELINE. `blockwright backfill plan` with the same options says first what it will do."""
    from blockwright.services.backfills.asking import create

    made = create(app.workspace(project), _asked(pipeline, {**said, "name": name}), by="the command line")
    _record(app, project, "create", made)
    return _changed(
        app, project, made, as_json, "is queued; `blockwright start` or `blockwright scheduler` works it off"
    )


@backfill_command.command("list")
@click.argument("pipeline", required=False)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000), help="How many at most.")
@project_option
@json_option
@pass_app
def list_backfills(app: App, pipeline: str | None, limit: int, project: Path | None, as_json: bool) -> int:
    """List the backfills of PIPELINE (default: of all), newest first."""
    from blockwright.ports.backfills import BackfillFilter
    from blockwright.services.backfills.reports import report

    workspace = app.workspace(project)
    store = workspace.triggering.backfills
    found = store.list(BackfillFilter(workspace.project.name, pipeline), limit=limit)
    reports = [report(one, store.tally(one.id)) for one in found]
    if as_json:
        emit({"backfills": reports})
        return DONE
    if not found:
        click.echo("No backfills. `blockwright backfill start PIPELINE --from 2024-05-01 --to 2024-05-31` starts one.")
        return DONE
    rows = [[one["id"], one["pipeline"], one["name"], _state(one["state"]), one["in_words"]] for one in reports]
    click.echo(text.table(["id", "pipeline", "backfill", "", ""], rows, right=[0]))
    return DONE


@backfill_command.command("show")
@click.argument("backfill", type=int)
@click.option(
    "--slices", "most", default=SHOWN_SLICES, show_default=True, type=click.IntRange(0), help="Slices to show."
)
@click.option("--failed", is_flag=True, help="Only slices that failed.")
@project_option
@json_option
@pass_app
def show_backfill(app: App, backfill: int, most: int, failed: bool, project: Path | None, as_json: bool) -> int:
    """Show BACKFILL: how far it is, and its slices with their runs."""
    from blockwright.core.backfills.model import SliceState
    from blockwright.services.backfills.asking import find
    from blockwright.services.backfills.reports import report, slice_report

    workspace = app.workspace(project)
    found, store = find(workspace, backfill), workspace.triggering.backfills
    whole = report(found, store.tally(found.id))
    slices = store.slices(found.id, state=SliceState.FAILED if failed else None, limit=most)
    if as_json:
        emit({**whole, "shown": [slice_report(one) for one in slices]})
        return DONE
    head = click.style(f"backfill {found.id}", bold=True)
    click.echo(f"{head}  {found.name}  {found.pipeline}  {_state(found.state.value)}")
    click.echo(f"  {whole['in_words']}; {found.parallel} at once")
    if found.reason:
        click.secho(f"  {found.reason}", fg="yellow")
    rows = [
        [one.name, text.state(one.state.value), f"run {one.run}" if one.run else "", text.cut(one.reason, 70)]
        for one in slices
    ]
    if rows:
        click.echo(text.table(["slice", "", "", ""], rows))
    if len(slices) == most < whole["slices"] and not failed:
        click.echo(f"… of {whole['slices']:,}; `--slices` shows more, `--failed` only those that failed")
    return DONE


@backfill_command.command("pause")
@click.argument("backfill", type=int)
@project_option
@json_option
@pass_app
def pause_backfill(app: App, backfill: int, project: Path | None, as_json: bool) -> int:
    """Start no further slice of BACKFILL; those that run go on."""
    return _wish(app, backfill, "pause", project, as_json)


@backfill_command.command("limit")
@click.argument("backfill", type=int)
@click.argument("parallel", type=click.IntRange(1, 1000))
@project_option
@json_option
@pass_app
def limit_backfill(app: App, backfill: int, parallel: int, project: Path | None, as_json: bool) -> int:
    """Let PARALLEL slices of BACKFILL run at once from now on; those that run go on."""
    from blockwright.services.backfills.asking import find, set_parallel

    workspace = app.workspace(project)
    changed = set_parallel(workspace, find(workspace, backfill), parallel)
    _record(app, project, "change", changed)
    return _changed(app, project, changed, as_json, f"runs {parallel} slices at once")


@backfill_command.command("resume")
@click.argument("backfill", type=int)
@project_option
@json_option
@pass_app
def resume_backfill(app: App, backfill: int, project: Path | None, as_json: bool) -> int:
    """Go on with BACKFILL where it was paused."""
    return _wish(app, backfill, "resume", project, as_json)


@backfill_command.command("cancel")
@click.argument("backfill", type=int)
@project_option
@json_option
@pass_app
def cancel_backfill(app: App, backfill: int, project: Path | None, as_json: bool) -> int:
    """Start no further slice of BACKFILL and stop the runs of those that run."""
    return _wish(app, backfill, "cancel", project, as_json)


@backfill_command.command("retry")
@click.argument("backfill", type=int)
@project_option
@json_option
@pass_app
def retry_backfill(app: App, backfill: int, project: Path | None, as_json: bool) -> int:
    """Run again the slices of BACKFILL that failed or were cancelled, each as a new run with today's code."""
    return _wish(app, backfill, "retry", project, as_json)


def _wish(app: App, backfill: int, word: str, project: Path | None, as_json: bool) -> int:
    from blockwright.core.backfills.states import Wish
    from blockwright.services.backfills.asking import find, wish

    workspace = app.workspace(project)
    changed = wish(workspace, find(workspace, backfill), Wish(word))
    _record(app, project, word, changed)
    return _changed(app, project, changed, as_json, f"is {changed.state.value}")


def _record(app: App, project: Path | None, action: str, backfill: Backfill) -> None:
    object = backfill.pipeline
    record(app, project, f"backfill.{action}", project=backfill.project, object=object, backfill=backfill.id)


def _changed(app: App, project: Path | None, backfill: Backfill, as_json: bool, sentence: str) -> int:
    """Tell engines and the person."""
    from blockwright.ports.bus import Notice, Topic
    from blockwright.services.backfills.reports import report

    bus = app.platform.installation(app.root(project)).bus
    for topic in (Topic.BACKFILLS, Topic.INBOX):
        bus.publish(Notice(topic, backfill.project))
    whole = report(backfill, _tally(app.workspace(project), backfill))
    if as_json:
        emit(whole)
    else:
        click.echo(f"backfill {backfill.id} {backfill.name} of {backfill.pipeline} {sentence}: {whole['in_words']}")
    return DONE


def _tally(workspace: Workspace, backfill: Backfill) -> Mapping[Any, int]:
    return workspace.triggering.backfills.tally(backfill.id)


# What is said on the command line ---------------------------------------------------------------------------------


def _asked(pipeline: str, said: Mapping[str, Any]) -> Asked:
    from blockwright.services.backfills.asking import Asked

    every, units = _every(said["every"])
    each = [parse_variables(tuple(shlex.split(one))) for one in said["each"]]
    if said["each_file"] is not None:
        each += _rows(said["each_file"])
    return Asked(
        pipeline,
        start=said["start"],
        end=said["end"],
        every=every,
        units=units,
        timezone=said["timezone"],
        each=tuple(each),
        variables=parse_variables(said["pairs"]),
        name=said.get("name", ""),
        parallel=said["parallel"],
        reuse=True if said["reuse"] else None,
        skip_done=said["skip_done"],
    )


def _every(words: str) -> tuple[str, int]:
    """`month` or `2 weeks` as an interval and its units."""
    number, _, word = words.strip().rpartition(" ")
    if number and not number.strip().isdecimal():
        raise Invalid(
            f"`{words}` is no interval.", hint="Write for example `day`, `6 hours` or `3 months`.", code="backfill"
        )
    return word.lower().removesuffix("s"), int(number or 1)


def _rows(file: Path) -> list[Mapping[str, Any]]:
    """The variables of each slice: rows of a CSV file with a header, or the objects of a JSON list."""
    hint = "It must be a CSV file with a header, or a JSON list of objects."
    try:
        content = file.read_text("utf-8-sig")
        if content.lstrip()[:1] == "[":
            found = json.loads(content)
        else:
            found = [dict(row) for row in csv.DictReader(content.splitlines())]
    except (OSError, ValueError, csv.Error) as error:
        raise Invalid(f"`{file}` cannot be read: {error}.", hint=hint, code="backfill") from None
    if not found or not all(isinstance(row, dict) and None not in row for row in found):
        raise Invalid(f"`{file}` holds no list of variables.", hint=hint, code="backfill")
    return list(found)


# What is printed --------------------------------------------------------------------------------------------------


def _print_plan(plan: Plan) -> None:
    slices = text.plural(len(plan.slices), "slice")
    click.echo(f"{click.style(plan.pipeline, bold=True)}: {slices}, {text.plural(plan.to_run, 'run')} to start")
    for each in _ends(plan.slices):
        done = plan.done.get(each.position) if each is not None else None
        click.echo(f"  {each.name if each is not None else '…'}{f'  run {done} did it before' if done else ''}")
    if plan.done:
        verb = "are left out" if plan.skip_done else "run again; `--skip-done` leaves them out"
        click.echo(f"{text.plural(len(plan.done), 'slice')} with a completed run: {verb}")
    of_all = "" if plan.judged == plan.to_run else f" (of {plan.judged} slices that were looked at)"
    rows = [
        [
            block.block,
            text.plural(block.runs, "run") if block.runs else "",
            f"{block.reuses:,} reused" if block.reuses else "",
            f"{block.unknown:,} decided later" if block.unknown else "",
            click.style("writes again what was written before", fg="yellow") if block.overwrites else "",
        ]
        for block in plan.blocks
    ]
    if rows:
        click.echo(text.table([f"block{of_all}", "", "", "", ""], rows))


def _ends(slices: Any) -> list[Any]:
    """The first and the last slices, with None for those between."""
    return list(slices) if len(slices) <= 6 else [*slices[:3], None, *slices[-2:]]


def _state(word: str) -> str:
    return click.style("‖ paused", fg="yellow") if word == "paused" else text.state(word)
