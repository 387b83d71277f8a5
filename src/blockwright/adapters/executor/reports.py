"""Messages of the fork server as the events of the port."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from blockwright.ports.executors import (
    AttemptAsked,
    AttemptCommitted,
    AttemptExited,
    AttemptProgress,
    AttemptStarted,
)
from blockwright.wire.journals import Journal
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
            at = _moment(message.get("at"))
            return AttemptStarted(message["attempt_id"], message["pid"], message["started"], at)
        case "committed":
            at = _moment(message.get("at"))
            return AttemptCommitted(message["attempt_id"], message["manifest"], message.get("brief"), at)
        case "exited":
            return AttemptExited(
                message["attempt_id"],
                message["status"],
                message["reason"],
                message["killed"],
                message["rss_peak"],
                message.get("begun", True),
            )
        case "progress":
            return AttemptProgress(message["attempt_id"], message["frame"])
        case "ask":
            details = {key: value for key, value in message.items() if key not in _NOT_DETAILS}
            return AttemptAsked(message["attempt_id"], message["id"], message["what"], details)
        case _:
            return None


def began_of(message: Mapping[str, Any]) -> AttemptStarted | None:
    """A session tells of an attempt when it is over; then of its beginning, too."""
    try:
        began = _moment(message["began"])
        return AttemptStarted(message["attempt_id"], message["pid"], message["started"], began)
    except (KeyError, TypeError):
        return None


def _moment(seconds: Any) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int | float) else None


def overlooked_commit(spec: AttemptSpec) -> str | None:
    """The manifest that an attempt left without a word: in place, and linked if it is one that finishes the block."""
    if spec.journal is not None:
        return Journal(spec.journal).look().answered.get(spec.attempt_id)
    written = Path(spec.work, "manifest.json")
    try:
        outcome = json.loads(written.read_bytes())["outcome"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if outcome not in (Outcome.COMPLETED, Outcome.SKIPPED):
        return str(written)
    return spec.commit if Path(spec.commit).exists() else None
