"""Commands about the charts beside a pipeline's blocks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, App, emit, json_option, pass_app, project_option
from blockwright.cli.audit import record

SHOWN = 20


@click.group("charts")
def charts_command() -> None:
    """See what the charts of a pipeline show, and run the code of one."""


@charts_command.command("list")
@click.argument("pipeline")
@project_option
@json_option
@pass_app
def list_charts(app: App, pipeline: str, project: Path | None, as_json: bool) -> int:
    """List the charts of PIPELINE: type, the blocks whose data they show, and what is wrong with their settings."""
    from blockwright.services import charts

    found = charts.stored(app.workspace(project), pipeline)
    if as_json:
        emit(
            {
                "charts": [
                    {
                        "uuid": one.spec.uuid,
                        "type": one.chart.type.value,
                        "upstream": list(one.spec.upstream),
                        "by_code": one.by_code,
                        "problem": one.problem,
                    }
                    for one in found
                ]
            }
        )
        return DONE
    if not found:
        click.echo(f"Pipeline {pipeline} has no charts.")
        return DONE
    rows = [
        [
            one.spec.uuid,
            one.chart.type.value + (" by code" if one.by_code else ""),
            ", ".join(one.spec.upstream),
            click.style(one.problem, fg="yellow"),
        ]
        for one in found
    ]
    click.echo(text.table(["chart", "type", "of", ""], rows))
    return DONE


@charts_command.command("show")
@click.argument("pipeline")
@click.argument("chart")
@project_option
@json_option
@pass_app
def show_chart(app: App, pipeline: str, chart: str, project: Path | None, as_json: bool) -> int:
    """Show what CHART of PIPELINE draws now, as rows. Nothing is run for it."""
    from blockwright.services import charts

    tables = app.platform.tables(app.root(project))
    drawing = charts.show(app.workspace(project), tables, pipeline, chart)
    told(drawing, chart, as_json=as_json)
    return DONE


@charts_command.command("draw")
@click.argument("pipeline")
@click.argument("chart")
@click.option("--anew", is_flag=True, help="Also when nothing has changed since it was drawn.")
@project_option
@json_option
@pass_app
def draw_chart(app: App, pipeline: str, chart: str, anew: bool, project: Path | None, as_json: bool) -> int:
    """Run the code of CHART, unless what it shows is what it would draw."""
    from blockwright.services import charts
    from blockwright.services.triggers.requests import wake_engines

    workspace = app.workspace(project)
    env, by = workspace.options.env, "the command line"
    run = charts.draw(workspace, pipeline, chart, env=env, by=by, anew=anew)
    if run is not None:
        record(app, project, "chart.draw", project=run.project, object=f"{pipeline}/{chart}", run=run.id)
        wake_engines(app.platform.installation(app.root(project)).bus, run.project)
    if as_json:
        emit({"chart": chart, "run": None if run is None else run.id})
    elif run is None:
        click.echo(f"{chart} shows what it would draw: nothing has changed.")
    else:
        click.echo(f"run {run.id} draws {chart}; `blockwright start` or `scheduler` drives it")
    return DONE


def told(drawing: Any, name: str, *, as_json: bool) -> None:
    """A ``services.charts.Drawing`` for people or programs."""
    from dataclasses import asdict

    marks = drawing.marks
    if as_json:
        emit(
            {
                "chart": name,
                "form": drawing.form,
                "state": drawing.standing.freshness.value,
                "reasons": list(drawing.standing.reasons),
                "due": drawing.due,
                "problem": drawing.problem,
                "run": drawing.run,
                "marks": None if marks is None else asdict(marks),
                "option": drawing.option,
            }
        )
        return
    state = drawing.standing.freshness.value.replace("_", " ")
    click.echo(f"{click.style(name, bold=True)}  {drawing.chart.type.value}  {state}")
    if drawing.failure is not None:
        click.echo(click.style(drawing.failure.sentence, fg="red"))
    if drawing.problem:
        click.echo(f"{drawing.problem} {drawing.hint}".strip())
    if marks is None:
        return
    for series in marks.series:
        rows = [[_cell(cell) for cell in point] for point in series.points[:SHOWN]]
        click.echo(text.table([series.name, *[""] * (len(rows[0]) - 1)] if rows else [series.name], rows))
        if len(series.points) > SHOWN:
            click.echo(f"… and {len(series.points) - SHOWN} more; `--json` has them.")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else text.cut(str(value), 60)
