"""Where bytes live: immutable blobs named by their BLAKE3 digest, and the documents of attempts beside them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
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

    def put_each(self, wanted: Sequence[tuple[str, Callable[[], bytes]]]) -> list[str]:
        """For each pair the digest under which its bytes are stored: the one given if the store has it, else that of
        what the function reads. Many cost little more than one where a store is far away. They are held."""
        ...

    def hold(self, digests: Iterable[str]) -> bool:
        """Keep these from a sweep that is under way or begins soon; False when one of them is gone. Ask it before a
        record names bytes that nobody named, or whose only record may be deleted at this very moment."""
        ...

    def attempt_folder(self, run: int, block_run: str, attempt: int) -> Path:
        """The folder of an attempt (log, spec, manifest); made when it does not exist."""
        ...

    def log_path(self, run: int, block_run: str, attempt: int) -> Path:
        """A local path of an attempt's log, which may not be there; ``frames.jsonl`` lies beside it."""
        ...

    def remove_log(self, run: int, block_run: str, attempt: int) -> None:
        """Delete the log and the frames of an attempt, if there are any."""
        ...

    def commit_path(self, run: int, block_run: str, round: int) -> Path:
        """The path whose existence means that this block run finished in this round (or stands for that, where the
        documents are kept elsewhere); ``manifest`` and ``committed`` find what was committed."""
        ...

    def journal(self, run: int, fencing: int) -> str | None:
        """The path of the journal in which the session of this owner commits (``wire.journals``); None where its
        attempts commit like all others."""
        ...

    def begun(self, run: int, block_run: str, attempt: int) -> bool:
        """Whether a session has begun this attempt (asked on recovery)."""
        ...

    def write_spec(self, spec: AttemptSpec) -> Path: ...

    def committed(self, run: int, block_run: str, round: int) -> Manifest | None:
        """The manifest that won, if any (asked on recovery)."""
        ...

    def committed_name(self, run: int, block_run: str, round: int) -> str:
        """What ``manifest`` reads to get the one that ``committed`` gave."""
        ...

    def manifest(self, path: str) -> Manifest:
        """Read a manifest; raises NotFound, or Invalid when it is not one."""
        ...

    def adopt(self, run: int, block_run: str, round: int, manifest: Manifest) -> Path:
        """Commit a manifest made elsewhere (a reused result); the first one wins. Returns what ``manifest`` reads."""
        ...

    def remove_run(self, run: int) -> int:
        """Delete a run's folder of logs and documents; returns bytes freed. Blobs stay until ``sweep``."""
        ...

    def run_bytes(self, run: int) -> int:
        """What ``remove_run`` would free."""
        ...

    def sweep(self, keep: Collection[str], older_than_seconds: float, *, dry_run: bool) -> Iterable[tuple[str, int]]:
        """Delete blobs that are not in ``keep``, and that nobody wrote or held within the given age; yields digest and
        bytes of each."""
        ...

    def usage(self) -> Mapping[str, int]:
        """``blobs``, ``runs``: bytes in each; ``free``, ``total``: as ``volume``. Not cheap."""
        ...

    def volume(self) -> tuple[int, int]:
        """Free bytes and all bytes of the volume, both 0 where there is no bound; cheap, unlike ``usage``."""
        ...

    def check(self) -> str:
        """Write, read, commit and delete something small; returns what was found in a few words, raises the error
        that names what is refused."""
        ...


class RemoteArtifacts(ArtifactStore, Protocol):
    """Artifacts away from this host: an attempt works on a *bench*, a folder of blobs of its own, and what it gives is
    published. Safe to use from several threads."""

    def bench(self) -> Path:
        """A new folder with room for blobs (``ab/…``, ``tmp/``). It vanishes with ``clear``, or some time after the
        process that made it has ended."""
        ...

    def lay_out(self, bench: Path, digests: Iterable[str]) -> None:
        """Put these blobs there, fetched when they are not at hand; raises NotFound, or Unavailable for a damaged one
        or a store that cannot be reached."""
        ...

    def publish(self, spec: AttemptSpec, bench: Path, manifest: Manifest, going_on: Callable[[], None]) -> str:
        """Upload what the attempt gave, then its manifest: a finished one is committed only if none is there. Returns
        what ``manifest`` reads to get the one that counts. ``going_on`` is called before each step, above all right
        before the commit, and raises to stop here."""
        ...

    def keep_log(self, spec: AttemptSpec) -> None:
        """Upload the attempt's log, frames and spec from its folder."""
        ...

    def clear(self, bench: Path) -> None: ...
