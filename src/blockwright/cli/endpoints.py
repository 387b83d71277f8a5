"""Commands about endpoints: what is served, and asking it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, App, emit, json_option, pass_app, project_option
from blockwright.cli.catalog import SearchFirst
from blockwright.core.errors import Invalid


@click.group("endpoints", cls=SearchFirst)
def endpoints_command() -> None:
    """See what the prediction service of this machine answers, and ask it.

    `blockwright models promote` says which version of a model that is; `blockwright start` and `serve` answer.
    """


@endpoints_command.command("list")
@project_option
@json_option
@pass_app
def list_endpoints(app: App, project: Path | None, as_json: bool) -> int:
    """List what is served, and how the service does."""
    from blockwright.services import endpoints
    from blockwright.services.models import reports

    service, served = endpoints.listed(app.workspace(project))
    if as_json:
        listed = [
            {
                "endpoint": reports.endpoint(one.endpoint),
                "versions": [asdict(version) for version in one.versions],
                "problem": one.problem,
            }
            for one in served
        ]
        emit({"service": asdict(service), "endpoints": listed})
        return DONE
    click.echo(_told(service))
    if not served:
        click.echo("Nothing is served. `blockwright models promote MODEL` lets a version answer.")
        return DONE
    click.echo(text.table(["model", "version", "", "requests", "errors", "95 of 100 within", ""], _rows(served)))
    return DONE


@endpoints_command.command("predict")
@click.argument("model")
@click.option("--row", "rows", multiple=True, metavar="JSON", help='A row by name: {"distance": 200}. May be repeated.')
@click.option("--file", "file", type=click.File(encoding="utf-8"), help="Rows as JSON: a list, or one on each line.")
@click.option("--key", default="", metavar="TEXT", help="The same key is answered by the same version.")
@project_option
@json_option
@pass_app
def predict(
    app: App,
    model: str,
    rows: tuple[str, ...],
    file: IO[str] | None,
    key: str,
    project: Path | None,
    as_json: bool,
) -> int:
    """Ask the version of MODEL that answers. Counted and kept like every other request."""
    from blockwright.services import endpoints

    asked = [_row(one) for one in rows] + ([] if file is None else _in_file(file))
    if not asked:
        raise Invalid("Nothing is asked.", hint="Give `--row '{…}'`, or `--file` with a list of rows.", code="no_rows")
    answer = endpoints.predict(app.workspace(project), model, asked, key)
    if as_json:
        emit(dict(answer))
        return DONE
    for one in answer["predictions"]:
        click.echo(json.dumps(one, ensure_ascii=False))
    click.echo(click.style(f"version {answer['version']} of {answer['model']}", dim=True), err=True)
    return DONE


def _row(said: str) -> dict[str, Any]:
    try:
        found = json.loads(said)
    except ValueError as error:
        raise Invalid(f"`{said[:100]}` is no JSON: {error}.", hint='Write {"name": value}.', code="row") from None
    if not isinstance(found, dict):
        raise Invalid(f"`{said[:100]}` is no row.", hint='Write {"name": value}.', code="row")
    return found


def _in_file(file: IO[str]) -> list[dict[str, Any]]:
    said = file.read().strip()
    if not said.startswith("["):
        return [_row(line) for line in said.splitlines() if line.strip()]
    try:
        found = json.loads(said)
    except ValueError as error:
        raise Invalid(f"`{file.name}` is no JSON: {error}.", hint="Write a list of rows.", code="row") from None
    wrong = next((place for place, row in enumerate(found) if not isinstance(row, dict)), None)
    if wrong is not None:
        raise Invalid(f"Entry {wrong} of `{file.name}` is no row.", hint='Write {"name": value}.', code="row")
    return list(found)


def _told(service: Any) -> str:
    match service.state:
        case "up":
            said = f"The service answers at {service.url}, for {text.seconds(service.seconds)}."
            return f"{said} {service.records}".strip()
        case "away":
            return str(service.problem)
        case _:
            return "No prediction service runs on this machine: `blockwright start` or `blockwright serve` starts it."


def _rows(served: list[Any]) -> list[list[str]]:
    rows: list[list[str]] = []
    for one in served:
        name = one.endpoint.model
        if not one.versions:
            rows.append([name, str(one.endpoint.version), "○ not loaded", "", "", "", one.problem])
        for version in one.versions:
            figures = [str(version.requests), str(version.errors), f"{version.milliseconds:.1f} ms"]
            rows.append([name, str(version.version), version.role, *figures, one.problem])
            name = ""
    return rows
