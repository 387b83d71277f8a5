"""Artifacts in an object store, with what is read often at hand on this host.

Below the store's URL lies what the data folder has otherwise (ARCHITECTURE.md): ``blobs/ab/abcdef…`` and
``runs/<run>/<block run>/…``. There is no rename and no link; the commit is a *conditional put* of
``done-<round>.json``, which the store refuses when there is one. So a manifest is there at once and whole, and the
first one wins, whoever races for it from wherever.

What the data folder has from the time before outputs went elsewhere stays readable on its host.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from blake3 import blake3

from blockwright.adapters.artifacts.atomic import explained, make_folder, remove, write_new
from blockwright.adapters.artifacts.benches import Benches
from blockwright.adapters.artifacts.blobs import DIGEST, Blobs
from blockwright.adapters.artifacts.local import LocalArtifacts
from blockwright.adapters.artifacts.names import folder_name
from blockwright.adapters.artifacts.objects import Found, Objects
from blockwright.adapters.artifacts.read_cache import ReadCache, digest_of
from blockwright.core.errors import Conflict, Invalid, NotFound, Unavailable
from blockwright.wire import documents, kill_points
from blockwright.wire.manifests import Manifest, Outcome
from blockwright.wire.specs import AttemptSpec

YOUNG = 1800.0
"""Seconds after which a blob that is wanted again is written again: collection leaves those alone that are younger than
an hour, and there is no other way to make one young in every kind of store."""

_REWRITTEN = 8_000_000
"""The size up to which that is done when somebody merely asks whether the blob is there."""

_AT_ONCE = 16
_DELETED_AT_ONCE = 100
_MANIFESTS = 1024
_MISSING_SECONDS = 2.0
"""How long a log that the store does not have is not asked for again."""

_SIZES_SECONDS = 600.0
_FINISHED = (Outcome.COMPLETED, Outcome.SKIPPED)
_LOGS = ("log.jsonl", "frames.jsonl")
_KEPT = ".kept"
"""In an attempt's folder: its documents are in the store, so that the folder may go."""

_KEPT_SECONDS = 3600.0
_DOCUMENT = re.compile(r"(?:^|/)(runs/\d+/[^/]+/(?:done-\d+|\d+/manifest)\.json)$")
_MARK = "installation.json"


@dataclass(frozen=True, slots=True)
class _Upload:
    digest: str
    file: Path


class DistantArtifacts:
    """The port ``RemoteArtifacts``. ``folder`` is the data folder, where the cache, benches, and logs that are being
    written lie. ``installation`` gives the name of the records: two installations must not share a prefix, since both
    count their runs from one. ``young_seconds``: see ``YOUNG``."""

    def __init__(
        self,
        objects: Objects,
        folder: Path,
        *,
        cache_bytes: int,
        installation: Callable[[], str],
        young_seconds: float = YOUNG,
    ) -> None:
        self._objects = objects
        self._young = young_seconds
        self._folder = Path(os.path.abspath(folder))
        self._local = LocalArtifacts(self._folder)
        # What one store has says nothing about another: a project may name a store of its own, or a new one.
        place = self._folder / "cache" / "objects" / blake3(objects.url.encode()).hexdigest(length=8)
        self._cache = ReadCache(place, most_bytes=cache_bytes)
        self._before = Blobs(self._folder / "blobs", durable=False)
        self._benches = Benches(self._folder / "cache" / "benches")
        self._installation = installation
        self._opened = False
        self._opening = Lock()
        self._manifests: OrderedDict[str, bytes] = OrderedDict()
        self._missing: dict[Path, float] = {}
        self._sizes: tuple[float, Mapping[str, int]] | None = None

    # Blobs ----------------------------------------------------------------------------------------------------------

    @property
    def blobs(self) -> Path:
        """The cache: attempts work on benches."""
        return self._cache.folder

    def put(self, data: bytes) -> str:
        self._open()
        digest = blake3(data).hexdigest()
        if not self._is_young(digest):
            written = self._written(digest)
            if written is None:
                self._objects.put(_blob(digest), data)
                written = time.time()
            self._cache.receive(digest, iter((memoryview(data),)), written, digest)
        return digest

    def put_each(self, wanted: Sequence[tuple[str, Callable[[], bytes]]]) -> list[str]:
        def stored(one: tuple[str, Callable[[], bytes]]) -> str:
            return one[0] if self._held(one[0]) else self.put(one[1]())

        if all(self._is_young(digest) for digest, _ in wanted):
            return [digest for digest, _ in wanted]
        self._open()
        return self._each(stored, wanted)

    def get(self, digest: str) -> bytes:
        path = self.path(digest)
        with explained(path, "read"):
            data = path.read_bytes()
        if blake3(data).hexdigest() == digest:
            return data
        self._cache.drop(digest)  # damaged on this host: the store may still have it whole
        return self.path(digest).read_bytes()

    def path(self, digest: str) -> Path:
        if DIGEST.fullmatch(digest) is None:
            return self._before.path(digest)  # which says what is wrong
        found = self._cache.find(digest)
        if found is not None:
            return found
        if self._before.has(digest):
            return self._before.path(digest)
        return self._fetch(digest)

    def has(self, digest: str) -> bool:
        """Whether the store has it, so that every host can read it."""
        if DIGEST.fullmatch(digest) is None:
            return False
        if self._is_young(digest):
            return True
        self._open()
        found = self._objects.find(_blob(digest))
        if found is None:
            return False
        self._cache.note_written(digest, found.modified.timestamp())
        if _age(found) > self._young and found.size <= _REWRITTEN:
            file = self._cache.find(digest)
            if file is not None:
                self._write(_Upload(digest, file))
        return True

    def hold(self, digests: Iterable[str]) -> bool:
        self._open()
        return all(self._each(self._held, list(digests)))

    def _held(self, digest: str) -> bool:
        """What is old and cannot cheaply be written anew gets an object beside it that says that it is wanted."""
        if not self.has(digest):
            return False
        if self._is_young(digest):
            return True
        self._objects.put(_hold(digest), b"")
        return self._objects.find(_blob(digest)) is not None

    def _is_young(self, digest: str) -> bool:
        """Whether the store had it a moment ago, and so it has not been collected since."""
        written = self._cache.written(digest)
        return written is not None and time.time() - written < self._young

    def _fetch(self, digest: str) -> Path:
        self._open()
        got = self._objects.stream(_blob(digest))
        if got is None:
            raise NotFound(
                f"The store has no blob {digest}: it was collected, or never existed.",
                hint=f"Run the block again to have it. It would be {self._objects.name(_blob(digest))}.",
            )
        found, pieces = got
        return self._cache.receive(digest, pieces, found.modified.timestamp(), self._objects.name(found.key))

    def _upload(self, upload: _Upload) -> None:
        """Have the store keep a file of a bench; what it has already is written again only when it is old."""
        if self._is_young(upload.digest):
            return
        written = self._written(upload.digest)
        if written is None:
            self._write(upload)
            written = time.time()
        self._cache.take(upload.digest, upload.file, written)

    def _written(self, digest: str) -> float | None:
        """When the store's copy was written; None when there is none, or one so old that it must be written again."""
        found = self._objects.find(_blob(digest))
        return None if found is None or _age(found) > self._young else found.modified.timestamp()

    def _write(self, upload: _Upload) -> None:
        with explained(upload.file, "read"):
            if digest_of(upload.file) != upload.digest:
                raise Unavailable(
                    f"{upload.file} is damaged: its bytes do not have the digest in its name.",
                    hint="Run the block again; look at the disk if it happens again.",
                    code="damaged",
                )
        self._objects.put(_blob(upload.digest), upload.file)
        self._cache.note_written(upload.digest, time.time())

    # Documents ------------------------------------------------------------------------------------------------------

    def attempt_folder(self, run: int, block_run: str, attempt: int) -> Path:
        return self._local.attempt_folder(run, block_run, attempt)

    def log_path(self, run: int, block_run: str, attempt: int) -> Path:
        """The log as it is written on this host, else what its host uploaded when the attempt had ended."""
        path = self._local.log_path(run, block_run, attempt)
        if path.exists() or time.monotonic() - self._missing.get(path, -_MISSING_SECONDS) < _MISSING_SECONDS:
            return path
        kept = _attempt(run, block_run, attempt)
        log = self._objects.get(f"{kept}/log.jsonl")
        if log is None:
            if len(self._missing) > _MANIFESTS:
                self._missing.clear()
            self._missing[path] = time.monotonic()
            return path
        folder = self._local.attempt_folder(run, block_run, attempt)
        frames = self._objects.get(f"{kept}/frames.jsonl")
        if frames is not None:
            _write_whole(folder / "frames.jsonl", frames)
        _write_whole(folder / _KEPT, b"")
        _write_whole(path, log)  # last: those who find it find the rest, too
        return path

    def remove_log(self, run: int, block_run: str, attempt: int) -> None:
        self._local.remove_log(run, block_run, attempt)
        self._objects.delete([f"{_attempt(run, block_run, attempt)}/{name}" for name in _LOGS])

    def commit_path(self, run: int, block_run: str, round: int) -> Path:
        return self._local.commit_path(run, block_run, round)

    def journal(self, run: int, fencing: int) -> str | None:
        """None: each manifest is an object of its own, which any host can find."""
        return None

    def begun(self, run: int, block_run: str, attempt: int) -> bool:
        return self._local.begun(run, block_run, attempt)

    def write_spec(self, spec: AttemptSpec) -> Path:
        """Nothing: who starts the attempt writes what it is told, with the paths of its bench; it is uploaded with the
        log."""
        return Path(spec.work, "spec.json")

    def committed(self, run: int, block_run: str, round: int) -> Manifest | None:
        self._open()
        key = _done(run, block_run, round)
        data = self._objects.get(key)
        if data is None:
            return self._local.committed(run, block_run, round)
        return self._read(data, key)

    def committed_name(self, run: int, block_run: str, round: int) -> str:
        return self._local.committed_name(run, block_run, round)

    def manifest(self, path: str) -> Manifest:
        found = _DOCUMENT.search(path)
        if found is None:
            return self._local.manifest(path)
        data = self._manifests.get(found[1]) or self._objects.get(found[1])
        if data is None:
            return self._local.manifest(found[1])  # what could not be uploaded, or is from before
        self._remember(found[1], data)
        return self._read(data, found[1])

    def adopt(self, run: int, block_run: str, round: int, manifest: Manifest) -> Path:
        self._open()
        key = _done(run, block_run, round)
        kill_points.here("manifest.before_write")
        self._objects.create(key, _encode(manifest))
        kill_points.here("manifest.after_link")
        return Path(key)

    def _remember(self, key: str, data: bytes) -> None:
        self._manifests[key] = data
        if len(self._manifests) > _MANIFESTS:
            self._manifests.popitem(last=False)

    def _read(self, data: bytes, key: str) -> Manifest:
        try:
            return documents.load(Manifest, json.loads(data))
        except (ValueError, RecursionError) as error:
            raise Invalid(
                f"{self._objects.name(key)} is not a manifest: {error}.",
                hint="Delete that object, then run the block again.",
            ) from error

    # Attempts on this host ------------------------------------------------------------------------------------------

    def bench(self) -> Path:
        return self._benches.new()

    def lay_out(self, bench: Path, digests: Iterable[str]) -> None:
        def lay(digest: str) -> None:
            target = bench / digest[:2] / digest
            while not self._cache.link(digest, target):
                path = self.path(digest)
                if path.parent.parent == self._before.folder:
                    make_folder(target.parent)
                    os.link(path, target)
                    return

        wanted = list(dict.fromkeys(digests))
        distant = [digest for digest in wanted if not self._at_hand(digest, bench)]
        self._each(lay, distant)

    def _at_hand(self, digest: str, bench: Path) -> bool:
        """Lay out what needs no network, in this thread; a digest that is none is left to the error of ``path``."""
        if DIGEST.fullmatch(digest) is None:
            self.path(digest)
        return self._cache.link(digest, bench / digest[:2] / digest)

    def publish(self, spec: AttemptSpec, bench: Path, manifest: Manifest, going_on: Callable[[], None]) -> str:
        self._open()
        kill_points.here("upload.before_blobs")
        for digest in dict.fromkeys(output.digest for output in manifest.outputs if not output.in_memory):
            going_on()
            self._upload(_Upload(_checked(digest), bench / digest[:2] / digest))
        kill_points.here("upload.after_blobs")
        going_on()
        data = _encode(manifest)
        own = f"{_attempt(spec.run, spec.block_run, spec.attempt)}/manifest.json"
        if manifest.outcome not in _FINISHED:
            self._objects.put(own, data)
            self._remember(own, data)
            return own
        key = _done(spec.run, spec.block_run, spec.round)
        if not self._objects.create(key, data) and self._objects.get(key) != data:
            self._objects.put(own, data)  # another attempt was first: ours stays as evidence
            return key
        self._remember(key, data)
        kill_points.here("upload.after_manifest")
        return key

    def keep_log(self, spec: AttemptSpec) -> None:
        self._open()
        kept = _attempt(spec.run, spec.block_run, spec.attempt)
        for name in (*_LOGS, "spec.json"):
            file = Path(spec.work, name)
            if file.exists():
                self._objects.put(f"{kept}/{name}", file)
        _write_whole(Path(spec.work, _KEPT), b"")

    def clear(self, bench: Path) -> None:
        self._benches.clear(bench)

    def close(self) -> None:
        """Remove what belongs to this process alone."""
        self._benches.close()

    # What is kept ---------------------------------------------------------------------------------------------------

    def remove_run(self, run: int) -> int:
        self._local.remove_run(run)
        freed = 0
        for page in self._objects.list(f"runs/{run}/"):
            self._objects.delete([one.key for one in page])
            freed += sum(one.size for one in page)
        return freed

    def run_bytes(self, run: int) -> int:
        return sum(one.size for page in self._objects.list(f"runs/{run}/") for one in page)

    def sweep(self, keep: Collection[str], older_than_seconds: float, *, dry_run: bool) -> Iterable[tuple[str, int]]:
        """As the port has it, the data folder's blobs from before included. Without ``dry_run`` what killed processes
        left on benches, and copies of logs that the store has, go too."""
        self._open()
        kept = keep if isinstance(keep, set | frozenset) else frozenset(keep)
        if not dry_run:
            self._benches.clear_abandoned()
            self._clear_kept_logs()
            for page in self._objects.list("holds/"):
                self._objects.delete([one.key for one in page if _age(one) > older_than_seconds])
        for page in self._objects.list("blobs/"):
            old = [one for one in page if _age(one) > older_than_seconds and _digest(one) not in kept]
            for start in range(0, len(old), _DELETED_AT_ONCE):
                yield from self._delete(old[start : start + _DELETED_AT_ONCE], older_than_seconds, dry_run=dry_run)
        if self._before.folder.is_dir():
            yield from self._local.sweep(kept, older_than_seconds, dry_run=dry_run)

    def _delete(self, blobs: Sequence[Found], older_than_seconds: float, *, dry_run: bool) -> list[tuple[str, int]]:
        """Delete blobs unless they became young meanwhile: a store cannot delete on a condition, so it is asked right
        before. Writers leave half an hour between making a blob young and the age at which it may go."""
        going = [(digest, one.size) for one in blobs if DIGEST.fullmatch(digest := _digest(one))]
        if dry_run:
            return going
        still = self._each(self._objects.find, [_blob(digest) for digest, _ in going])
        old = {_digest(one) for one in still if one is not None and _age(one) > older_than_seconds}
        holds = self._each(self._objects.find, [_hold(digest) for digest in sorted(old)])
        old -= {_digest(one) for one in holds if one is not None and _age(one) <= older_than_seconds}
        self._objects.delete([_blob(digest) for digest in sorted(old)])
        for digest in old:
            self._cache.drop(digest)
        return [one for one in going if one[0] in old]

    def _clear_kept_logs(self) -> None:
        before = time.time() - _KEPT_SECONDS
        for kept in (self._folder / "runs").glob(f"*/*/*/{_KEPT}"):
            try:
                if kept.stat().st_mtime < before:
                    for entry in list(kept.parent.iterdir()):
                        entry.unlink()
                    kept.parent.rmdir()
            except OSError:
                continue  # somebody else was first, or something else lies there

    def usage(self) -> Mapping[str, int]:
        """Listed at most every ten minutes: a large store has many pages."""
        now = time.monotonic()
        if self._sizes is None or now - self._sizes[0] > _SIZES_SECONDS:
            self._open()
            sizes = {part: sum(one.size for page in self._objects.list(f"{part}/") for one in page) for part in _PARTS}
            self._sizes = (now, {**sizes, "free": 0, "total": 0})
        return self._sizes[1]

    def volume(self) -> tuple[int, int]:
        return 0, 0

    def check(self) -> str:
        """Every verb that is needed, on objects of our own."""
        self._open()
        prefix = f"check/{os.urandom(8).hex()}"
        key, data = f"{prefix}/probe", os.urandom(16)
        if not self._objects.create(key, data) or self._objects.create(key, b"another"):
            raise _no_conditions(self._objects.url)
        if self._objects.get(key) != data:
            raise Unavailable(f"{self._objects.name(key)} does not hold what was written.", code="damaged")
        if [one.key for page in self._objects.list(f"{prefix}/") for one in page] != [key]:
            raise Unavailable(
                f"The store does not list {self._objects.name(key)}, which was just written.",
                hint="Use a store whose listings are up to date; collection needs them.",
                code="store_unreachable",
            )
        self._objects.delete([key])
        if self._objects.find(key) is not None:
            raise Unavailable(f"{self._objects.name(key)} is still there after it was deleted.", code="store_denied")
        return f"{self._objects.url}: written, committed once, read, listed and deleted"

    # ----------------------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        """Make sure once that the prefix is ours."""
        with self._opening:
            if self._opened:
                return
            own = self._installation()
            if not self._objects.create(_MARK, _mark(own)):
                theirs = self._objects.get(_MARK)
                if theirs != _mark(own):
                    raise Conflict(
                        f"The outputs at `{self._objects.url}` belong to another installation, whose records are in "
                        "another database.",
                        hint="Choose another prefix, or set BLOCKWRIGHT_DATABASE_URL to the database they belong to. "
                        f"When that one is gone for ever: delete {self._objects.name(_MARK)}.",
                        code="store_foreign",
                    )
            self._opened = True

    def _each(self, call: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        """Call for each, several at once; the first error is raised when all have ended."""
        if len(items) < 2:
            return [call(item) for item in items]
        with ThreadPoolExecutor(min(_AT_ONCE, len(items)), thread_name_prefix="artifacts") as pool:
            return list(pool.map(call, items))


_PARTS = ("blobs", "runs")


def _blob(digest: str) -> str:
    return f"blobs/{digest[:2]}/{digest}"


def _hold(digest: str) -> str:
    return f"holds/{digest}"


def _digest(found: Found) -> str:
    return found.key.rpartition("/")[2]


def _attempt(run: int, block_run: str, attempt: int) -> str:
    return f"runs/{run}/{folder_name(block_run)}/{attempt}"


def _done(run: int, block_run: str, round: int) -> str:
    return f"runs/{run}/{folder_name(block_run)}/done-{round}.json"


def _age(found: Found) -> float:
    return (datetime.now(UTC) - found.modified).total_seconds()


def _mark(installation: str) -> bytes:
    return json.dumps({"installation": installation}).encode("ascii")


def _encode(document: Any) -> bytes:
    return json.dumps(documents.dump(document), separators=(",", ":")).encode("ascii")


def _checked(digest: str) -> str:
    """A digest out of a document that a block process wrote: it must not lead out of a folder."""
    if DIGEST.fullmatch(digest) is None:
        raise Invalid(f"The attempt names an output by {digest!r}, which is no digest.", code="damaged")
    return digest


def _no_conditions(url: str) -> Unavailable:
    return Unavailable(
        f"The store `{url}` writes an object again although it was told not to: it has no conditional put.",
        hint="Two engines could commit over each other. Use a store that knows `If-None-Match: *`.",
        code="store_conditions",
    )


def _write_whole(path: Path, data: bytes) -> None:
    temporary = path.with_name(f"{path.name}.{os.urandom(4).hex()}.tmp")
    with explained(path):
        os.close(write_new(temporary, data))
        try:
            os.replace(temporary, path)
        except BaseException:
            remove(temporary)
            raise
