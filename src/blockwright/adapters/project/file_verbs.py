"""Files of the project as a browser handles them: list, write, move, delete.

Every verb works below an opened folder that was asked where it lies, so that nothing can be swapped in between.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from blake3 import blake3

from blockwright.adapters.project.confinement import (
    MEBIBYTE,
    OURS,
    Border,
    leaves,
    parts_of,
    real_path,
    unreadable,
    write_error,
)
from blockwright.core.errors import Conflict, Forbidden, Invalid, NotFound
from blockwright.ports.projects import FileKind, FileNode

LARGEST = 16 * MEBIBYTE
"""Bytes of a file that is written in one piece."""


class Files:
    """``data`` is the data folder: where it lies inside the project, it is none of the project's files."""

    def __init__(self, border: Border, data: Path) -> None:
        self._border = border
        real = os.path.realpath(data)
        self._data = real if border.holds(real) and real != border.real else None

    def list(self, path: str) -> Sequence[FileNode]:
        """What lies in a folder, folders first; raises NotFound."""
        parts = parts_of(path)
        with self._folder(parts, path) as folder, os.scandir(folder) as found:
            nodes = [node for entry in found if entry.name not in OURS and (node := self._node(folder, parts, entry))]
        return sorted(nodes, key=lambda node: (node.kind is not FileKind.FOLDER, node.path))

    def read(self, path: str) -> bytes:
        """A file's bytes, at most ``LARGEST``; raises as ``Border.read``."""
        self._refuse_ours(str(self._border.path(path)), path)
        return self._border.read(path, LARGEST)

    def write(self, path: str, data: bytes, expected: str | None) -> str:
        """Write a file in one piece; returns its digest. ``expected``: see ``ports.projects``."""
        if len(data) > LARGEST:
            raise Invalid(
                f"`{path}` would have {len(data) / MEBIBYTE:.1f} MiB; at most {LARGEST // MEBIBYTE} MiB are written.",
                hint="Keep data out of project files.",
                code="too_large",
            )
        if not parts_of(path):
            raise _no_file(path)
        target = Path(os.path.relpath(self._border.path(path), self._border.real))
        if expected is None:
            self._make_folders(target.parent, path)
        with self._folder(target.parent.parts, path) as folder, self._turn(folder):
            mode = self._require(folder, target.name, path, expected)
            self._put(folder, target.name, data, mode, path, replace=expected is not None)
        return blake3(data).hexdigest()

    def delete(self, path: str, expected: str | None, *, recursive: bool) -> None:
        """Delete a file, link or folder; a folder with something in it only when ``recursive``."""
        with self._place(path) as (folder, name):
            mode = self._mode(folder, name, path)
            try:
                if not stat.S_ISDIR(mode):
                    if expected is not None:
                        self._require(folder, name, path, expected)
                    os.unlink(name, dir_fd=folder)
                elif recursive:
                    self._require_ordinary(folder, name, path)
                    shutil.rmtree(name, dir_fd=folder)
                else:
                    os.rmdir(name, dir_fd=folder)
            except OSError as error:
                if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                    hint = "Say that everything in it goes as well."
                    raise Conflict(f"The folder `{path}` is not empty.", hint=hint, code="not_empty") from None
                raise write_error(path, error) from None

    def move(self, source: str, target: str) -> None:
        """Give a file or folder another path; raises Conflict when something stands there."""
        if not parts_of(target):
            raise _no_file(target)
        self._make_folders(Path(*parts_of(target)).parent, target)
        with self._place(source) as (folder, name), self._place(target) as (there, new):
            mode = self._mode(folder, name, source)
            if stat.S_ISDIR(mode):
                self._require_ordinary(folder, name, source)
            with contextlib.suppress(FileNotFoundError):
                os.stat(new, dir_fd=there, follow_symlinks=False)
                raise Conflict(f"`{target}` exists already.", hint="Take another name.", code="exists")
            try:
                if stat.S_ISDIR(mode):
                    os.rename(name, new, src_dir_fd=folder, dst_dir_fd=there)
                else:  # a link does not replace what came there meanwhile, as a rename would
                    os.link(name, new, src_dir_fd=folder, dst_dir_fd=there, follow_symlinks=False)
                    os.unlink(name, dir_fd=folder)
            except OSError as error:
                if error.errno == errno.EINVAL:
                    raise Conflict(f"`{source}` cannot be moved into itself.", hint="Take another place.") from None
                raise write_error(target, error) from None

    def make_folder(self, path: str) -> None:
        """Make a folder with those above it; raises Conflict when something stands there."""
        if not parts_of(path):
            raise _no_file(path)
        self._make_folders(Path(*parts_of(path)).parent, path)
        with self._place(path) as (folder, name):
            try:
                os.mkdir(name, dir_fd=folder)
            except FileExistsError:
                raise Conflict(f"`{path}` exists already.", hint="Take another name.", code="exists") from None
            except OSError as error:
                raise write_error(path, error) from None

    @contextlib.contextmanager
    def _folder(self, parts: Sequence[str], told: str) -> Iterator[int]:
        path = os.path.join(self._border.real, *parts)
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError as error:
            raise unreadable(told, error) from None
        try:
            real = real_path(descriptor, path)
            if not self._border.holds(real):
                raise leaves(told)
            self._refuse_ours(real, told)
            yield descriptor
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def _place(self, path: str) -> Iterator[tuple[int, str]]:
        """The folder that a path lies in, and its name there, which is not followed if it is a link."""
        parts = parts_of(path)
        if not parts:
            raise _no_file(path)
        with self._folder(parts[:-1], path) as folder:
            self._refuse_ours(
                os.path.join(real_path(folder, os.path.join(self._border.real, *parts[:-1])), parts[-1]), path
            )
            yield folder, parts[-1]

    def _refuse_ours(self, real: str, told: str) -> None:
        within = os.path.relpath(real, self._border.real).split("/")
        inside_data = self._data is not None and (real == self._data or real.startswith(f"{self._data}/"))
        if inside_data or not OURS.isdisjoint(within):
            raise Forbidden(f"`{told}` belongs to the platform or to Git, not to the project's files.")

    def _require_ordinary(self, folder: int, name: str, told: str) -> None:
        """Raises Forbidden when something in the folder belongs to the platform or to Git."""
        base = os.path.join(real_path(folder, self._border.real), name)
        for top, folders, _ in os.walk(base):
            if not OURS.isdisjoint(folders) or top == self._data:
                raise Forbidden(
                    f"In `{told}` lies a folder that belongs to the platform or to Git.", hint="Move its files singly."
                )

    def _make_folders(self, parent: Path, told: str) -> None:
        real = self._border.path("/".join(parent.parts))
        self._refuse_ours(str(real), told)
        try:
            real.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise write_error(told, error) from None

    def _mode(self, folder: int, name: str, told: str) -> int:
        try:
            return os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
        except OSError as error:
            raise unreadable(told, error) from None

    def _require(self, folder: int, name: str, told: str, expected: str | None) -> int | None:
        """The mode of the file that is to be replaced, which must be the one expected; None for a new one."""
        try:
            descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
        except FileNotFoundError:
            if expected is None:
                return None
            raise NotFound(f"There is no file `{told}` in the project.", hint="Somebody may have moved it.") from None
        except OSError as error:
            raise unreadable(told, error) from None
        with contextlib.closing(_Opened(descriptor)) as opened:
            if not stat.S_ISREG(opened.mode):
                raise Invalid(f"`{told}` is no ordinary file.", hint="Take another name.", code="no_file")
            if expected is None:
                raise _changed(told, "exists already")
            if opened.digest() != expected:
                raise _changed(told, "was changed since it was read")
            return stat.S_IMODE(opened.mode)

    def _put(self, folder: int, name: str, data: bytes, mode: int | None, told: str, *, replace: bool) -> None:
        temporary = f".{name[:40]}-{os.urandom(6).hex()}.new"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        try:
            with os.fdopen(os.open(temporary, flags, 0o666, dir_fd=folder), "wb") as file:
                if mode is not None:
                    os.fchmod(file.fileno(), mode)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if replace:
                os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
            else:
                os.link(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
        except FileExistsError:
            raise _changed(told, "exists already") from None
        except OSError as error:
            raise write_error(told, error) from None
        finally:
            with contextlib.suppress(OSError):
                os.unlink(temporary, dir_fd=folder)

    @contextlib.contextmanager
    def _turn(self, folder: int) -> Iterator[None]:
        """Writers of this platform take turns in a folder; closing the descriptor ends the turn."""
        with contextlib.suppress(OSError):  # not every network file system has locks
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield

    def _node(self, folder: int, parts: Sequence[str], entry: os.DirEntry[str]) -> FileNode | None:
        path = "/".join([*parts, entry.name])
        try:
            entry.name.encode()
            status = os.stat(entry.name, dir_fd=folder)
        except (OSError, UnicodeEncodeError):
            return None  # gone, a dead link, or a name that no address can say
        if entry.is_symlink() and not self._border.holds(os.path.realpath(os.path.join(self._border.real, path))):
            return None
        if self._data is not None and os.path.realpath(os.path.join(self._border.real, path)) == self._data:
            return None
        if not stat.S_ISDIR(status.st_mode) and not stat.S_ISREG(status.st_mode):
            return None
        kind = FileKind.FOLDER if stat.S_ISDIR(status.st_mode) else FileKind.FILE
        return FileNode(path, kind, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))


class _Opened:
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.mode = os.fstat(descriptor).st_mode

    def digest(self) -> str:
        found = blake3()
        while data := os.read(self._descriptor, MEBIBYTE):
            found.update(data)
        return found.hexdigest()

    def close(self) -> None:
        os.close(self._descriptor)


def _changed(told: str, what: str) -> Conflict:
    return Conflict(f"`{told}` {what}.", hint="Read it again, then decide.", code="changed")


def _no_file(path: str) -> Invalid:
    return Invalid(f"`{path}` names no file or folder inside the project.", hint="Name one.", code="no_file")
