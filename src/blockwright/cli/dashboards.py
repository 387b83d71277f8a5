"""Commands about dashboards."""

from __future__ import annotations

from pathlib import Path

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, App, emit, json_option, pass_app, project_option


@click.group("dashboards")
def dashboards_command() -> None:
    """See the dashboards of `dashboards/*.yaml`, and what their charts show."""


@dashboards_command.command("list")
@project_option
@json_option
@pass_app
def list_dashboards(app: App, project: Path | None, as_json: bool) -> int:
    """List the dashboards: of which pipeline each is, and what is wrong in its file."""
    found = app.workspace(project).files.dashboards.all()
    if as_json:
        emit(
            {
                "dashboards": [
                    {
                        "id": one.id,
                        "name": one.name,
                        "pipeline": one.pipeline,
                        "path": one.path,
                        "charts": [tile.name for tile in one.tiles],
                        "variables": [variable.name for variable in one.variables],
                        "problems": list(one.problems),
                    }
                    for one in found
                ]
            }
        )
        return DONE
    if not found:
        click.echo("No dashboards. Each is a file in `dashboards/`; the web app makes them.")
        return DONE
    rows = [
        [
            one.id,
            one.name,
            one.pipeline or "the project",
            str(len(one.tiles)),
            click.style(" ".join(one.problems), fg="yellow"),
        ]
        for one in found
    ]
    click.echo(text.table(["dashboard", "name", "of", "charts", ""], rows))
    return DONE


@dashboards_command.command("show")
@click.argument("dashboard")
@click.argument("chart", required=False)
@click.option("--variable", "-v", multiple=True, help="`name=value` of a page variable; may be given several times.")
@project_option
@json_option
@pass_app
def show_dashboard(
    app: App, dashboard: str, chart: str | None, variable: tuple[str, ...], project: Path | None, as_json: bool
) -> int:
    """Show the charts of DASHBOARD and how fresh each is; with CHART what that one draws, as rows."""
    from blockwright.cli.charts import told
    from blockwright.services import dashboards

    workspace = app.workspace(project)
    found = workspace.files.dashboards.get(dashboard)
    chosen = dashboards.chosen_of(variable)
    tables = app.platform.tables(app.root(project))
    if chart is not None:
        told(dashboards.show(workspace, tables, found, chart, chosen), chart, as_json=as_json)
        return DONE
    shown = [(tile, dashboards.show(workspace, tables, found, tile.name, chosen)) for tile in found.tiles]
    if as_json:
        emit(
            {
                "id": found.id,
                "name": found.name,
                "charts": [
                    {
                        "name": tile.name,
                        "title": tile.title,
                        "form": one.form,
                        "state": one.standing.freshness.value,
                        "problem": one.problem,
                    }
                    for tile, one in shown
                ],
            }
        )
        return DONE
    click.echo(f"{click.style(found.name, bold=True)}  {found.description}".rstrip())
    rows = [
        [
            tile.name,
            one.chart.type.value,
            tile.chart or tile.block,
            one.standing.freshness.value.replace("_", " "),
            one.problem,
        ]
        for tile, one in shown
    ]
    click.echo(text.table(["chart", "type", "of", "", ""], rows) if rows else "It has no charts yet.")
    return DONE
