"""Commands that run things: run, cancel, retry, replay."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, FAILED, App, emit, json_option, parse_variables, pass_app, project_option
from blockwright.cli.live import RunProgress
from blockwright.core.blocks import BlockId
from blockwright.core.errors import Conflict
from blockwright.core.runs.events import RetryAsked
from blockwright.core.runs.model import Run, RunId, RunState
from blockwright.ports.platform import Driver
from blockwright.ports.workspace import Workspace

variables_option = click.option(
    "--var", "variables", multiple=True, metavar="NAME=VALUE", help="A run variable; VALUE is JSON or plain text."
)
blocks_option = click.option(
    "--block", "blocks", multiple=True, metavar="ID", help="Only this block (may be repeated)."
)


@click.command("run")
@click.argument("pipeline")
@project_option
@variables_option
@blocks_option
@click.option("--upstream", is_flag=True, help="With --block: also everything that block depends on.")
@click.option(
    "--reuse/--no-reuse",
    default=None,
    help="Let earlier results with the same key stand in / run even blocks that say `cache`.",
)
@click.option("--skip-sensors", is_flag=True, help="Do not wait for sensors.")
@click.option("--date", "date", metavar="ISO", help="The execution date (default: now).")
@click.option("--detach", is_flag=True, help="Queue the run and return; a server (or `retry`) drives it.")
@json_option
@pass_app
def run_command(
    app: App,
    pipeline: str,
    project: Path | None,
    variables: tuple[str, ...],
    blocks: tuple[str, ...],
    upstream: bool,
    reuse: bool | None,
    skip_sensors: bool,
    date: str | None,
    detach: bool,
    as_json: bool,
) -> int:
    """Run PIPELINE in this process and wait for its end.

    Blocks whose upstreams are done run side by side, each in a process of its own. Ctrl-C cancels and waits until
    every process is gone. Exit code 1 when the run failed or was cancelled.
    """
    given = parse_variables(variables)
    execution_date = _date(date)
    root = app.root(project)
    if not detach:
        app.platform.warm_up(root)
    from blockwright.core.runs.model import Queue, RunRequest, Selection
    from blockwright.services import runs

    workspace = app.platform.workspace(root)
    request = RunRequest(
        project=workspace.project.name,
        pipeline=pipeline,
        variables=given,
        selection=Selection(tuple(BlockId(name) for name in blocks), upstream),
        reuse=reuse,
        execution_date=execution_date,
        env=app.env,
        skip_sensors=skip_sensors,
        queue=Queue.ENGINE if detach else Queue.OWN,
    )
    run = runs.start(workspace, request)
    if detach:
        from blockwright.ports.bus import Notice, Topic

        app.platform.installation(root).bus.publish(Notice(Topic.QUEUE, run.project))
        return _detached(workspace, run, as_json)
    return drive(app, root, run.id, as_json=as_json)


def _detached(workspace: Workspace, run: Run, as_json: bool) -> int:
    from blockwright.services import reports

    if as_json:
        emit(reports.run_report(workspace, run))
    else:
        click.echo(
            f"run {run.id} of {run.pipeline} is queued. A server drives it; `blockwright retry {run.id}` does here."
        )
    return DONE


def _date(value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        date = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is not an ISO date or time such as 2026-01-31 or 2026-01-31T06:00+01:00.", param_hint="--date"
        ) from None
    return date.astimezone() if date.tzinfo is None else date


def drive(
    app: App,
    root: Path,
    run_id: RunId,
    *,
    as_json: bool,
    retry: RetryAsked | None = None,
    same_code: bool = False,
    foreground: bool = False,
) -> int:
    """Drive the run to its end with progress, tell what happened; returns the exit code."""
    from blockwright.services import reports

    workspace = app.platform.workspace(root)
    progress = RunProgress(live=not as_json and not foreground and _is_terminal(sys.stderr))
    quiet: Callable[..., None] = lambda *_: None  # noqa: E731
    driver = app.platform.driver(
        root,
        observer=quiet if as_json else progress.changed,
        progress=quiet if as_json else progress.progress,
        foreground=foreground,
    )
    if not as_json:
        run = workspace.runs.get(run_id)
        progress.say(click.style(f"run {run_id}  {run.pipeline}", bold=True))
        progress.expect(workspace.runs.block_runs(run_id))
        progress.start()
    with _signals(driver):
        try:
            driver.take(run_id, retry=retry, same_code=same_code)
            run = driver.drive(run_id)
        finally:
            if not as_json:
                progress.stop()
    if as_json:
        emit(reports.run_report(workspace, run))
    else:
        _tell(workspace, run, progress)
    return DONE if run.state is RunState.COMPLETED else FAILED


_ENDINGS = {
    signal.SIGINT: "Ctrl-C",
    signal.SIGTERM: "SIGTERM",
    signal.SIGHUP: "the end of its terminal",
}


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


class _signals:
    """Ctrl-C, SIGTERM and a terminal that goes away cancel and wait for confirmation; SIGUSR1 means that a wish lies
    in the inbox. A SIGHUP that was ignored (`nohup`) stays so."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._before: dict[int, Any] = {}

    def __enter__(self) -> None:
        for number in _ENDINGS:
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._cancel)
        self._before[signal.SIGUSR1] = signal.signal(signal.SIGUSR1, self._look)

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _cancel(self, number: int, frame: FrameType | None) -> None:
        self._driver.ask_cancel(f"cancelled by {_ENDINGS[signal.Signals(number)]}")

    def _look(self, number: int, frame: FrameType | None) -> None:
        self._driver.look_now()


def _tell(workspace: Workspace, run: Run, progress: RunProgress) -> None:
    from blockwright.services import reports

    counts = [f"{number:,} {word}" for word, number in progress.counts.items() if number]
    took = text.seconds(reports.seconds_of(run, workspace.clock.now()))
    click.echo(f"{text.state(run.state.value)} in {took}: {', '.join(counts) or 'no blocks'}")
    if run.state is RunState.COMPLETED:
        click.echo(f"  next: blockwright show {run.id} · blockwright output {run.id} BLOCK")
    else:
        if run.reason:
            click.echo(f"  {text.cut(run.reason, 400)}")
        click.echo(f"  next: blockwright why {run.id} · blockwright logs {run.id} · blockwright retry {run.id}")


@click.command("cancel")
@click.argument("run")
@project_option
@click.option("--no-wait", is_flag=True, help="Ask and return without waiting for the confirmation.")
@json_option
@pass_app
def cancel_command(app: App, run: str, project: Path | None, no_wait: bool, as_json: bool) -> int:
    """Stop RUN: its processes are told to end, then ended; done is said only when they are gone."""
    from blockwright.services import reports, runs

    root = app.root(project)
    workspace = app.platform.workspace(root)
    found = runs.resolve(workspace, run)
    runs.ask_cancel(workspace, found.id, "cancelled by `blockwright cancel`")
    if runs.living_owner(workspace, found.id) is None:
        drive_quietly(app, root, found.id)
    elif not no_wait:
        _wait_for_end(workspace, found.id)
    final = workspace.runs.get(found.id)
    if as_json:
        emit(reports.run_report(workspace, final))
    else:
        click.echo(f"run {final.id} is {text.state(final.state.value)}")
    return DONE


def drive_quietly(app: App, root: Path, run_id: RunId) -> Run:
    """Drive a run that nobody drives, without progress (it was told to cancel)."""
    driver = app.platform.driver(root, observer=lambda *_: None, progress=lambda *_: None)
    with _signals(driver):
        driver.ask_cancel("cancelled by `blockwright cancel`")
        driver.take(run_id)
        return driver.drive(run_id)


def _wait_for_end(workspace: Workspace, run_id: RunId) -> None:
    """The owner confirms in the records; another process's change has no wake-up to wait on, so look often."""
    import time

    from blockwright.services import runs

    while not workspace.runs.get(run_id).state.final:
        if runs.living_owner(workspace, run_id) is None:
            raise Conflict(
                f"The process that drove run {run_id} has died.", hint=f"`blockwright cancel {run_id}` once more."
            )
        time.sleep(0.05)


@click.command("delete")
@click.argument("run_names", nargs=-1, required=True, metavar="RUN...")
@project_option
@json_option
@pass_app
def delete_command(app: App, run_names: tuple[str, ...], project: Path | None, as_json: bool) -> int:
    """Forget RUN with its logs; what it gave goes with the next `blockwright gc`, unless something else refers to it.

    A run that goes on is cancelled first, and what is pinned, aliased or restored stays: both are refused.
    """
    from blockwright.services import retention, runs

    workspace = app.workspace(project)
    found = {run.id: run for run in (runs.resolve(workspace, name) for name in run_names)}
    freed = {run: retention.delete_run(workspace, run) for run in found}
    if as_json:
        emit({"deleted": [{"run": run, "bytes": size} for run, size in freed.items()]})
        return DONE
    for run, size in freed.items():
        click.echo(f"run {run} of {found[run].pipeline} is forgotten: {text.size(size)} freed")
    return DONE


@click.command("retry")
@click.argument("run")
@project_option
@click.option("--from", "start", multiple=True, metavar="BLOCK", help="Also run this block and all behind it again.")
@click.option("--same-code", is_flag=True, help="With the code that the run began with, not today's.")
@json_option
@pass_app
def retry_command(
    app: App, run: str, project: Path | None, start: tuple[str, ...], same_code: bool, as_json: bool
) -> int:
    """Run again what did not complete in RUN; what finished stays.

    A run whose process was killed goes on at the block where it was, with the code it began with. A run that had
    ended takes today's code for the blocks that run again, unless --same-code.
    """
    from blockwright.services import runs

    root = app.root(project)
    app.platform.warm_up(root)
    workspace = app.platform.workspace(root)
    found = runs.retryable(workspace, runs.resolve(workspace, run).id, start)
    owner = runs.living_owner(workspace, found.id)
    if owner is not None:
        raise runs.driven_by(found.id, owner)
    again = RetryAsked(tuple(BlockId(name) for name in start)) if runs.has_ended(workspace, found) or start else None
    return drive(app, root, found.id, as_json=as_json, retry=again, same_code=same_code or not found.state.final)


@click.command("replay")
@click.argument("run")
@project_option
@click.option("--block", "blocks", multiple=True, metavar="ID", help="Only this block, with its recorded inputs.")
@variables_option
@click.option("--debug", is_flag=True, help="Open pdb in the block, in the foreground (with one --block).")
@json_option
@pass_app
def replay_command(
    app: App,
    run: str,
    project: Path | None,
    blocks: tuple[str, ...],
    variables: tuple[str, ...],
    debug: bool,
    as_json: bool,
) -> int:
    """Run RUN again as a new run with exactly its recorded code, inputs, dates and variables."""
    if debug and (len(blocks) != 1 or as_json):
        raise click.UsageError("--debug takes one --block, and no --json: the debugger needs the terminal.")
    from blockwright.services import runs, trust

    root = app.root(project)
    if not debug:
        app.platform.warm_up(root)
    workspace = app.platform.workspace(root)
    before = runs.resolve(workspace, run)
    again = runs.replay(workspace, before.id, blocks=blocks, variables=parse_variables(variables))
    if not as_json:
        for sentence in trust.live_files(workspace, before, blocks):
            click.echo(f"  {sentence}", err=True)
    return drive(app, root, again.id, as_json=as_json, foreground=debug)
