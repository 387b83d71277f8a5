"""The command that answers predictions."""

from __future__ import annotations

import signal
from pathlib import Path
from types import FrameType

import click

from blockwright.cli.app import DONE, App, emit, json_option, pass_app
from blockwright.core.errors import Invalid

PORT = 5000


@click.command("serve")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", default=str(PORT), show_default=True, help="The port; `auto` takes the next free one from 5000 on."
)
@click.option("--model", default="", metavar="NAME", help="What `/predict` asks where several models are served.")
@click.option("--no-log", is_flag=True, help="Do not keep requests and predictions.")
@click.option("--show-token", is_flag=True, help="Print the token that callers need, and end.")
@click.option("--parent", type=int, metavar="PID", help="End when this process, which starts it, ends.")
@json_option
@pass_app
def serve_command(
    app: App,
    path: Path | None,
    host: str,
    port: str,
    model: str,
    no_log: bool,
    show_token: bool,
    parent: int | None,
    as_json: bool,
) -> int:
    """Answer predictions with the models of the project in PATH (default: here), until Ctrl-C.

    `POST /predict` takes {"features": [1.0, 2.0]}. Versions are swapped while it runs: `blockwright models promote`.
    On 127.0.0.1 every program of this machine may ask; anywhere else a token is needed.
    """
    if show_token:
        token = app.platform.serving_token(path)
        emit({"token": token}) if as_json else click.echo(token)
        return DONE
    if port != "auto" and not (port.isdecimal() and int(port) < 65_536):
        raise Invalid(f"`{port}` is no port.", hint="Give a number from 1 to 65535, or `auto`.")
    number = PORT if port == "auto" else int(port)
    service = app.platform.prediction_service(
        path, host=host, port=number, next_ones=port == "auto", default=model, keep_predictions=not no_log
    )

    def end(signal_number: int, frame: FrameType | None) -> None:
        service.stop()

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, end)
    if parent is not None:
        app.platform.end_with(parent)

    def ready() -> None:
        if as_json:
            emit({"url": service.url})
        else:
            click.echo(f"Predictions are answered at {service.url}/predict  (Ctrl-C stops it)")

    service.run(ready)
    return DONE
