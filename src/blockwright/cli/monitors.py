"""Commands about monitors: what models are asked, how far it lies from what they know, and how right they are."""

from __future__ import annotations

import getpass
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, FAILED, App, emit, json_option, moment, pass_app, project_option
from blockwright.cli.audit import record
from blockwright.cli.catalog import SearchFirst
from blockwright.core.errors import Invalid

monitor_argument = click.argument("monitor")
_STATES = {"well": ("● well", "green"), "found": ("▲ found", "yellow"), "too_few": ("○ too few rows", None)}
_FAILED = ("✕ failed", "red")


@click.group("monitors", cls=SearchFirst)
def monitors_command() -> None:
    """See what monitors found in the requests and predictions of models, and evaluate them.

    `monitors.yaml` of the project says what is looked at.
    """


@monitors_command.command("list")
@project_option
@json_option
@pass_app
def list_monitors(app: App, project: Path | None, as_json: bool) -> int:
    """List the monitors with their newest result."""
    from blockwright.services.monitors import listing

    found = listing.all_of(app.workspace(project))
    if as_json:
        emit({"monitors": found})
        return DONE
    if not found:
        click.echo("No monitors. Write one into `monitors.yaml`: `delay:` and below it `model: delay`.")
        return DONE
    rows = [
        [
            one["name"],
            f"{one['model']}/{one['version']}",
            _state(one["latest"]),
            "" if one["latest"] is None else f"{one['latest']['evaluated']:%Y-%m-%d %H:%M}",
            "" if one["latest"] is None else one["latest"]["text"],
        ]
        for one in found
    ]
    click.echo(text.table(["monitor", "model", "", "evaluated", ""], rows))
    return DONE


@monitors_command.command("show")
@monitor_argument
@project_option
@json_option
@pass_app
def show_monitor(app: App, monitor: str, project: Path | None, as_json: bool) -> int:
    """Show MONITOR: what it finds now, and its newest figures for each feature."""
    from blockwright.services.monitors import listing

    workspace = app.workspace(project)
    found = listing.one_of(workspace, workspace.files.monitors.get(monitor))
    if as_json:
        emit(found)
        return DONE
    for finding in found["findings"]:
        click.echo(f"{finding['kind']} since {finding['opened']:%Y-%m-%d %H:%M}: {finding['reason']}")
    if found["latest"] is None:
        click.echo(f"It was not evaluated yet; `blockwright monitors run {monitor}` does so now.")
    else:
        _tell(found["latest"])
    return DONE


@monitors_command.command("history")
@monitor_argument
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000), help="How many at most.")
@project_option
@json_option
@pass_app
def show_history(app: App, monitor: str, limit: int, project: Path | None, as_json: bool) -> int:
    """List the results of MONITOR, newest first."""
    from blockwright.services.monitors import reports

    workspace = app.workspace(project)
    found = workspace.learning.monitors.results(workspace.project.name, monitor, limit=limit)
    briefs = [reports.brief(one) for one in found]
    if as_json:
        emit({"monitor": monitor, "results": briefs})
        return DONE
    rows = [
        [
            f"{one['evaluated']:%Y-%m-%d %H:%M}",
            _state(one),
            one["version"] or "",
            f"{one['rows']:,}",
            ", ".join(f"{name} {value:.4g}" for name, value in one["metrics"].items()),
            one["text"],
        ]
        for one in briefs
    ]
    click.echo(text.table(["evaluated", "", "version", "rows", "metrics", ""], rows, right=[2, 3]))
    return DONE


@monitors_command.command("run")
@monitor_argument
@click.option("--since", metavar="WHEN", help="Only requests from then on: a time, or how long back (`2h`).")
@project_option
@json_option
@pass_app
def run_monitor(app: App, monitor: str, since: str | None, project: Path | None, as_json: bool) -> int:
    """Evaluate MONITOR now and keep the result. The exit code is 1 when it could not be evaluated."""
    from blockwright.services.monitors import reports
    from blockwright.services.monitors.evaluating import evaluate

    workspace = app.workspace(project)
    asked, now = workspace.files.monitors.get(monitor), workspace.clock.now()
    begin = moment(since, now)
    if begin is not None:
        if begin >= now:
            raise Invalid(f"`{since}` is not in the past.", hint="Say how far back requests count: `--since 2h`.")
        asked = replace(asked, window=now - begin)
    done = evaluate(workspace, asked, by=getpass.getuser())
    state = done.result.state.value
    record(app, project, "monitor.run", project=workspace.project.name, object=monitor, state=state)
    whole = reports.whole(done.result)
    if as_json:
        emit({**whole, "findings": [reports.finding(one) for one in done.holding]})
    else:
        _tell(whole)
    return FAILED if state == "failed" else DONE


@monitors_command.command("truth")
@click.argument("model")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--request-id", default="request_id", show_default=True, metavar="COLUMN", help="Which request.")
@click.option("--row", default="row", show_default=True, metavar="COLUMN", help="Which row of it, from 0.")
@click.option("--key", default="key", show_default=True, metavar="COLUMN", help="Or the key that it came with.")
@click.option("--actual", default="actual", show_default=True, metavar="COLUMN", help="What was really the case.")
@project_option
@json_option
@pass_app
def tell_truth(
    app: App,
    model: str,
    file: Path,
    request_id: str,
    row: str,
    key: str,
    actual: str,
    project: Path | None,
    as_json: bool,
) -> int:
    """Tell what was really the case of predictions of MODEL: a table in FILE (CSV, Parquet, JSON lines)."""
    from blockwright.services.monitors import telling

    workspace = app.workspace(project)
    columns = {"request_id": request_id, "row": row, "key": key, "actual": actual}
    count = telling.tell_file(workspace, model, file, columns)
    record(app, project, "model.truth", project=workspace.project.name, object=model, rows=count)
    if as_json:
        emit({"model": model, "kept": count})
    else:
        click.echo(f"kept {count:,} truths of model {model}")
    return DONE


def _state(result: dict[str, Any] | None) -> str:
    if result is None:
        return "not evaluated yet"
    word, colour = _STATES.get(result["state"], _FAILED)
    return click.style(word, fg=colour)


def _tell(result: dict[str, Any]) -> None:
    click.echo(f"{_state(result)} {result['text']}")
    if result["state"] == "failed":
        return
    window = f"{result['since']:%Y-%m-%d %H:%M} to {result['until']:%Y-%m-%d %H:%M} UTC"
    click.echo(
        f"version {result['version']}, {result['rows']:,} rows in {result['requests']:,} requests, "
        f"{result['errors']:,} failed; {window}"
    )
    performance = result["performance"]
    if performance is not None:
        metrics = ", ".join(f"{name} {value:.6g}" for name, value in performance["metrics"].items())
        click.echo(f"of {performance['rows']:,} rows the truth is known ({performance['kind']}): {metrics}")
    features = [*result["features"], *([result["predictions"]] if result["predictions"] else [])]
    rows = [
        [
            one["name"],
            one["text"],
            _figure(one["stability_index"]),
            _figure(one["jensen_shannon"]),
            _figure(one["wasserstein"]),
            "; ".join(one["troubles"]),
        ]
        for one in features
    ]
    if rows:
        header = ["feature", "", "stability index", "Jensen-Shannon", "Wasserstein", ""]
        click.echo(text.table(header, rows, right=[2, 3, 4]))


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
