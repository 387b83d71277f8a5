"""The commit: a manifest becomes visible at once and whole, and the first one of a round wins for ever.

An attempt alone writes a file and links it; those of a session add a line to a journal (see ``wire.journals``).
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

from blockwright.wire.documents import brief, dump
from blockwright.wire.journals import note_manifest
from blockwright.wire.kill_points import here
from blockwright.wire.manifests import Manifest, Outcome
from blockwright.wire.specs import AttemptSpec

_STRICT = json.JSONEncoder(allow_nan=False)
_FINISHED = (Outcome.COMPLETED, Outcome.SKIPPED)


@dataclass(frozen=True, slots=True)
class Committed:
    """Where the manifest stands that counts, and, if it is ours, the JSON text of it."""

    path: str
    text: bytes | None


def commit(spec: AttemptSpec, manifest: Manifest) -> Committed:
    """Write the manifest, rename it into place, and link it where *finished* is looked for; raises OSError.

    The manifest that counts is another one when another attempt was first; ours stays beside its log as evidence.
    Only a finished attempt is linked: a failed one may be tried again.
    """
    if spec.journal is not None:
        return _note(spec, manifest, spec.journal)
    written, temporary = f"{spec.work}/manifest.json", f"{spec.work}/manifest.json.tmp"
    here("manifest.before_write")
    text = _encoded(dump(manifest))
    _write(temporary, text, durable=spec.durable)
    os.replace(temporary, written)
    if spec.durable:
        _sync_folder(spec.work)
    here("manifest.after_rename")
    if manifest.outcome not in _FINISHED:
        return Committed(written, text)
    try:
        os.link(written, spec.commit)
    except FileExistsError:
        return Committed(spec.commit, None)
    if spec.durable:
        _sync_folder(os.path.dirname(spec.commit))
    here("manifest.after_link")
    return Committed(written, text)


def _note(spec: AttemptSpec, manifest: Manifest, journal: str) -> Committed:
    """The journal is the session's own, and runs its attempts one after another: nobody else can be first."""
    here("manifest.before_write")
    text = _encoded(brief(manifest))
    name = note_manifest(journal, spec.round, text, durable=spec.durable)
    for point in ("manifest.after_write", "manifest.after_fsync", "manifest.after_rename", "manifest.after_link"):
        here(point)  # all that is one step here
    return Committed(name, text)


def _encoded(document: Any) -> bytes:
    try:
        return _STRICT.encode(document).encode("ascii")
    except ValueError:  # a preview with a NaN in it; Python's readers take that
        return json.dumps(document).encode("ascii")


def _write(path: str, data: bytes, *, durable: bool) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        here("manifest.after_write")
        if durable:
            os.fsync(descriptor)
        here("manifest.after_fsync")
    finally:
        os.close(descriptor)


def _sync_folder(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
