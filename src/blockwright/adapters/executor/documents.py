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

_TURN_BYTES = 6_000
"""The same for an attempt of a session: those that wait for their turn must all have room in a socket's buffer."""


def document_of(spec: AttemptSpec) -> Path:
    """The spec's document; written here, at once and whole, if the artifact store has not."""
    path = Path(spec.work, "spec.json")
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = path.with_suffix(".json.tmp")
        temporary.write_text(json.dumps(dump(spec)), encoding="ascii")
        os.replace(temporary, path)
    return path


def inline_or_path(spec: AttemptSpec) -> str:
    """JSON text of the document of a session's attempt, or of the path where it was left."""
    text = json.dumps(dump(spec))
    return text if len(text) <= _TURN_BYTES else json.dumps(str(document_of(spec)))


def inline_or_file(value: Any, path: Path) -> dict[str, Any]:
    """An answer's value, or where it was left: a file for this user only, removed by the one who reads it."""
    text = json.dumps(value)
    if len(text) <= _INLINE_BYTES:
        return {"value": value}
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
    return {"value_path": str(path)}
