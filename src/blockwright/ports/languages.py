"""Language servers of the projects: programs that know a language, each a process of its own, which answer editors."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from blockwright.core.languages import Answer, Finding, Question


class Health(StrEnum):
    ASLEEP = "asleep"  # starts when the first editor comes
    READY = "ready"
    STARTING = "starting"
    MISSING = "missing"  # the program is not installed
    FAILED = "failed"  # it ended again and again


@dataclass(frozen=True, slots=True)
class LanguageServer:
    """``hint`` is the way out when ``health`` is not well; ``does`` says what it is for."""

    name: str
    does: str
    health: Health
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong in a file as one editor has written it, of all servers together."""

    path: str
    items: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    number: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class Servers:
    """How the servers of the project are, whenever that changes."""

    items: tuple[LanguageServer, ...]


News = Findings | Answered | Servers


class Editor(Protocol):
    """One editor, as a browser tab, with texts of its own. Safe to use from every thread; nothing waits."""

    def write(self, path: str, text: str) -> None:
        """The editor has this text at ``path`` now. Raises Forbidden for a path outside of the project, Invalid for a
        text that is too long; a file in a language that no server knows is ignored."""
        ...

    def leave(self, path: str) -> None:
        """The editor has the file open no longer."""
        ...

    def ask(self, question: Question) -> None:
        """Told as ``Answered``, always: with None when nobody knows, or not in time."""
        ...

    def close(self) -> None: ...


class Languages(Protocol):
    def servers(self, root: Path) -> Sequence[LanguageServer]:
        """How those of a project are; starts none."""
        ...

    def join(self, root: Path, hear: Callable[[News], None]) -> Editor:
        """Another editor of the project. ``hear`` is called from other threads, first with ``Servers``."""
        ...

    def files_changed(self, root: Path, paths: Collection[str]) -> None:
        """Files were written, moved or deleted by somebody."""
        ...

    def close(self) -> None:
        """End every process."""
        ...
