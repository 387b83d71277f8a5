"""Documents between engine and attempt: small ones travel in the message, large ones by the path of a file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from blockwright.wire.documents import dump
from blockwright.wire.messages import LIMIT
from blockwright.wire.specs import AttemptSpec

_INLINE_BYTES = LIMIT // 2
"""The size up to which a document may stand in a message."""

TURN_BYTES = 3_000
"""The same for an attempt of a session, and for what those of one have in common: all that wait for their turn must
have room in a socket's buffer."""

_ENCODER = json.JSONEncoder(check_circular=False)
"""Documents are made of dataclasses and hold no circle."""


def document_of(spec: AttemptSpec) -> Path:
    """The spec's document; written here, at once and whole, if the artifact store has not."""
    path = Path(spec.work, "spec.json")
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = path.with_suffix(".json.tmp")
        temporary.write_text(json.dumps(dump(spec)), encoding="ascii")
        os.replace(temporary, path)
    return path


def encoded(document: Any) -> str:
    return _ENCODER.encode(document)


def inline_or_path(spec: AttemptSpec, document: Any) -> str:
    """JSON text of what a session is told of an attempt, or of the path where its whole document was left."""
    text = encoded(document)
    return text if len(text) <= TURN_BYTES else json.dumps(str(document_of(spec)))


def inline_or_file(value: Any, path: Path) -> dict[str, Any]:
    """An answer's value, or where it was left: a file for this user only, removed by the one who reads it."""
    text = json.dumps(value)
    if len(text) <= _INLINE_BYTES:
        return {"value": value}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
    return {"value_path": str(path)}
