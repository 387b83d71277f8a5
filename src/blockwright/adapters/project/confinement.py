"""The project's folder as a border: what is read or written through here cannot lie outside of it."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from pathlib import Path

from blockwright.core.errors import BlockwrightError, Conflict, Forbidden, Invalid, NotFound, Unavailable

MEBIBYTE = 1024 * 1024
LARGEST_TEXT = 32 * MEBIBYTE
"""Bytes of a YAML or block file that are read at most."""

DEEPEST = 100
"""Folders below each other in one path: beyond, what walks them by recursion would fail."""

OURS = frozenset({".blockwright", ".git"})  # the key of the secrets, credentials: not the project's own files


def parts_of(path: str) -> Sequence[str]:
    """The parts of a path inside the project; raises Forbidden for one that is absolute, climbs up or hides."""
    if "\0" in path:
        raise Forbidden(f"The path {path!r} has a NUL character.", hint=_INSIDE)
    if path.startswith("/"):
        raise Forbidden(f"The path `{path}` is absolute.", hint=_INSIDE)
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise Forbidden(f"The path `{path}` climbs up by `..`.", hint=_INSIDE)
    if len(parts) > DEEPEST:
        raise Invalid(f"The path `{path[:100]}…` has more than {DEEPEST} folders.", hint=_INSIDE)
    if OURS.intersection(part.casefold() for part in parts):  # a file system may not tell the letters' case apart
        raise Forbidden(f"`{path}` belongs to the platform or to Git, not to the project's files.")
    return parts


_INSIDE = "Name a file inside the project, relative to its folder."


class Border:
    """``root`` is the project's folder as it was named, ``real`` the same without symbolic links. ``templates`` is the
    folder in it that holds the project's own templates."""

    def __init__(self, root: Path, *, templates: str = "custom_templates") -> None:
        self.root = Path(os.path.abspath(root))
        self.real = os.path.realpath(self.root)
        self.templates = templates

    @property
    def block_templates(self) -> str:
        return f"{self.templates}/blocks"

    @property
    def pipeline_templates(self) -> str:
        return f"{self.templates}/pipelines"

    def holds(self, real: str) -> bool:
        """Whether a path without symbolic links lies inside."""
        return real == self.real or real.startswith(self.real.rstrip("/") + "/")

    def path(self, relative: str) -> Path:
        """The path to write to; raises Forbidden when its folder lies outside, followed through symbolic links."""
        target = Path(self.real, *parts_of(relative))
        real = os.path.realpath(target)
        if not self.holds(real):
            raise leaves(relative)
        return Path(real)

    def read(self, relative: str, limit: int | None = None) -> bytes:
        """The bytes of an ordinary file.

        The file is opened first and asked where it lies then, so that nothing can be swapped in between. Raises
        NotFound, Forbidden (it leaves the project), Unavailable (no right to read), Invalid (no file, or larger than
        ``limit`` bytes).
        """
        parts = parts_of(relative)
        try:
            descriptor = os.open(
                os.path.join(self.real, *parts), os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
            )
        except OSError as error:
            raise unreadable(relative, error) from None
        try:
            if not self.holds(real_path(descriptor, os.path.join(self.real, *parts))):
                raise leaves(relative)
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                what = "a folder" if stat.S_ISDIR(status.st_mode) else "a device or pipe"
                raise Invalid(f"`{relative}` is {what}, not a file.", hint="Put a file in its place.", code="no_file")
            if limit is not None and status.st_size > limit:
                raise _too_large(relative, status.st_size, limit)
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                data = file.read() if limit is None else file.read(limit + 1)
        except OSError as error:
            raise unreadable(relative, error) from None
        finally:
            os.close(descriptor)
        if limit is not None and len(data) > limit:
            raise _too_large(relative, len(data), limit)
        return data

    def text(self, relative: str) -> str:
        """A file as UTF-8 text of at most ``LARGEST_TEXT`` bytes; raises as ``read``, and Invalid for other bytes."""
        return decoded(self.read(relative, LARGEST_TEXT), relative)


def decoded(data: bytes, relative: str) -> str:
    """UTF-8 text without a byte-order mark; raises Invalid that names the line with the first other byte."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Invalid(
            f"`{relative}` is not UTF-8 text: byte 0x{data[error.start]:02x} in line {line}.",
            hint="Save it with the encoding UTF-8.",
            code="encoding",
        ) from None


def write_error(relative: str, error: OSError) -> BlockwrightError:
    """What to tell when ``relative`` could not be written."""
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        folder = relative.rpartition("/")[0] or "."
        return Forbidden(
            f"`{relative}` cannot be written: the folder `{folder}` is read-only for this user.",
            hint="Change its permissions, or work on a copy of the project.",
            code="read_only",
        )
    if error.errno in (errno.EEXIST, errno.ENOTDIR, errno.EISDIR):
        return Conflict(
            f"`{relative}` cannot be written: something else stands in its place.", hint="Look at the folder."
        )
    return Unavailable(f"`{relative}` cannot be written: {error.strerror}.", hint="Look at the disk, then try again.")


def real_path(descriptor: int, path: str) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:  # no /proc: the path is asked again, which a swap in between could fool
        return os.path.realpath(path)


def leaves(relative: str) -> Forbidden:
    return Forbidden(f"`{relative}` leads out of the project by a symbolic link.", hint=_INSIDE)


def _too_large(relative: str, size: int, limit: int) -> Invalid:
    return Invalid(
        f"`{relative}` has {size / MEBIBYTE:.1f} MiB; at most {limit // MEBIBYTE} MiB are read.",
        hint="Keep data out of project files.",
        code="too_large",
    )


def unreadable(relative: str, error: OSError) -> BlockwrightError:
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG):
        return NotFound(f"There is no file `{relative}` in the project.")
    if error.errno == errno.ELOOP:
        return Forbidden(f"`{relative}` is a symbolic link that leads in a circle.", hint=_INSIDE)
    return Unavailable(f"`{relative}` cannot be read: {error.strerror}.", hint="Give this user the right to read it.")
