"""Files that are either the old ones or the new ones, never half of each."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp
from typing import Any


def write_atomically(path: Path, content: bytes | str) -> Path:
    """Write beside ``path``, then take its name in one step. Makes the folder; leaves nothing behind on failure."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content.encode() if isinstance(content, str) else content)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    return path


def as_json(document: Any) -> str:
    """JSON that reads well in a diff."""
    return json.dumps(document, indent=2, sort_keys=True, allow_nan=False) + "\n"
