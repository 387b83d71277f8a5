"""Small JSON documents in the data folder's ``cache/``: written whole or not at all, lost without harm."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class FileCache:
    """Implements ``ports.caches.Cache``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, name: str) -> Mapping[str, Any]:
        try:
            document = json.loads((self._folder / f"{name}.json").read_bytes())
        except (OSError, ValueError):
            return {}
        return document if isinstance(document, dict) else {}

    def store(self, name: str, document: Mapping[str, Any]) -> None:
        temporary = self._folder / f"{name}.{os.getpid()}.tmp"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps(document, separators=(",", ":")))
            temporary.replace(self._folder / f"{name}.json")
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink()
