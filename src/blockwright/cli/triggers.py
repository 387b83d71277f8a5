"""Commands about triggers: what starts runs by itself."""

from __future__ import annotations

import getpass
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, App, emit, json_option, parse_variables, pass_app, project_option
from blockwright.cli.audit import record, record_of_trigger

if TYPE_CHECKING:
    from blockwright.core.triggers.model import Trigger
    from blockwright.ports.workspace import Workspace

pipeline_option = click.option(
    "--pipeline", default="", metavar="NAME", help="Whose trigger it is, where two share a name."
)


@click.group("trigger")
def trigger_command() -> None:
    """See, try and change what starts runs by itself: schedules, calls with a token, events.

    Triggers stand in `pipelines/PIPELINE/triggers.yaml`. TRIGGER is an id or a name.
    """


@trigger_command.command("list")
@click.argument("pipeline", required=False)
@project_option
@json_option
@pass_app
def list_triggers(app: App, pipeline: str | None, project: Path | None, as_json: bool) -> int:
    """List the triggers of PIPELINE (default: of all): when they fire, and when next."""
    from blockwright.ports.triggers import TriggerFilter
    from blockwright.services.triggers import pausing
    from blockwright.services.triggers.previews import report

    workspace = _workspace(app, project)
    found = workspace.triggering.records.list(TriggerFilter(workspace.project.name, pipeline), limit=100_000)
    problems = {
        name: problem
        for name, (_, problem) in workspace.triggering.records.files(workspace.project.name).items()
        if problem
    }
    if as_json:
        emit({"triggers": [report(trigger) for trigger in found], "problems": problems})
        return DONE
    for problem in problems.values():
        click.secho(problem, fg="red", err=True)
    pause = pausing.current(workspace)
    if pause is not None:
        click.secho(f"{pausing.in_words(pause)} Since {pause.since:%Y-%m-%d %H:%M} UTC.", fg="yellow", err=True)
    if not found:
        click.echo("No triggers. `blockwright trigger new PIPELINE NAME --schedule @daily` makes one.")
        return DONE
    rows = [_row(workspace, trigger) for trigger in found]
    click.echo(text.table(["id", "pipeline", "trigger", "", "fires", "next"], rows, right=[0]))
    for trigger in found:
        if trigger.problem:
            click.secho(f"{trigger.spec.name}: {trigger.problem}", fg="red")
    return DONE


@trigger_command.command("show")
@click.argument("trigger")
@pipeline_option
@click.option("--token", "with_token", is_flag=True, help="Print the token that callers need, too.")
@project_option
@json_option
@pass_app
def show_trigger(app: App, trigger: str, pipeline: str, with_token: bool, project: Path | None, as_json: bool) -> int:
    """Show TRIGGER: what it says, when it fires, and its last fires."""
    from blockwright.services.triggers.edits import find
    from blockwright.services.triggers.previews import fired_report, report

    workspace = _workspace(app, project)
    found = find(workspace, trigger, pipeline)
    fires = workspace.triggering.records.fires(found.id, limit=20)
    token = workspace.triggering.records.token(found.id) if with_token else None
    if as_json:
        shown = {**report(found), "fires": [fired_report(one) for one in fires]}
        emit({**shown, "token": token} if with_token else shown)
        return DONE
    whole = report(found)
    click.echo(f"{click.style(f'trigger {found.id}', bold=True)}  {found.spec.name}  {found.pipeline}  {_state(found)}")
    click.echo(f"  fires {whole['in_words']}")
    if found.problem:
        click.secho(f"  cannot fire: {found.problem}", fg="red")
    if found.next_due is not None:
        click.echo(f"  next {_moment(found.next_due, found.spec.timezone)}")
    if token is not None:
        click.echo(f"  token {token}" if token else "  It has no token.")
    rows = [
        [
            one.fired.strftime("%Y-%m-%d %H:%M:%S"),
            one.outcome.value,
            f"run {one.run}" if one.run else "",
            text.cut(one.reason, 80),
        ]
        for one in fires
    ]
    if rows:
        click.echo(text.table(["fired (UTC)", "", "", ""], rows))
    return DONE


@trigger_command.command("preview")
@click.argument("trigger")
@pipeline_option
@click.option("--count", default=50, show_default=True, type=click.IntRange(1, 1000), help="Times to show at most.")
@click.option("--from", "start", metavar="TIME", help="Instead: what would have fired from then on.")
@click.option("--until", "end", metavar="TIME", help="… until then (default: now).")
@project_option
@json_option
@pass_app
def preview_trigger(
    app: App,
    trigger: str,
    pipeline: str,
    count: int,
    start: str | None,
    end: str | None,
    project: Path | None,
    as_json: bool,
) -> int:
    """Show the next times at which TRIGGER fires, or those between two dates. Nothing is run."""
    from blockwright.services.triggers import previews
    from blockwright.services.triggers.edits import find

    workspace = _workspace(app, project)
    found = find(workspace, trigger, pipeline)
    now = workspace.clock.now()
    if start is None and end is None:
        times = previews.upcoming(found.spec, now, count)
    else:
        begin = previews.parse_moment(start) if start else now
        until = previews.parse_moment(end) if end else now
        times = previews.would_have_fired(found.spec, begin, until, count)
    words = previews.words(found.spec)
    if as_json:
        emit({"trigger": found.id, "in_words": words, "times": [time.isoformat() for time in times]})
        return DONE
    click.echo(f"{click.style(found.spec.name, bold=True)} fires {words}")
    if not found.active:
        click.echo(f"It is not active: `blockwright trigger enable {found.id}`.")
    for time in times:
        click.echo(f"  {_moment(time, found.spec.timezone)}  {_distance(time - now)}")
    if not times:
        click.echo("  never")
    return DONE


@trigger_command.command("run")
@click.argument("trigger")
@pipeline_option
@click.option("--var", "pairs", multiple=True, metavar="K=V", help="A variable of this run; V may be JSON.")
@project_option
@json_option
@pass_app
def run_trigger(
    app: App, trigger: str, pipeline: str, pairs: tuple[str, ...], project: Path | None, as_json: bool
) -> int:
    """Queue a run now as TRIGGER would start it, with its variables and limits. An engine drives it."""
    from blockwright.services.triggers.edits import find
    from blockwright.services.triggers.events import run_now
    from blockwright.services.triggers.requests import wake_engines

    workspace = _workspace(app, project)
    found = find(workspace, trigger, pipeline)
    run = run_now(workspace, found, variables=parse_variables(pairs), by="the command line")
    record_of_trigger(app, project, "run", found, run=run.id)
    wake_engines(app.platform.installation(app.root(project)).bus, run.project)
    if as_json:
        emit({"run": run.id, "trigger": found.id, "state": run.state.value})
    else:
        click.echo(f"queued run {run.id} of {run.pipeline}; `blockwright start` or `blockwright scheduler` drives it")
    return DONE


@trigger_command.command("enable")
@click.argument("trigger")
@pipeline_option
@project_option
@json_option
@pass_app
def enable_trigger(app: App, trigger: str, pipeline: str, project: Path | None, as_json: bool) -> int:
    """Make TRIGGER active: in its file, if it stands in one."""
    return _switch(app, trigger, pipeline, project, True, as_json)


@trigger_command.command("disable")
@click.argument("trigger")
@pipeline_option
@project_option
@json_option
@pass_app
def disable_trigger(app: App, trigger: str, pipeline: str, project: Path | None, as_json: bool) -> int:
    """Make TRIGGER inactive: in its file, if it stands in one. Runs that have begun go on."""
    return _switch(app, trigger, pipeline, project, False, as_json)


@trigger_command.command("pause")
@click.option("--all", "every", is_flag=True, help="All triggers of the project; one is paused by `disable`.")
@click.option("--reason", metavar="TEXT", help="Why, for everybody who wonders.")
@project_option
@json_option
@pass_app
def pause_triggers(app: App, every: bool, reason: str | None, project: Path | None, as_json: bool) -> int:
    """Let no trigger of the project fire by itself before `resume`. Runs that have begun go on."""
    from blockwright.services.triggers import pausing

    if not every:
        raise click.UsageError("Say `--all`, or pause one trigger by `blockwright trigger disable TRIGGER`.")
    workspace = app.workspace(project)
    pause = pausing.pause(workspace, reason or "", by=getpass.getuser())
    name = workspace.project.name
    record(app, project, "trigger.pause_all", project=name, object="", reason=pause.reason)
    _wake_engines(app, project, name)
    if as_json:
        emit({"paused": True, "reason": pause.reason, "by": pause.by, "since": pause.since.isoformat()})
    else:
        click.echo(f"all triggers of {name} are paused: {pause.reason}; `blockwright trigger resume` lets them fire")
    return DONE


@trigger_command.command("resume")
@project_option
@json_option
@pass_app
def resume_triggers(app: App, project: Path | None, as_json: bool) -> int:
    """Let the triggers of the project fire again. What became due meanwhile is judged by their misfire policies."""
    from blockwright.services.triggers import pausing

    workspace = app.workspace(project)
    name = workspace.project.name
    ended = pausing.resume(workspace)
    if ended is not None:
        record(app, project, "trigger.resume_all", project=name, object="", since=ended.since.isoformat())
        _wake_engines(app, project, name)
    if as_json:
        emit({"paused": False, "was_paused": ended is not None})
    else:
        click.echo(f"the triggers of {name} fire again" if ended else f"the triggers of {name} were not paused")
    return DONE


@trigger_command.command("new")
@click.argument("pipeline")
@click.argument("name")
@click.option("--schedule", metavar="WHEN", help="`@hourly`, `@daily`, … or cron: `0 6 * * MON-FRI`.")
@click.option("--timezone", metavar="ZONE", help="Whose clock the schedule means, e.g. `Europe/Berlin` (default UTC).")
@click.option("--api", is_flag=True, help="Fired by a call with its token, instead of a schedule.")
@click.option("--var", "pairs", multiple=True, metavar="K=V", help="A variable of its runs; V may be JSON.")
@click.option("--inactive", is_flag=True, help="Make it, but do not let it fire yet.")
@project_option
@json_option
@pass_app
def new_trigger(
    app: App,
    pipeline: str,
    name: str,
    schedule: str | None,
    timezone: str | None,
    api: bool,
    pairs: tuple[str, ...],
    inactive: bool,
    project: Path | None,
    as_json: bool,
) -> int:
    """Write a new trigger NAME into PIPELINE's `triggers.yaml`."""
    from blockwright.services.triggers.edits import create
    from blockwright.services.triggers.previews import report

    if api == (schedule is not None):
        raise click.UsageError("Give either `--schedule WHEN` or `--api`.")
    definition: dict[str, Any] = {"name": name, "schedule_type": "api" if api else "time"}
    definition |= {"schedule_interval": schedule, "timezone": timezone}
    definition["status"] = "inactive" if inactive else "active"
    definition["variables"] = dict(parse_variables(pairs)) or None
    workspace = _workspace(app, project)
    made = create(workspace, pipeline, _said(definition), in_file=True)
    record_of_trigger(app, project, "create", made)
    _tell_engines(app, project, made)
    if as_json:
        emit(report(made))
        return DONE
    click.echo(f"wrote pipelines/{pipeline}/triggers.yaml: trigger {made.id} {name} fires {report(made)['in_words']}")
    if api:
        click.echo(f"  `blockwright trigger show {made.id} --token` tells its token")
    return DONE


def _switch(app: App, trigger: str, pipeline: str, project: Path | None, active: bool, as_json: bool) -> int:
    from blockwright.services.triggers.edits import find, switch
    from blockwright.services.triggers.previews import report

    workspace = _workspace(app, project)
    found = switch(workspace, find(workspace, trigger, pipeline), active)
    record_of_trigger(app, project, "enable" if active else "disable", found)
    _tell_engines(app, project, found)
    if as_json:
        emit(report(found))
        return DONE
    word = "active" if active else "inactive"
    following = f"; next {_moment(found.next_due, found.spec.timezone)}" if found.next_due else ""
    click.echo(f"trigger {found.id} {found.spec.name} is {word}{following}")
    return DONE


def _workspace(app: App, project: Path | None) -> Workspace:
    """The project, with what its files say about triggers now."""
    from blockwright.services.triggers.syncing import sync

    workspace = app.workspace(project)
    sync(workspace)
    return workspace


def _tell_engines(app: App, project: Path | None, trigger: Trigger) -> None:
    _wake_engines(app, project, trigger.project)


def _wake_engines(app: App, project: Path | None, name: str) -> None:
    from blockwright.ports.bus import Notice, Topic

    app.platform.installation(app.root(project)).bus.publish(Notice(Topic.TRIGGERS, name))


def _said(definition: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in definition.items() if value is not None}


def _row(workspace: Workspace, trigger: Trigger) -> Sequence[object]:
    from blockwright.services.triggers.previews import report

    next_due = _moment(trigger.next_due, trigger.spec.timezone) if trigger.next_due else ""
    return [trigger.id, trigger.pipeline, trigger.spec.name, _state(trigger), report(trigger)["in_words"], next_due]


def _state(trigger: Trigger) -> str:
    if trigger.problem:
        return click.style("✗ broken", fg="red")
    return click.style("● active", fg="green") if trigger.active else click.style("○ inactive", dim=True)


def _moment(moment: datetime, zone: str) -> str:
    """In the trigger's own zone, with its name."""
    from blockwright.core.schedules.schedules import time_zone

    return f"{moment.astimezone(time_zone(zone)):%a %Y-%m-%d %H:%M:%S} {zone}"


def _distance(span: timedelta) -> str:
    seconds = abs(span.total_seconds())
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size:
            count = text.plural(round(seconds / size), unit)
            return f"in {count}" if span > timedelta() else f"{count} ago"
    return "now"
