"""Messages of the fork server as the events of the port."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blockwright.ports.executors import (
    AttemptAsked,
    AttemptCommitted,
    AttemptExited,
    AttemptProgress,
    AttemptStarted,
)
from blockwright.wire.manifests import Outcome
from blockwright.wire.specs import AttemptSpec

_NOT_DETAILS = ("op", "attempt_id", "id", "what")


AttemptEvent = AttemptStarted | AttemptCommitted | AttemptExited | AttemptAsked | AttemptProgress


def event_of(message: Mapping[str, Any]) -> AttemptEvent | None:
    """None for messages that are no event: ``ready``, and what is not whole."""
    try:
        return _event(message)
    except KeyError:
        return None


def _event(message: Mapping[str, Any]) -> AttemptEvent | None:
    match message.get("op"):
        case "started":
            return AttemptStarted(message["attempt_id"], message["pid"], message["started"])
        case "committed":
            return AttemptCommitted(message["attempt_id"], message["manifest"], message.get("brief"))
        case "exited":
            return AttemptExited(
                message["attempt_id"], message["status"], message["reason"], message["killed"], message["rss_peak"]
            )
        case "progress":
            return AttemptProgress(message["attempt_id"], message["frame"])
        case "ask":
            details = {key: value for key, value in message.items() if key not in _NOT_DETAILS}
            return AttemptAsked(message["attempt_id"], message["id"], message["what"], details)
        case _:
            return None


def overlooked_commit(spec: AttemptSpec) -> str | None:
    """The manifest that an attempt left without a word: in place, and linked if it is one that finishes the block."""
    written = Path(spec.work, "manifest.json")
    try:
        outcome = json.loads(written.read_bytes())["outcome"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if outcome not in (Outcome.COMPLETED, Outcome.SKIPPED):
        return str(written)
    return spec.commit if Path(spec.commit).exists() else None
