"""The command that asks the parts of a running installation whether they do their work."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, FAILED, App, emit, json_option, pass_app, project_option
from blockwright.core.errors import BlockwrightError, Invalid

PARTS = ("web", "scheduler", "predictions")
_ANSWER_SECONDS = 5.0
_AGAIN_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Standing:
    part: str
    healthy: bool
    told: str


@click.command("health")
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
@click.option("--web", default="http://127.0.0.1:6789", show_default=True, help="Where the web server answers.")
@click.option(
    "--predictions", default="http://127.0.0.1:5000", show_default=True, help="Where the prediction service answers."
)
@click.option("--wait", type=click.FloatRange(min=0), default=0.0, metavar="SECONDS", help="Until all are healthy.")
@project_option
@json_option
@pass_app
def health_command(
    app: App, parts: tuple[str, ...], web: str, predictions: str, wait: float, project: Path | None, as_json: bool
) -> int:
    """Ask PARTS (default: all) whether they do their work: a line for each, exit code 1 when one does not.

    The web server must answer and reach its records, an engine must have said lately that it lives, the
    prediction service must answer, whether a model was promoted yet or not.
    """
    looks: dict[str, Callable[[], Standing]] = {
        "web": lambda: _asked("web", web, "/health/ready"),
        "scheduler": lambda: _engines(app, project),
        "predictions": lambda: _asked("predictions", predictions, "/health"),
    }
    chosen = [part for part in PARTS if part in parts or not parts]
    until = time.monotonic() + wait
    found = [looks[part]() for part in chosen]
    while time.monotonic() < until and not all(one.healthy for one in found):
        time.sleep(_AGAIN_SECONDS)
        found = [one if one.healthy else looks[one.part]() for one in found]
    healthy = all(one.healthy for one in found)
    if as_json:
        parts_told = [{"part": one.part, "healthy": one.healthy, "told": one.told} for one in found]
        emit({"healthy": healthy, "parts": parts_told})
    else:
        for one in found:
            click.echo(f"{text.sign('completed' if one.healthy else 'failed')} {one.part:<12} {one.told}")
    return DONE if healthy else FAILED


def _asked(part: str, url: str, path: str) -> Standing:
    from http.client import HTTPConnection, HTTPException, HTTPSConnection
    from urllib.parse import urlsplit

    try:
        where = urlsplit(url)
        host, port = where.hostname, where.port
    except ValueError:
        host = port = None
    if host is None or where.scheme not in ("http", "https"):
        raise Invalid(f"`{url}` is no address of a server.", hint=f"Write `--{part} http://127.0.0.1:6789`.")
    kind = HTTPSConnection if where.scheme == "https" else HTTPConnection
    connection = kind(host, port, timeout=_ANSWER_SECONDS)
    began = time.perf_counter()
    try:
        connection.request("GET", where.path.rstrip("/") + path)
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        return Standing(part, healthy=False, told=f"{url} does not answer: {error}")
    finally:
        connection.close()
    if status != 200:
        return Standing(part, healthy=False, told=f"{url} answers with {status} at {path}")
    return Standing(part, healthy=True, told=f"{url} answers in {text.seconds(time.perf_counter() - began)}")


def _engines(app: App, project: Path | None) -> Standing:
    from blockwright.services.overview import ALIVE_SECONDS

    try:
        said = app.workspace(project).oversight.figures.all(within_seconds=ALIVE_SECONDS)
    except BlockwrightError as error:
        return Standing("scheduler", healthy=False, told=error.message)
    slots = {process: int(value) for process, name, value in said if name == "slots"}
    if not slots:
        return Standing(
            "scheduler", healthy=False, told=f"no engine has said for {ALIVE_SECONDS:.0f} seconds that it lives"
        )
    told = ", ".join(f"{process} with {text.plural(number, 'slot')}" for process, number in slots.items())
    return Standing("scheduler", healthy=True, told=told)
