"""Shells on the server's machine, each in a terminal of its own, which outlive the connection that shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Machine:
    """Where terminals run: ``host``, and the account ``user`` whose rights they have."""

    host: str
    user: str


@dataclass(frozen=True, slots=True)
class Output:
    """A piece of what a terminal shows; ``start`` counts the bytes before it since the terminal began. ``missed``:
    bytes before it were thrown away, so that what is shown must be drawn anew."""

    data: bytes
    start: int
    missed: bool = False


class Viewer(Protocol):
    """Somebody who looks at a terminal. What is not told to have been shown holds the program back, not the server."""

    def take(self) -> Output | None:
        """What is next to be shown; None: nothing now. Never waits."""
        ...

    def shown(self, count: int) -> None:
        """``count`` bytes since the terminal began have reached the screen."""
        ...

    def close(self) -> None: ...


class Terminal(Protocol):
    """Safe to use from every thread."""

    @property
    def id(self) -> str:
        """Nobody can guess it."""
        ...

    @property
    def person(self) -> str: ...

    @property
    def project(self) -> str: ...

    @property
    def opened(self) -> datetime: ...

    @property
    def over(self) -> str | None:
        """Why it has ended, in words; None while the shell lives."""
        ...

    @property
    def written(self) -> int:
        """Bytes that the programs in it have written since it began."""
        ...

    def view(self, news: Callable[[], None]) -> Viewer:
        """``news`` is called from another thread when there may be something to take, or when it is over."""
        ...

    def type(self, data: bytes) -> None:
        """Raises Unavailable when the program has not read what was typed before for long."""
        ...

    def resize(self, columns: int, rows: int) -> None: ...

    def end(self, reason: str) -> None:
        """End the shell and everything that was started in it, whatever it did to hide; waits until it is gone."""
        ...


class Terminals(Protocol):
    @property
    def machine(self) -> Machine: ...

    def open(
        self, folder: Path, *, person: str, project: str, columns: int, rows: int, ended: Callable[[str], None]
    ) -> Terminal:
        """A shell in ``folder``. ``ended`` is told once, from another thread, why it is over. Raises Unavailable when
        there are too many, or none can be started."""
        ...

    def all(self) -> list[Terminal]:
        """Those that live, the oldest first."""
        ...

    def close(self) -> None:
        """End them all."""
        ...
