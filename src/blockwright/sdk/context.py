"""What block code can ask its surroundings, and the one place where the process keeps who those are.

The runner installs a ``BlockContext`` before user code runs; outside a block process (a unit test, a plain script)
``current()`` raises with a hint. Standard library only; stable for user code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


class Channel(Protocol):
    """Asks the engine and waits for the answer; raises RuntimeError with the engine's message when refused."""

    def ask(self, what: str, **details: Any) -> Any: ...

    def emit(self, frame: Mapping[str, Any]) -> None: ...


@dataclass
class BlockContext:
    """Where block code runs: project, pipeline, block, and the channel to the engine."""

    project: str
    root: str
    platform_root: str
    pipeline: str
    block: str
    run: int | None
    variables: Mapping[str, Any] = field(default_factory=dict)
    channel: Channel | None = None
    block_run: str = ""  # of a dynamic child its own name
    data: str = ""  # the data folder, where the block runs on its host
    read_output: Any = None  # callable(outputs: list of output documents) -> values; the runner's codecs
    hand_in_model: Any = None  # callable(name, model, facts, (training, held out)) -> the answer; see ``sdk.models``


_current: BlockContext | None = None


def install(context: BlockContext | None) -> None:
    """Make ``context`` the current one (the runner calls this before each attempt)."""
    global _current
    _current = context


def current() -> BlockContext:
    """The context of the block that is running; raises RuntimeError outside of one."""
    if _current is None:
        raise RuntimeError(
            "This is only known while Blockwright runs a block. Run it with `blockwright run PIPELINE --block BLOCK`."
        )
    return _current


def maybe() -> BlockContext | None:
    """The current context, or None outside of a block."""
    return _current
