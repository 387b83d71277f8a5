"""Commands that stay: start, server, scheduler."""

from __future__ import annotations

import gc
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread
from types import FrameType
from typing import Protocol

import click

from blockwright.cli.app import DONE, App, emit, json_option, pass_app
from blockwright.core.errors import BlockwrightError, Invalid
from blockwright.ports.bus import Listener, Topic
from blockwright.ports.platform import Server

log = logging.getLogger(__name__)

PORT = 6789
RESTART_SECONDS = 1.0
LONGEST_RESTART_SECONDS = 60.0
STEADY_SECONDS = 60.0
"""A process that lived so long has not died of how it was started."""
LOOK_SECONDS = 10.0
"""How long a promotion may go unnoticed by whoever starts the prediction service."""

path_argument = click.argument("path", type=click.Path(path_type=Path), required=False)
host_option = click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
port_option = click.option(
    "--port", default=str(PORT), show_default=True, help="The port; `auto` takes the next free one from 6789 on."
)
grace_option = click.option(
    "--grace",
    type=click.FloatRange(min=0),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="What running blocks have to end by themselves when it is stopped.",
)


@click.command("start")
@path_argument
@host_option
@port_option
@click.option("--no-scheduler", is_flag=True, help="Only the web server: nothing runs and no trigger fires.")
@click.option("--no-serving", is_flag=True, help="Do not answer predictions, whatever was promoted.")
@click.option(
    "--serving-port",
    type=click.IntRange(1, 65535),
    default=5000,
    show_default=True,
    help="Where predictions are answered.",
)
@grace_option
@json_option
@pass_app
def start_command(
    app: App,
    path: Path | None,
    host: str,
    port: str,
    no_scheduler: bool,
    no_serving: bool,
    serving_port: int,
    grace: float,
    as_json: bool,
) -> int:
    """Serve the project or platform in PATH (default: here): web server, scheduler and predictions, until Ctrl-C.

    Predictions are answered (as by `blockwright serve`) as soon as a version of a model was promoted. Ctrl-C lets
    running blocks end, a second one ends them; what had not ended goes on at the next start.
    """
    hold = app.platform.hold(path)
    try:
        server = _listen(app, path, host, port)
        hold.tell(server.url)
        helpers: list[_Beside] = [] if no_scheduler else [_Child("scheduler", _command(path, grace))]
        if not no_serving:
            helpers.append(_Serving(app, path, serving_port, quiet=as_json))
        _serve(server, helpers, as_json)
    finally:
        hold.close()
    return DONE


@click.command("server")
@path_argument
@host_option
@port_option
@json_option
@pass_app
def server_command(app: App, path: Path | None, host: str, port: str, as_json: bool) -> int:
    """Serve the web door alone, until Ctrl-C; `blockwright scheduler` beside it, here or elsewhere, runs things."""
    _serve(_listen(app, path, host, port), [], as_json)
    return DONE


@click.command("scheduler")
@path_argument
@grace_option
@click.option("--parent", type=int, metavar="PID", help="End when this process, which starts it, ends.")
@pass_app
def scheduler_command(app: App, path: Path | None, grace: float, parent: int | None) -> int:
    """Run what waits and fire what is due, until Ctrl-C. Any number of them share the work of one database."""
    host = app.platform.host(path, grace=grace)
    _on_signals((signal.SIGINT, signal.SIGTERM), host.stop)
    _on_signals((signal.SIGUSR1,), host.look)
    if parent is not None:
        app.platform.end_with(parent)
    host.run()
    return DONE


def _listen(app: App, path: Path | None, host: str, port: str) -> Server:
    if port != "auto" and not (port.isdecimal() and int(port) < 65_536):
        raise Invalid(f"`{port}` is no port.", hint="Give a number from 1 to 65535, or `auto`.")
    # Building the app makes a great many objects that stay; nobody should wait while garbage is looked for among them.
    gc.disable()
    try:
        return app.platform.server(
            path, host=host, port=PORT if port == "auto" else int(port), next_ones=port == "auto"
        )
    finally:
        gc.freeze()
        gc.enable()


def _serve(server: Server, beside: Sequence[_Beside], as_json: bool) -> None:
    _on_signals((signal.SIGINT, signal.SIGTERM), lambda: _stop(server, beside))

    def ready() -> None:
        for each in beside:
            each.start()
        if as_json:
            emit({"url": server.url, "welcome": server.welcome})
            return
        click.echo(f"Blockwright answers at {server.url}  (Ctrl-C stops it)")
        if server.welcome:
            click.echo(server.welcome)

    try:
        server.run(ready)
    finally:
        for each in beside:
            each.stop()
        for each in beside:
            each.join()


def _stop(server: Server, beside: Sequence[_Beside]) -> None:
    server.stop()
    for each in beside:
        each.stop()


def _on_signals(numbers: Sequence[signal.Signals], what: Callable[[], None]) -> None:
    """Have ``what`` called by a thread of its own: a signal is handled in the midst of whatever the main thread does,
    which may hold a lock that ``what`` needs, and would then wait for itself for ever."""
    heard: SimpleQueue[None] = SimpleQueue()  # whose ``put`` may interrupt itself

    def attend() -> None:
        while True:
            heard.get()
            what()

    def handle(number: int, frame: FrameType | None) -> None:
        heard.put(None)

    Thread(target=attend, name="signals", daemon=True).start()
    for number in numbers:
        signal.signal(number, handle)


def _command(path: Path | None, grace: float) -> list[str]:
    command = [sys.executable, "-m", "blockwright", "scheduler", f"--grace={grace:g}", f"--parent={os.getpid()}"]
    return [*command, os.fspath(path)] if path is not None else command


class _Beside(Protocol):
    """What runs beside the web server. ``stop`` may come from any thread."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def join(self) -> None: ...


class _Child:
    """A process of ours, started again when it dies. The thread that starts it lives as long as it does: the kernel
    tells a child of the end of the very thread that made it."""

    def __init__(self, name: str, command: Sequence[str], *, quiet: bool = False) -> None:
        self._name = name
        self._command = command
        self._output = subprocess.DEVNULL if quiet else None
        self._stopped = Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Called again, the process is told again, and then does not wait for what runs."""
        self._stopped.set()
        process = self._process
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGTERM)

    def join(self) -> None:
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        pause = RESTART_SECONDS
        while not self._stopped.is_set():
            began = time.monotonic()
            # A process group of its own: Ctrl-C is for this process, which then ends that one.
            self._process = subprocess.Popen(self._command, process_group=0, stdout=self._output)
            if self._stopped.is_set():
                self._process.send_signal(signal.SIGTERM)
            code = self._process.wait()
            if self._stopped.is_set():
                return
            pause = RESTART_SECONDS if time.monotonic() - began >= STEADY_SECONDS else pause
            how = f"signal {-code}" if code < 0 else f"exit code {code}"
            log.warning("%s.ended how=%r again_in=%g", self._name, how, pause)
            self._stopped.wait(pause)
            pause = min(LONGEST_RESTART_SECONDS, pause * 2)


class _Serving:
    """Waits until something was promoted, then starts the process that answers predictions: one for each project that
    serves models, the first at ``port``, each further one at the next port."""

    def __init__(self, app: App, path: Path | None, port: int, *, quiet: bool) -> None:
        self._installation = app.platform.installation(path)
        self._port = port
        self._quiet = quiet
        self._stopped = Event()
        self._children: dict[str, _Child] = {}
        self._listener: Listener | None = None
        self._thread = Thread(target=self._run, name="serving", daemon=True)

    def start(self) -> None:
        self._listener = self._installation.bus.listen({Topic.MODELS})
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._listener is not None:
            self._listener.wake()
        for child in list(self._children.values()):
            child.stop()

    def join(self) -> None:
        if self._thread.ident is not None:
            self._thread.join()
        for child in self._children.values():
            child.stop()
            child.join()
        if self._listener is not None:
            self._listener.close()

    def _run(self) -> None:
        assert self._listener is not None
        while not self._stopped.is_set():
            for project, folder in self._projects().items():
                if project not in self._children and self._serves(project) and not self._stopped.is_set():
                    port = self._port + len(self._children)
                    child = _Child("serving", _serving_command(folder, port), quiet=self._quiet)
                    self._children[project] = child
                    child.start()
            self._listener.wait(LOOK_SECONDS)

    def _projects(self) -> Mapping[str, Path]:
        """None while the platform's `settings.yaml` cannot be read; it is mended while we run."""
        try:
            return self._installation.projects()
        except BlockwrightError as error:
            log.warning("serving.not_looked %s", error)
            return {}

    def _serves(self, project: str) -> bool:
        try:
            return bool(self._installation.workspace(project).learning.models.endpoints(project))
        except BlockwrightError as error:
            log.warning("serving.not_looked project=%s %s", project, error)
            return False


def _serving_command(folder: Path, port: int) -> list[str]:
    command = [sys.executable, "-m", "blockwright", "serve", f"--port={port}", f"--parent={os.getpid()}"]
    return [*command, os.fspath(folder)]
