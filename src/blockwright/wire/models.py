"""A model as a block hands it in, and which modules its file needs."""

from __future__ import annotations

import pickletools
import sys
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from blockwright.wire.outputs import Output


@dataclass(frozen=True, slots=True)
class ModelHandedIn:
    """What stands beside the question ``register_model``: ``path`` is where the block's process has the bytes of
    ``output``, for a store that is elsewhere. ``facts`` is JSON as ``services.models.registering`` reads it.
    ``reference`` is the digest of the document that says what the model's data look like, ``reference_path`` where its
    bytes are; both empty without data."""

    name: str
    output: Output
    path: str
    sha256: str
    modules: tuple[str, ...] = ()
    facts: Any = None
    reference: str = ""
    reference_path: str = ""


_OURS = ("__main__", "blockwright")
"""What is ours is read by whichever version of ours there is."""


def modules_of_pickle(file: BinaryIO) -> tuple[str, ...]:
    """The top-level modules, beyond the standard library's, that reading this pickle would import. Nothing is run:
    the instructions are only looked through. What is wrong with the file ends the search."""
    found: set[str] = set()
    recent: deque[str] = deque(maxlen=2)  # a class is named by the two texts that were pushed last
    memo: dict[int, str] = {}
    pushed = ""
    try:
        for instruction, argument, _ in pickletools.genops(file):
            name = instruction.name
            if name in ("GLOBAL", "INST"):
                found.add(str(argument).partition(" ")[0])
            elif name == "STACK_GLOBAL" and recent:
                found.add(recent[0])
            elif name == "MEMOIZE":
                memo[len(memo)] = pushed
            elif name in ("PUT", "BINPUT", "LONG_BINPUT"):
                memo[int(argument or 0)] = pushed
            pushed = _pushed(name, argument, memo)
            if pushed:
                recent.append(pushed)
    except (ValueError, EOFError, IndexError):
        pass
    tops = {module.partition(".")[0] for module in found}
    return tuple(sorted(top for top in tops if top and top not in sys.stdlib_module_names and top not in _OURS))


def _pushed(name: str, argument: Any, memo: Mapping[int, str]) -> str:
    """The text that an instruction puts on the stack; empty for anything else."""
    if name in ("SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE"):
        return str(argument)
    return memo.get(int(argument), "") if name in ("GET", "BINGET", "LONG_BINGET") else ""
