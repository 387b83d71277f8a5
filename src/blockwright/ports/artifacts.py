"""Where bytes live: immutable blobs named by their BLAKE3 digest, and the documents of attempts beside them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Protocol

from blockwright.wire.manifests import Manifest
from blockwright.wire.specs import AttemptSpec


class ArtifactStore(Protocol):
    """All writes are atomic: a reader sees the whole thing or nothing, whatever is killed when."""

    @property
    def blobs(self) -> Path:
        """The local folder of the blobs, for attempts on this host (``blobs/ab/abcdef…``)."""
        ...

    def put(self, data: bytes) -> str:
        """Store ``data``; returns its digest. Storing the same bytes twice costs nothing more."""
        ...

    def get(self, digest: str) -> bytes:
        """The bytes; raises NotFound when they were collected or never existed."""
        ...

    def path(self, digest: str) -> Path:
        """A local path of the blob; raises NotFound as ``get``."""
        ...

    def has(self, digest: str) -> bool: ...

    def attempt_folder(self, run: int, block_run: str, attempt: int) -> Path:
        """The folder of an attempt (log, spec, manifest); made when it does not exist."""
        ...

    def log_path(self, run: int, block_run: str, attempt: int) -> Path:
        """The path of an attempt's log, which may not be there; nothing is made."""
        ...

    def commit_path(self, run: int, block_run: str, round: int) -> Path:
        """The path whose existence means that this block run finished in this round."""
        ...

    def write_spec(self, spec: AttemptSpec) -> Path: ...

    def committed(self, run: int, block_run: str, round: int) -> Manifest | None:
        """The manifest that won, if any (asked on recovery)."""
        ...

    def manifest(self, path: str) -> Manifest:
        """Read a manifest; raises NotFound, or Invalid when it is not one."""
        ...

    def adopt(self, run: int, block_run: str, round: int, manifest: Manifest) -> Path:
        """Commit a manifest made elsewhere (a reused result); the first one wins. Returns its path."""
        ...

    def remove_run(self, run: int) -> int:
        """Delete a run's folder of logs and documents; returns bytes freed. Blobs stay until ``sweep``."""
        ...

    def sweep(self, keep: Collection[str], older_than_seconds: float, *, dry_run: bool) -> Iterable[tuple[str, int]]:
        """Delete blobs that are not in ``keep`` and older than the given age; yields digest and bytes of each."""
        ...

    def usage(self) -> Mapping[str, int]:
        """``blobs``, ``runs``: bytes in each; ``free``, ``total``: bytes of the volume."""
        ...

    def volume(self) -> tuple[int, int]:
        """Free bytes and all bytes of the volume; cheap, unlike ``usage``."""
        ...
