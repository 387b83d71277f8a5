"""The console script: reads the settings, hands the terminal's door the platform, ends with its exit code."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # ``typing`` costs more than all that comes before the fork server's start
if TYPE_CHECKING:
    from blockwright.adapters.executor.launch import Launched

RUNNING_COMMANDS = frozenset({"run", "retry", "replay", "test", "scratchpad"})
WITHOUT_FORK_SERVER = frozenset({"--detach", "--debug", "--help", "-h"})


def main() -> None:
    _open_what_is_closed()
    try:
        code = _command()
    except KeyboardInterrupt:  # while modules were still being imported
        code = 130
    _leave(code)


def _open_what_is_closed() -> None:
    """Started with a standard stream closed, the next file that we open would take its number: the database, and
    whatever a library prints would go into it."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one


def _leave(code: int) -> None:
    """End at once: everything is closed, and taking the interpreter apart costs more than a short command."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:  # None: the caller closed it
                stream.flush()
        except OSError:
            code = code or 1
    os._exit(code)


def _command() -> int:
    launched = _head_start(sys.argv[1:])
    from blockwright.compose import Embedded
    from blockwright.compose.early import EarlyStart

    early = None if launched is None else EarlyStart(launched)
    try:
        from blockwright.settings import SettingError, read

        try:
            settings = read()
        except SettingError as error:
            from blockwright.cli import refuse

            return refuse(str(error))
        from blockwright.cli import run

        return run(lambda: Embedded(settings, early), env=settings.env, colour=settings.colour)
    finally:
        if early is not None:
            early.close()


def _head_start(arguments: list[str]) -> Launched | None:
    """Start the fork server of a command that will run blocks, before anything of the command itself is imported.

    Its imports take longer than all else of a short run, so every millisecond that it begins earlier is one less to
    wait. For a command that turns out not to need it, it is ended.
    """
    if not arguments or arguments[0] not in RUNNING_COMMANDS or not WITHOUT_FORK_SERVER.isdisjoint(arguments):
        return None
    from blockwright.adapters.executor.launch import launch

    try:
        return launch(sys.executable, os.environ, os.urandom(16).hex())
    except OSError:
        return None  # the command will meet the same error where it can be told


if __name__ == "__main__":
    main()
