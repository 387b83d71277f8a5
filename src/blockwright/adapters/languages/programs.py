"""The language servers that we know, and where their programs are."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from blockwright.core.languages import Ask

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Program:
    """``asked`` are the questions that it answers better than the others; ``settings`` what it is told when it asks
    for its configuration, or to begin with. ``memory`` in bytes that it may take of its own."""

    name: str
    does: str
    arguments: tuple[str, ...]
    asked: frozenset[Ask]
    endings: tuple[str, ...] = (".py", ".pyi")
    memory: int = 1_500 * MEGABYTE
    settings: Mapping[str, Any] = field(default_factory=dict)


RUFF = Program("ruff", "finds mistakes in Python and formats it", ("server",), frozenset({Ask.FORMAT}))
TY = Program(
    "ty",
    "knows the types of Python: completion, what a name is, signatures, definitions",
    ("server",),
    frozenset({Ask.COMPLETE, Ask.HOVER, Ask.SIGNATURE, Ask.DEFINITION}),
    settings={"diagnosticMode": "openFilesOnly"},
)
BASEDPYRIGHT = Program(
    "basedpyright",
    "knows the types of Python: completion, what a name is, signatures, definitions",
    ("--stdio",),
    frozenset({Ask.COMPLETE, Ask.HOVER, Ask.SIGNATURE, Ask.DEFINITION}),
    settings={"analysis": {"diagnosticMode": "openFilesOnly", "typeCheckingMode": "basic"}},
)
PROGRAMS: Mapping[str, Program] = {program.name: program for program in (RUFF, TY, BASEDPYRIGHT)}
EXECUTABLES = {"basedpyright": "basedpyright-langserver"}


def chosen(names: Sequence[str]) -> tuple[Program, ...]:
    """Programs by their names; ``settings`` has judged that there are such."""
    return tuple(PROGRAMS[name] for name in names)


def command(program: Program, path: str | None) -> list[str] | None:
    """The command line: of this environment, else of ``path`` (a ``PATH``); None when it is not installed."""
    name = EXECUTABLES.get(program.name, program.name)
    folder = Path(sys.executable).parent
    found = shutil.which(name, path=f"{folder}{os.pathsep}{path}" if path else str(folder))
    return None if found is None else [found, *program.arguments]


def surroundings(environ: Mapping[str, str]) -> dict[str, str]:
    """The little that such a program needs; the environment whose packages blocks have."""
    kept = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "XDG_CONFIG_HOME")
    found = {name: environ[name] for name in kept if name in environ}
    if sys.prefix != sys.base_prefix:
        found["VIRTUAL_ENV"] = sys.prefix
    folder = str(Path(sys.executable).parent)
    found["PATH"] = f"{folder}{os.pathsep}{found['PATH']}" if "PATH" in found else folder
    return {**found, "LANG": "C.UTF-8", "RUFF_NO_CACHE": "true", "NO_COLOR": "1"}
