"""One way to ask the engine, for every function here that does."""

from __future__ import annotations

from typing import Any

from blockwright.sdk import context
from blockwright.wire.messages import Ask


def ask(what: Ask, **details: Any) -> Any:
    """The engine's answer; raises RuntimeError when it refuses or when no block is running."""
    channel = context.current().channel
    if channel is None:
        raise RuntimeError(f"`{what}` cannot be asked here: this block runs without an engine.")
    return channel.ask(what, **details)
