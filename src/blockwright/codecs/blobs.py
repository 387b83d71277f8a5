"""Immutable files named by the BLAKE3 digest of their bytes: ``ab/abcdef…``, with ``tmp/`` for what is being written.

A blob is written to ``tmp/``, and only whole does it get its name. The digest is computed while the bytes are written:
large pieces are hashed by a second thread beside the one that writes, so that naming a frame by its content costs no
time of its own on two cores.
"""

from __future__ import annotations

import contextlib
import errno
import os
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blockwright.codecs.errors import StoreError
from blockwright.wire import kill_points
from blockwright.wire.outputs import Output

_SMALL = 64 * 1024  # shorter pieces are gathered, so that a file of many little buffers needs few calls
_CHUNK = 4 * 1024 * 1024  # writer and hasher share a chunk while it is still in the cache
_AHEAD = 8  # chunks that the writer may be ahead of the hasher


@dataclass(frozen=True, slots=True)
class Blob:
    """What a finished write has made: its name and its length in bytes."""

    digest: str
    bytes: int


def path_of(store: Path, digest: str) -> Path:
    """Where the blob lies, whether or not it is there."""
    return Path(_place(store, digest))


def _place(store: Path, digest: str) -> str:
    """The same as text: a blob of a few bytes costs less than taking its path apart."""
    return f"{store}/{digest[:2]}/{digest}"


def existing(output: Output, store: Path) -> Path:
    """The path of the output's blob; raises StoreError naming the output when it is not there."""
    path = path_of(store, output.digest)
    if output.in_memory or not path.is_file():
        raise missing(output)
    return path


def missing(output: Output) -> StoreError:
    """The error for an output whose bytes the store does not have."""
    if output.in_memory:
        why = "it was handed over in memory and never stored"
    else:
        why = f"its blob {output.digest} was collected by retention, or the data folder was changed by hand"
    return StoreError(f"Output `{output.name}` cannot be read: {why}. Run the block again to have it.")


class Sink:
    """A binary file that is being written: hand pieces to ``write``; they are not changed or copied if they are large.

    A piece must stay as it is until ``close``. The first failure is kept: every later call raises it again, because
    the libraries that write here try to write an ending after an error. The file is made when bytes first have to go
    there, so that of a small value it is known before whether the store has it.
    """

    def __init__(self, file: str, *, output: str, store: Path) -> None:
        from blake3 import blake3

        self.written = 0
        self.closed = False
        self.descriptor: int | None = None
        self._file = file
        self._output = output
        self._store = store
        self._hash = blake3()
        self._pending = bytearray()
        self._hasher: _Hasher | None = None
        self._failure: StoreError | None = None

    def write(self, piece: Any) -> int:
        """Take any contiguous bytes-like object; returns its length in bytes."""
        view = memoryview(piece).cast("B")
        if len(view) < _SMALL:
            self._pending += view
            if len(self._pending) >= _SMALL:
                self._flush_pending()
        else:
            self._flush_pending()
            self._write_through(view)
        return len(view)

    def flush(self) -> None:
        """Nothing to do before ``finish``; the libraries that write here ask for it."""

    def close(self) -> None:
        """End the hashing thread; the file itself belongs to the caller."""
        self.closed = True
        hasher, self._hasher = self._hasher, None
        if hasher is not None:
            hasher.end()

    def small(self) -> bytes | None:
        """Everything so far, if it is so little that nothing was written yet."""
        return bytes(self._pending) if self.descriptor is None and self._failure is None else None

    def finish(self) -> tuple[int, str]:
        """Write what is pending; the file's descriptor and the digest (hex) of all bytes."""
        self._flush_pending()
        self.close()
        return self._opened(), str(self._hash.hexdigest())

    def _opened(self) -> int:
        if self._failure is not None:
            raise self._failure
        if self.descriptor is None:
            try:
                self.descriptor = _create(self._file)
            except OSError as error:
                self._failure = refused(error, output=self._output, written=0, store=self._store)
                raise self._failure from error
        return self.descriptor

    def _flush_pending(self) -> None:
        if self._pending:
            piece, self._pending = bytes(self._pending), bytearray()
            self._write_through(memoryview(piece))

    def _write_through(self, view: memoryview) -> None:
        descriptor = self._opened()
        for start in range(0, len(view), _CHUNK):
            chunk = view[start : start + _CHUNK]
            self._update(chunk)
            self._write_chunk(descriptor, chunk)

    def _update(self, chunk: memoryview) -> None:
        if self._hasher is None and self.written + len(chunk) < _CHUNK:
            self._hash.update(chunk)
            return
        if self._hasher is None:
            try:
                self._hasher = _Hasher(self._hash)
            except RuntimeError:  # no more threads are allowed here: slower, and the same digest
                self._hash.update(chunk)
                return
        self._hasher.take(chunk)

    def _write_chunk(self, descriptor: int, chunk: memoryview) -> None:
        while chunk:
            try:
                count = os.write(descriptor, chunk)
            except OSError as error:
                self._failure = refused(error, output=self._output, written=self.written, store=self._store)
                raise self._failure from error
            self.written += count
            chunk = chunk[count:]


class _Hasher:
    """A thread that hashes chunks in order. ``update`` lets go of the interpreter, so it runs beside the writer."""

    def __init__(self, digest: Any) -> None:
        self._digest = digest
        self._chunks: queue.Queue[memoryview | None] = queue.Queue(_AHEAD)
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="blob-hasher", daemon=True)
        self._thread.start()

    def take(self, chunk: memoryview) -> None:
        self._chunks.put(chunk)

    def end(self) -> None:
        self._chunks.put(None)
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        while (chunk := self._chunks.get()) is not None:
            if self._failure is not None:
                continue  # taken all the same, so that the writer never waits for ever
            try:
                self._digest.update(chunk)
            except Exception as error:
                self._failure = error


def write_blob(write: Callable[[Sink], None], *, output: str, store: Path, durable: bool) -> Blob:
    """Let ``write`` fill a file and give it its name; returns that name. ``output`` is named in errors.

    Raises StoreError when the disk refuses, and whatever ``write`` raises; no temporary file is left then. ``durable``
    waits until data and name would survive a power cut.
    """
    kill_points.here("blob.before_write")
    temporary = f"{store}/tmp/{os.getpid()}-{os.urandom(8).hex()}"
    sink = Sink(temporary, output=output, store=store)
    try:
        write(sink)
        blob = _already_there(sink, store, durable=durable) or _keep(sink, temporary, output, store, durable=durable)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    finally:
        sink.close()
        if sink.descriptor is not None:
            os.close(sink.descriptor)
    kill_points.here("blob.after_rename")
    return blob


def _already_there(sink: Sink, store: Path, *, durable: bool) -> Blob | None:
    """The blob of a small value that the store has, so that no file has to be made and removed again."""
    data = sink.small()
    if data is None:
        return None
    from blake3 import blake3

    digest = blake3(data).hexdigest()
    return Blob(digest, len(data)) if _refresh(_place(store, digest), len(data), durable=durable) else None


def _keep(sink: Sink, temporary: str, output: str, store: Path, *, durable: bool) -> Blob:
    descriptor, digest = sink.finish()
    kill_points.here("blob.after_write")
    try:
        _name(descriptor, temporary, _place(store, digest), durable=durable)
    except OSError as error:
        raise refused(error, output=output, written=sink.written, store=store) from error
    return Blob(digest, sink.written)


def refused(error: OSError, *, output: str, written: int, store: Path) -> StoreError:
    """The error for people when the system does not let the store write."""
    message = (
        f"Output `{output}` could not be stored: {error.strerror or error} after {written:,} bytes, in {store}. "
        f"{_WAYS_OUT.get(error.errno or 0, _ANOTHER_FOLDER)}"
    )
    refusal = StoreError(message)
    refusal.errno = error.errno
    return refusal


_ANOTHER_FOLDER = "Choose another data folder with BLOCKWRIGHT_DATA_DIR."
_FREE_SPACE = "Free space, run `blockwright gc`, or choose another data folder with BLOCKWRIGHT_DATA_DIR."
_WAYS_OUT = {
    errno.ENOSPC: _FREE_SPACE,
    errno.EDQUOT: _FREE_SPACE,
    errno.EFBIG: "Raise the limit on the size of files (`ulimit -f`), or return less at once.",
    errno.EACCES: "Make the folder writable for this user, or choose another with BLOCKWRIGHT_DATA_DIR.",
    errno.EPERM: "Make the folder writable for this user, or choose another with BLOCKWRIGHT_DATA_DIR.",
    errno.EROFS: "The file system is read-only; choose another data folder with BLOCKWRIGHT_DATA_DIR.",
}


def _create(temporary: str) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        return os.open(temporary, flags, 0o600)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(temporary), mode=0o700, exist_ok=True)
        return os.open(temporary, flags, 0o600)


def _name(descriptor: int, temporary: str, final: str, *, durable: bool) -> None:
    """Give the finished file its name, or drop it when the same bytes are there already."""
    if durable:
        os.fsync(descriptor)
    kill_points.here("blob.after_fsync")
    if _refresh(final, os.fstat(descriptor).st_size, durable=durable):
        os.unlink(temporary)
        return
    folder = os.path.dirname(final)
    try:
        os.rename(temporary, final)
    except FileNotFoundError:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        os.rename(temporary, final)
        if durable:
            _sync(os.path.dirname(folder))
    if durable:
        _sync(folder)


def _refresh(final: str, size: int, *, durable: bool) -> bool:
    """Make an existing blob young, so that collection by age leaves it; False when there is none that is whole."""
    try:
        os.utime(final)
        if os.stat(final).st_size != size:
            return False  # cut short by a power cut in a store that is not durable: written anew
        if durable:
            _sync(final)
            _sync(os.path.dirname(final))
    except OSError:
        return False
    return True


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
