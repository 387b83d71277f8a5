"""Artifacts on the local disk: the data folder as ARCHITECTURE.md draws it."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from blockwright.adapters.artifacts import collection, sizes
from blockwright.adapters.artifacts.atomic import explained, make_folder, refused, remove, rename, sync, write_new
from blockwright.adapters.artifacts.blobs import Blobs
from blockwright.adapters.artifacts.names import folder_name
from blockwright.core.errors import Invalid, NotFound, Unavailable
from blockwright.wire import documents, journals, kill_points
from blockwright.wire.journals import Journal
from blockwright.wire.manifests import Manifest
from blockwright.wire.specs import AttemptSpec


class LocalArtifacts:
    """The port ``ArtifactStore`` on a folder of this host; folders are made when they are first needed.

    ``durable``: wait for the disk before a blob or an adopted manifest counts, so that a power cut loses nothing.
    """

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self._folder = Path(os.path.abspath(folder))
        self._durable = durable
        self._blobs = Blobs(self._folder / "blobs", durable=durable)
        self._opened = False
        self._read_journals: dict[str, Journal] = {}

    @property
    def blobs(self) -> Path:
        self._open()
        return self._blobs.folder

    def put(self, data: bytes) -> str:
        self._open()
        return self._blobs.put(data)

    def get(self, digest: str) -> bytes:
        return self._blobs.get(digest)

    def path(self, digest: str) -> Path:
        return self._blobs.path(digest)

    def has(self, digest: str) -> bool:
        return self._blobs.has(digest)

    def put_each(self, wanted: Sequence[tuple[str, Callable[[], bytes]]]) -> list[str]:
        return [digest if self._blobs.hold(digest) else self.put(read()) for digest, read in wanted]

    def hold(self, digests: Iterable[str]) -> bool:
        return all(self._blobs.hold(digest) for digest in digests)

    def attempt_folder(self, run: int, block_run: str, attempt: int) -> Path:
        self._open()
        folder = Path(f"{self._block_run(run, block_run)}/{attempt}")
        with explained(folder):
            if attempt == 1:
                make_folder(folder.parent)  # to find it missing first would cost a call more
            make_folder(folder)
        return folder

    def log_path(self, run: int, block_run: str, attempt: int) -> Path:
        return Path(f"{self._block_run(run, block_run)}/{attempt}/log.jsonl")

    def remove_log(self, run: int, block_run: str, attempt: int) -> None:
        log = self.log_path(run, block_run, attempt)
        for path in (log, log.with_name("frames.jsonl")):
            with explained(path, "delete"), contextlib.suppress(FileNotFoundError, NotADirectoryError):
                path.unlink()

    def commit_path(self, run: int, block_run: str, round: int) -> Path:
        return Path(f"{self._block_run(run, block_run)}/done-{round}.json")

    def journal(self, run: int, fencing: int) -> str | None:
        self._open()
        return f"{self._journals(run)}/{fencing}.jsonl"

    def begun(self, run: int, block_run: str, attempt: int) -> bool:
        if any(f"{run}/{block_run}/{attempt}" in journal.begun for journal in self._newest_journals(run)):
            return True
        return os.path.isdir(f"{self._block_run(run, block_run)}/{attempt}")

    def write_spec(self, spec: AttemptSpec) -> Path:
        """Put the spec into its attempt's folder. It is not waited for on the disk: after a power cut its attempt is
        dead, and the next one gets a spec of its own."""
        self._open()
        path = Path(f"{self._block_run(spec.run, spec.block_run)}/{spec.attempt}/spec.json")
        kill_points.here("spec.before_write")
        temporary = self._blobs.temporary()
        with explained(path):
            os.close(write_new(temporary, _encode(spec)))
            try:
                try:
                    rename(temporary, path)
                except FileNotFoundError:  # whoever made the spec has made its folder, as a rule
                    self.attempt_folder(spec.run, spec.block_run, spec.attempt)
                    rename(temporary, path)
            except BaseException:
                remove(temporary)
                raise
        kill_points.here("spec.after_rename")
        return path

    def committed(self, run: int, block_run: str, round: int) -> Manifest | None:
        try:
            return self.manifest(self.committed_name(run, block_run, round))
        except NotFound:
            return None

    def committed_name(self, run: int, block_run: str, round: int) -> str:
        for journal in self._newest_journals(run):
            name = journal.finished.get((block_run, round))
            if name is not None:
                return name
        return os.fspath(self.commit_path(run, block_run, round))

    def manifest(self, path: str) -> Manifest:
        """``path`` may be relative to the data folder, and may name a place in a journal."""
        place = self._folder / path
        try:
            if journals.is_named(path):
                return documents.load(Manifest, journals.read_manifest(os.fspath(place)))
            return documents.load(Manifest, json.loads(place.read_bytes()))
        except (FileNotFoundError, NotADirectoryError):
            raise NotFound(f"There is no manifest at {place}.", hint="Retention may have removed its run.") from None
        except OSError as error:
            raise Unavailable(f"Cannot read the manifest {place}: {error.strerror}.") from error
        except (ValueError, RecursionError) as error:
            raise Invalid(
                f"{place} is not a manifest: {error}.", hint="Delete that file, then run the block again."
            ) from error

    def adopt(self, run: int, block_run: str, round: int, manifest: Manifest) -> Path:
        self._open()
        path = self.commit_path(run, block_run, round)
        kill_points.here("manifest.before_write")
        temporary = self._blobs.temporary()
        with explained(path):
            descriptor = write_new(temporary, _encode(manifest))
            try:
                kill_points.here("manifest.after_write")
                if self._durable:
                    os.fsync(descriptor)
                kill_points.here("manifest.after_fsync")
                _link(temporary, path)
                if self._durable:
                    _sync_new_entry(path, self._folder)
            finally:
                os.close(descriptor)
                remove(temporary)
        kill_points.here("manifest.after_link")
        return path

    def remove_run(self, run: int) -> int:
        return sizes.remove_folder(self._runs / str(run))

    def run_bytes(self, run: int) -> int:
        return sizes.measure(self._runs / str(run))

    def sweep(self, keep: Collection[str], older_than_seconds: float, *, dry_run: bool) -> Iterable[tuple[str, int]]:
        """Lazy: a blob is deleted when the iteration comes to it. Without ``dry_run`` the files that killed writers
        left an hour ago or earlier go too."""
        return collection.sweep(self._blobs.folder, keep, older_than_seconds, dry_run=dry_run)

    def usage(self) -> Mapping[str, int]:
        free, total = sizes.volume(self._folder)
        return {
            "blobs": sizes.measure(self._blobs.folder),
            "runs": sizes.measure(self._runs),
            "free": free,
            "total": total,
        }

    def volume(self) -> tuple[int, int]:
        return sizes.volume(self._folder)

    def check(self) -> str:
        self._open()
        first, second = self._blobs.temporary(), self._blobs.temporary()
        with explained(first):
            os.close(write_new(first, b"check"))
            try:
                _link(first, second)
            finally:
                remove(first)
                remove(second)
        return f"{self._folder}: written, linked and deleted"

    @property
    def _runs(self) -> Path:
        return self._folder / "runs"

    def _block_run(self, run: int, block_run: str) -> str:
        # A text: for every attempt several of these are made, and joining paths costs ten times as much.
        return f"{self._folder}/runs/{run}/{folder_name(block_run)}"

    def _journals(self, run: int) -> str:
        # No block run has a folder of this name: each of them is escaped.
        return f"{self._folder}/runs/{run}/+sessions"

    def _newest_journals(self, run: int) -> Sequence[Journal]:
        """Those of a run's sessions, the newest owner's first. On recovery they are asked for each block run: what was
        read of the last run is kept."""
        try:
            found = [name.partition(".")[0] for name in os.listdir(self._journals(run))]
        except (FileNotFoundError, NotADirectoryError):
            return ()
        newest = sorted((int(number) for number in found if number.isdecimal()), reverse=True)
        paths = [f"{self._journals(run)}/{number}.jsonl" for number in newest]
        read = {path: self._read_journals.get(path) or Journal(path) for path in paths}
        self._read_journals = read
        return [journal.look() for journal in read.values()]

    def _open(self) -> None:
        """Make the data folder on the first write, and keep it out of version control."""
        if self._opened:
            return
        with explained(self._folder):
            make_folder(self._folder)
            for folder in (self._runs, self._blobs.folder, self._blobs.folder / "tmp"):
                make_folder(folder)
            with contextlib.suppress(FileExistsError):
                os.close(write_new(self._folder / ".gitignore", b"*\n"))
        self._opened = True


def _encode(document: Any) -> bytes:
    return json.dumps(documents.dump(document), separators=(",", ":")).encode("ascii")


def _link(temporary: Path, path: Path) -> None:
    """Let a finished file appear under ``path`` unless something is there already: the first one stays."""
    try:
        with contextlib.suppress(FileExistsError):
            try:
                os.link(temporary, path)
            except FileNotFoundError:
                make_folder(path.parent)
                os.link(temporary, path)
    except PermissionError as error:
        if os.access(path.parent, os.W_OK):  # the folder takes files, but the file system has no hard links
            error.strerror = "this file system has no hard links, which commits need"
            raise refused(error, path) from error
        raise


def _sync_new_entry(path: Path, root: Path) -> None:
    """Wait for a new file's name and for the names of the folders above it, up to ``root``."""
    for folder in path.parents:
        sync(folder)
        if folder == root:
            return
