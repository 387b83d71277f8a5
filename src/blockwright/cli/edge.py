"""The edge where errors end: whatever went wrong leaves as one sentence, or one JSON document, and an exit code."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from typing import TextIO

import click

from blockwright.cli.app import DONE, FAILED, INTERRUPTED, USAGE, emit, report_error
from blockwright.core.errors import BlockwrightError, Unavailable

_REPORTED_FRAMES = 8


class Defect(BlockwrightError):
    """An error that nobody meant to raise: a mistake of ours, told so that it can be reported."""

    code = "defect"


def at_the_edge(command: Callable[[], int], *, as_json: bool) -> int:
    """Call ``command``; returns the exit code. No traceback of ours is ever the answer."""
    _write_whatever_comes(sys.stdout)
    _write_whatever_comes(sys.stderr)
    try:
        try:
            return command()
        except BrokenPipeError:
            raise
        except OSError as error:
            return report_error(_of_the_system(error), as_json=as_json)
        except BlockwrightError as error:
            return report_error(error, as_json=as_json)
        except click.ClickException as error:
            return _report_click(error, as_json=as_json)
        except (click.Abort, KeyboardInterrupt):
            return _report_interrupt(as_json=as_json)
        except Exception as error:
            report_error(_defect(error), as_json=as_json)
            return FAILED
    except BrokenPipeError:
        return _fall_silent(DONE)
    except OSError as error:
        return _say_at_least(error)


def _write_whatever_comes(stream: TextIO) -> None:
    """A name that the terminal's encoding does not have is written escaped rather than not at all."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def _report_click(error: click.ClickException, *, as_json: bool) -> int:
    code = USAGE if isinstance(error, click.UsageError) else FAILED
    if not as_json:
        error.show()
        return code
    context = getattr(error, "ctx", None)
    hint = f"`{context.command_path} --help` shows what it takes." if context is not None else ""
    # Without arguments click's message is the whole help page, of which the first line says enough.
    message = error.format_message().split("\n", 1)[0]
    emit({"error": {"code": "usage" if code == USAGE else "failed", "message": message, "hint": hint}})
    return code


def _report_interrupt(*, as_json: bool) -> int:
    if as_json:
        emit({"error": {"code": "interrupted", "message": "Interrupted.", "hint": ""}})
    else:
        click.echo("interrupted", err=True)
    return INTERRUPTED


def _of_the_system(error: OSError) -> Unavailable:
    place = f"{error.filename}: " if error.filename else ""
    return Unavailable(f"{place}{error.strerror or error}", code="system")


def _defect(error: Exception) -> Defect:
    """The error with the last places it came through, newest last: enough for a report, and no more."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)[-_REPORTED_FRAMES:]
    path = " → ".join(f"{_short(frame.filename)}:{frame.lineno}" for frame in frames)
    return Defect(
        f"This is a defect of Blockwright: {type(error).__name__}: {error}",
        hint=f"Please report it with this path: {path}",
    )


def _short(path: str) -> str:
    return "/".join(path.split("/")[-2:])


def _say_at_least(error: OSError) -> int:
    """The report itself could not be written (a full disk behind `>`): on stderr, if that is elsewhere."""
    with contextlib.suppress(OSError):
        click.echo(f"error: {error.strerror or error}", err=True)
    return _fall_silent(FAILED)


def _fall_silent(code: int) -> int:
    """The reader of our output has gone (`| head`): nothing more to say, and nothing to flush to at the exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
    return code
