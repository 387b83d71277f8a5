"""The fork server: one process, one thread, one loop. It forks block processes, reads what they print, keeps their
limits, and makes sure that nothing of them is left when it says that they are gone."""

from __future__ import annotations

import json
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from blockwright.runner.kernel import adopt_orphans
from blockwright.runner.loop import Loop
from blockwright.runner.module_verdicts import ModuleVerdicts
from blockwright.runner.nursery import Nursery
from blockwright.runner.preloading import Preloads


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says. ``restore``: environment variables as they were before the fork server's own."""

    descriptor: int
    restore: dict[str, str | None]
    preload: tuple[str, ...]
    cache: Path | None
    kill_at: str | None


def serve(alive: int) -> None:
    """Run until the engine is gone or says so; ``alive`` is at its end when the guard has died. Never returns."""
    adopt_orphans()
    options = _options(sys.argv[1:])
    engine = socket.socket(fileno=options.descriptor)
    engine.set_inheritable(False)
    verdicts = ModuleVerdicts(options.cache)
    preloads = Preloads(verdicts)
    preloads.at_start(options.preload)
    nursery = Nursery(engine, preloads, options.restore, options.kill_at)
    Loop(engine, alive, nursery).run()
    os._exit(0)


def _options(arguments: list[str]) -> Options:
    """Pairs of a name and a value. Only our own executor writes them, so that a parser for people, with its import, is
    not worth its time; an unknown name is an error."""
    given = dict(zip(arguments[::2], arguments[1::2], strict=True))
    unknown = set(given) - {"--fd", "--token", "--restore", "--preload", "--cache", "--kill-at"}
    if unknown:
        raise ValueError(f"unknown options: {', '.join(sorted(unknown))}")
    cache = given.get("--cache")
    return Options(
        descriptor=int(given["--fd"]),
        restore=json.loads(given.get("--restore", "{}")),
        preload=tuple(name for name in given.get("--preload", "").split(",") if name),
        cache=Path(cache) if cache else None,
        kill_at=given.get("--kill-at"),
    )
