"""One attempt in this process, with the terminal: ``python -m blockwright.runner.foreground SPEC [--debug]``.

Nothing is forked and nothing captured: ``input()`` asks, ``breakpoint()`` stops, output goes where the terminal is.
With ``--debug`` the debugger stops at the first line of the block's function, and at the place of an error. The
manifest is committed as everywhere else.
"""

from __future__ import annotations

import argparse
import bdb
import inspect
import json
import pdb
import socket
import sys
import traceback
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

from blockwright.runner import attempt, surroundings
from blockwright.runner.arguments import Call
from blockwright.runner.block_logger import BlockLogger
from blockwright.runner.channel import BlockChannel
from blockwright.runner.commits import commit
from blockwright.runner.display import Frames
from blockwright.runner.sources import Snapshot
from blockwright.runner.values_at_hand import StoredValues
from blockwright.runner.workplace import Workplace
from blockwright.wire.documents import load
from blockwright.wire.manifests import Outcome
from blockwright.wire.specs import AttemptSpec

_GOOD = (Outcome.COMPLETED, Outcome.SKIPPED, Outcome.NOT_YET)


class TerminalWriter:
    """Log records as lines on standard error."""

    def write(self, level: str, message: str, **fields: Any) -> None:
        tags = fields.get("tags")
        print(f"[{level}] {message}{f' {tags}' if tags else ''}", file=sys.stderr)  # noqa: T201


def main(spec_path: str, debug: bool = False, descriptor: int | None = None) -> int:
    """Run the attempt of a spec document; 0 when it did what it should, 1 when it failed.

    ``descriptor`` is a channel on which questions of block code are answered; without one they are refused.
    """
    spec = load(AttemptSpec, json.loads(Path(spec_path).read_bytes()))
    channel = _channel(descriptor)
    channel.begin(spec.attempt_id)
    frames = Frames(f"{spec.work}/frames.jsonl", channel)
    writer = TerminalWriter()
    surroundings.install_names()
    surroundings.begin(Snapshot(spec.project, Path(spec.store)), writer, frames)
    workplace = Workplace(spec, channel, BlockLogger(writer), frames, StoredValues())
    if debug:
        workplace.invoke, workplace.on_error = _stop_at_first_line, _look_at_error
    manifest = attempt.run(workplace)
    done = commit(spec, manifest)
    channel.committed(done.path, done.text)
    return 0 if manifest.outcome in _GOOD else 1


def _channel(descriptor: int | None) -> BlockChannel:
    if descriptor is not None:
        end = socket.socket(fileno=descriptor)
        end.set_inheritable(False)
        return BlockChannel(end, end)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    theirs.close()
    return BlockChannel(ours, ours)


def _stop_at_first_line(function: Callable[..., Any], call: Call) -> Any:
    if not isinstance(function, FunctionType):
        return call.of(function)
    if inspect.iscoroutinefunction(function):
        return _awaited(function, call)
    if inspect.isasyncgenfunction(function):
        return _iterated(function, call)
    if inspect.isgeneratorfunction(function):
        return _generated(function, call)
    return pdb.Pdb().runcall(function, *call.positional, **call.keywords)


# The call of such a function runs nothing of it yet: the debugger begins right before what does, and steps in.


async def _awaited(function: Callable[..., Any], call: Call) -> Any:
    _stepping_in().set_trace(sys._getframe())
    return await call.of(function)


async def _iterated(function: Callable[..., Any], call: Call) -> AsyncGenerator[Any, None]:
    _stepping_in().set_trace(sys._getframe())
    async for value in call.of(function):
        yield value


def _generated(function: Callable[..., Any], call: Call) -> Iterator[Any]:
    _stepping_in().set_trace(sys._getframe())
    yield from call.of(function)


def _stepping_in() -> pdb.Pdb:
    debugger = pdb.Pdb(skip=["blockwright.*", "asyncio.*", "_weakrefset"])
    debugger.cmdqueue.append("step")
    return debugger


def _look_at_error(error: BaseException) -> None:
    if error.__traceback__ is not None and not isinstance(error, SystemExit | bdb.BdbQuit):
        sys.stderr.write("".join(traceback.format_exception_only(error)))
        pdb.post_mortem(error.__traceback__)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m blockwright.runner.foreground")
    parser.add_argument("spec")
    parser.add_argument("--debug", action="store_true")
    parser.add_argument("--fd", type=int)
    given = parser.parse_args()
    sys.exit(main(given.spec, given.debug, given.fd))
