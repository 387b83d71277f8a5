"""Commands about experiments: what blocks recorded while they trained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, App, emit, json_option, pass_app, project_option

SHOWN_METRICS = 4
"""Columns of metrics, and of parameters, that a list shows; `--json` has them all."""


@click.group("experiments")
def experiments_command() -> None:
    """Find and compare what blocks recorded with MLflow: parameters, metrics, curves, files."""


@experiments_command.command("list")
@project_option
@json_option
@pass_app
def list_experiments(app: App, project: Path | None, as_json: bool) -> int:
    """List the experiments of the project, the one with the latest run first."""
    from blockwright.services import experiments

    found = experiments.experiments(app.workspace(project))
    if as_json:
        emit({"experiments": [_experiment(one) for one in found]})
        return DONE
    if not found:
        click.echo("No experiments. A block that calls `mlflow.log_metric` begins one.")
        return DONE
    rows = [
        [
            one.name,
            f"{one.runs:,}",
            one.running or "",
            one.waiting or "",
            one.latest.astimezone().strftime("%Y-%m-%d %H:%M"),
            ", ".join(one.pipelines),
        ]
        for one in found
    ]
    click.echo(
        text.table(["experiment", "runs", "running", "to be sent", "latest", "pipelines"], rows, right=[1, 2, 3])
    )
    return DONE


@experiments_command.command("show")
@click.argument("experiment")
@click.option("--where", default="", metavar="FILTER", help="For example `metrics.rmse < 0.4 and params.depth = 6`.")
@click.option("--sort", "order", default="", metavar="NAME", help="By `metrics.NAME` or `params.NAME`, smallest first.")
@click.option("--descending", is_flag=True, help="Largest first.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 500))
@project_option
@json_option
@pass_app
def show_experiment(
    app: App,
    experiment: str,
    where: str,
    order: str,
    descending: bool,
    limit: int,
    project: Path | None,
    as_json: bool,
) -> int:
    """List the tracked runs of EXPERIMENT (its name, or what follows the project's), or show one by its id."""
    from blockwright.core.errors import NotFound
    from blockwright.services import experiments

    workspace = app.workspace(project)
    try:
        name = experiments.require_experiment(workspace, experiment).name
    except NotFound as unknown:
        try:
            one = experiments.tracked(workspace, experiment)
        except NotFound:
            raise unknown from None
        return _show_run(workspace, one, as_json)
    experiments.settle_quietly(workspace)
    found = experiments.runs(workspace, name, where=where, order=order, descending=descending, limit=limit)
    if as_json:
        emit({"experiment": name, "runs": [_run(one) for one in found.runs], "whole": found.whole})
        return DONE
    if not found.runs:
        click.echo("No run is so." if where else "No runs.")
        return DONE
    _print_runs(found.runs, order)
    if not found.whole:
        click.echo(f"There are more than {experiments.MOST_LOOKED_AT:,} runs; the oldest were not looked at.", err=True)
    return DONE


@experiments_command.command("compare")
@click.argument("runs", nargs=-1, required=True)
@click.option("--all", "everything", is_flag=True, help="Also what is the same in all of them.")
@project_option
@json_option
@pass_app
def compare_runs(app: App, runs: tuple[str, ...], everything: bool, project: Path | None, as_json: bool) -> int:
    """Compare the tracked runs with these ids: what differs in parameters and metrics."""
    from blockwright.services import experiments

    found = experiments.compare(app.workspace(project), runs)
    parts = (("params", found.params), ("metrics", found.metrics))
    if as_json:
        rows = {kind: [_row(row) for row in part] for kind, part in parts}
        emit({"runs": [_run(one) for one in found.runs], **rows})
        return DONE
    headers = ["", *(text.cut(one.link.name, 24) for one in found.runs)]
    shown = [
        [f"{kind}.{row.name}", *(_value(value) for value in row.values)]
        for kind, part in parts
        for row in part
        if row.differs or everything
    ]
    if not shown:
        click.echo("They do not differ.")
        return DONE
    click.echo(text.table(headers, [["id", *(one.link.tracked[:12] for one in found.runs)], *shown]))
    return DONE


def _show_run(workspace: Any, one: Any, as_json: bool) -> int:
    from blockwright.services import experiments

    files = [] if one.missing else experiments.artifacts(workspace, one.link.tracked)
    if as_json:
        emit(
            {**_run(one), "files": [{"path": file.path, "folder": file.folder, "bytes": file.bytes} for file in files]}
        )
        return DONE
    link = one.link
    click.echo(f"{click.style(link.name, bold=True)}  {text.state(link.state.value)}  {link.experiment}")
    click.echo(f"  {link.tracked}  block {link.block_run} of run {link.run} (`blockwright show {link.run}`)")
    if link.waiting:
        click.echo("  Its records could not be sent to the tracking server yet.")
    elif one.missing:
        click.echo("  The tracking server does not know it any more.")
    rows = [[f"params.{name}", value] for name, value in sorted(one.params.items())]
    rows += [[f"metrics.{name}", _value(value)] for name, value in sorted(one.metrics.items())]
    rows += [[f"file {file.path}{'/' if file.folder else ''}", text.size(file.bytes)] for file in files]
    if rows:
        click.echo(text.table(["", ""], rows))
    return DONE


def _print_runs(runs: Any, order: str) -> None:
    wanted = order.partition(".")[2].strip("`")
    metrics = _first(wanted, sorted({name for one in runs for name in one.metrics}))
    params = _first(wanted, sorted({name for one in runs for name in one.params}))
    headers = [
        "id",
        "",
        "run",
        "block",
        *(f"metrics.{name}" for name in metrics),
        *(f"params.{name}" for name in params),
    ]
    rows = [
        [
            one.link.tracked[:32],
            text.sign(one.link.state.value) + (" to be sent" if one.link.waiting else ""),
            one.link.run,
            one.link.block_run,
            *(_value(one.metrics.get(name)) for name in metrics),
            *(text.cut(one.params.get(name, ""), 20) for name in params),
        ]
        for one in runs
    ]
    click.echo(text.table(headers, rows, right=range(4, 4 + len(metrics))))


def _first(wanted: str, names: list[str]) -> list[str]:
    """A few of the names, among them the one that is sorted by."""
    return sorted(names, key=lambda name: name != wanted)[:SHOWN_METRICS]


def _value(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else text.cut(str(value), 24)


def _experiment(one: Any) -> dict[str, Any]:
    return {
        "name": one.name,
        "runs": one.runs,
        "running": one.running,
        "waiting": one.waiting,
        "latest": one.latest.isoformat(),
        "pipelines": list(one.pipelines),
    }


def _run(one: Any) -> dict[str, Any]:
    link = one.link
    return {
        "id": link.tracked,
        "name": link.name,
        "experiment": link.experiment,
        "state": link.state.value,
        "waiting": link.waiting,
        "missing": one.missing,
        "pipeline": link.pipeline,
        "block": link.block,
        "run": link.run,
        "block_run": link.block_run,
        "created": link.created.isoformat(),
        "params": dict(one.params),
        "metrics": dict(one.metrics),
    }


def _row(row: Any) -> dict[str, Any]:
    return {"name": row.name, "values": list(row.values), "differs": row.differs}
