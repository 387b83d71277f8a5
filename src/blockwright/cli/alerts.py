"""Commands about alerts: what was raised, where messages go, whether they arrive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, App, emit, json_option, pass_app, project_option

pipeline_option = click.option("--pipeline", metavar="NAME", help="As this pipeline's own settings have it.")


@click.group("alerts")
def alerts_command() -> None:
    """See what was raised, and test the channels of `notification_config`."""


@alerts_command.command("list")
@project_option
@click.option("--pipeline", metavar="NAME", help="Only those about this pipeline.")
@click.option("--before", type=int, metavar="ID", help="Those raised before this one.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 500))
@json_option
@pass_app
def list_alerts(
    app: App, project: Path | None, pipeline: str | None, before: int | None, limit: int, as_json: bool
) -> int:
    """List alerts, newest first, and whether their messages arrived."""
    workspace = app.workspace(project)
    found = workspace.oversight.alerts.list(workspace.project.name, pipeline=pipeline, before=before, limit=limit)
    if as_json:
        emit({"alerts": [_document(alert) for alert in found]})
        return DONE
    if not found:
        click.echo("No alerts. `blockwright alerts channels` shows who would hear of one.")
        return DONE
    for alert in found:
        when = alert.created.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        click.echo(f"{alert.id}  {when}  {click.style(alert.about.title, bold=True)}  ({alert.about.kind})")
        click.echo(f"    {text.cut(alert.about.body, 160)}")
        for one in alert.deliveries:
            problem = f" (tried {text.plural(one.tries, 'time')}) {one.problem}" if one.problem else ""
            click.echo(f"    {one.channel}: {one.state}{problem}")
    return DONE


@alerts_command.command("channels")
@project_option
@pipeline_option
@json_option
@pass_app
def list_channels(app: App, project: Path | None, pipeline: str | None, as_json: bool) -> int:
    """List the channels that are on, what each hears of, and what is wrong with their settings."""
    from blockwright.services import alerts

    found, problems = alerts.channels(app.workspace(project), pipeline or "")
    if as_json:
        channels = [{"name": one.name, "kind": one.kind, "alert_on": list(one.alert_on)} for one in found]
        emit({"channels": channels, "problems": list(problems)})
        return DONE
    if found:
        rows = [[one.name, one.kind, ", ".join(one.alert_on)] for one in found]
        click.echo(text.table(["channel", "kind", "hears of"], rows))
    else:
        click.echo("No channels. Set them up under `notification_config` in metadata.yaml.")
    for problem in problems:
        click.echo(f"  {problem}", err=True)
    return DONE


@alerts_command.command("test")
@click.argument("channel")
@project_option
@pipeline_option
@json_option
@pass_app
def send_test(app: App, channel: str, project: Path | None, pipeline: str | None, as_json: bool) -> int:
    """Send a message to CHANNEL and wait until it is accepted."""
    from blockwright.services import alerts

    alerts.send_test(app.workspace(project), channel, pipeline or "")
    if as_json:
        emit({"channel": channel, "sent": True})
    else:
        click.echo(f"sent to {channel}")
    return DONE


def _document(alert: Any) -> dict[str, Any]:
    about = alert.about
    return {
        "id": alert.id,
        "kind": about.kind.value,
        "pipeline": about.pipeline,
        "run": about.run,
        "created": alert.created.isoformat(),
        "title": about.title,
        "body": about.body,
        "deliveries": [
            {"channel": one.channel, "state": one.state.value, "tries": one.tries, "problem": one.problem}
            for one in alert.deliveries
        ],
    }
