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
from blockwright.runner.preloading import Preloads, import_always, import_our_own
from blockwright.runner.twin import Twin
from blockwright.wire.messages import LIMIT


@dataclass(frozen=True, slots=True)
class Options:
    """What the engine's first message says. ``restore``: environment variables as they were before the fork server's
    own."""

    restore: dict[str, str | None]
    preload: tuple[str, ...]
    cache: Path
    cwd: str
    kill_at: str | None


def serve(alive: int) -> None:
    """Run until the engine is gone or says so; ``alive`` is at its end when the guard has died. Never returns."""
    adopt_orphans()
    engine = socket.socket(fileno=int(_argument("--fd")))
    engine.set_inheritable(False)
    import_our_own()
    twin = Twin(engine, alive)
    import_always()
    options = _options(engine)
    os.chdir(options.cwd)
    twin.begin(cwd=options.cwd, restore=options.restore, kill_at=options.kill_at)
    preloads = Preloads(ModuleVerdicts(options.cache))
    preloads.at_start(options.preload)
    nursery = Nursery(engine, preloads, twin, options.restore, options.kill_at)
    Loop(engine, alive, nursery).run()
    os._exit(0)


def _argument(name: str) -> str:
    """Only our own executor writes the command line, so that a parser for people is not worth its import."""
    return sys.argv[sys.argv.index(name) + 1]


def _options(engine: socket.socket) -> Options:
    """Wait for the first message; the engine that never sends it has thought better of it."""
    packet = engine.recv(2 * LIMIT)
    if not packet:
        os._exit(0)
    message = json.loads(packet)
    if message["op"] != "begin":
        os._exit(0)  # "close"
    return Options(
        restore=message["restore"],
        preload=tuple(message["preload"]),
        cache=Path(message["cache"]),
        cwd=message["cwd"],
        kill_at=message["kill_at"],
    )
