"""Parsed YAML kept as JSON, so that an unchanged file need not be parsed again (or YAML be imported at all).

One entry for each file, found by the file's path and valid for the BLAKE3 digest of its text. What is kept is the
plain data, not what we make of it: a newer version reads the same data by its own rules, and a forged entry can say
no more than a forged file could. Every failure to read or write the cache is the same as having none.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from blake3 import blake3

from blockwright.adapters.project.documents import Document
from blockwright.wire import values

SCHEME = 1


class DocumentCache:
    """Entries in ``folder`` (made when needed; None: no cache)."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def read(self, name: str, text: str) -> Document:
        """The data of ``text``, which is the content of the file ``name``; raises BrokenYaml."""
        digest = blake3(text.encode()).hexdigest()
        path = None if self._folder is None else self._folder / f"{blake3(name.encode()).hexdigest()[:32]}.json"
        if path is not None and (kept := _kept(path, digest)) is not None:
            return kept
        from blockwright.adapters.project import yaml_reader

        document = yaml_reader.read(text)
        if path is not None:
            _keep(path, digest, document)
        return document


def _kept(path: Path, digest: str) -> Document | None:
    try:
        entry = json.loads(path.read_bytes())
        if entry["scheme"] != SCHEME or entry["digest"] != digest:
            return None
        data = entry["data"] if entry["plain"] else values.decode(entry["data"])
        lines = {name: dict(zip(*pair, strict=True)) for name, pair in entry["lines"].items()}
        return Document(data, lines, entry["plain"])
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _keep(path: Path, digest: str, document: Document) -> None:
    try:
        entry = {
            "scheme": SCHEME,
            "digest": digest,
            "plain": document.plain,
            "lines": {name: [list(lines), list(lines.values())] for name, lines in document.entry_lines.items()},
            "data": document.data if document.plain else values.encode(document.data),
        }
        write_json(path, entry)
    except (OSError, TypeError, ValueError, RecursionError):
        return


def write_json(path: Path, entry: Any) -> None:
    """Write a file of the cache in one piece; raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".writing-{os.urandom(6).hex()}")
    try:
        with temporary.open("x", encoding="utf-8") as file:
            file.write(json.dumps(entry, separators=(",", ":")))  # in one piece: `json.dump` is several times slower
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
