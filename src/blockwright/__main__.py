"""The console script: reads the settings, hands the terminal's door the platform, ends with its exit code."""

from __future__ import annotations

import os
import sys


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
    from blockwright.settings import SettingError, read

    try:
        settings = read()
    except SettingError as error:
        from blockwright.cli import refuse

        return refuse(str(error))
    from blockwright.compose import Embedded, foresee

    early = foresee(settings, sys.argv[1:])
    try:
        from blockwright.cli import run

        return run(lambda: Embedded(settings, early), env=settings.env, colour=settings.colour)
    finally:
        if early is not None:
            early.close()


if __name__ == "__main__":
    main()
