"""Files of the project written in one piece, and never over somebody else's change."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from blake3 import blake3

from blockwright.adapters.project.confinement import LARGEST_TEXT, Border, decoded, write_error
from blockwright.core.errors import Conflict

_BOM = b"\xef\xbb\xbf"


def rewrite(border: Border, relative: str, edit: Callable[[str], str]) -> None:
    """Replace a text by ``edit(text)``.

    Writers of this platform take turns; a change by anybody else in between raises Conflict and nothing is written.
    The file keeps its mode, a byte-order mark and its line ends.
    """
    path = border.path(relative)
    with _turn(path.parent):
        data = border.read(relative, LARGEST_TEXT)
        before = blake3(data).digest()
        text = edit(decoded(data, relative))
        made = (_BOM if data.startswith(_BOM) else b"") + text.encode()
        if made == data:
            return
        with _temporary(path, made, relative) as temporary:
            if blake3(border.read(relative)).digest() != before:
                raise Conflict(f"`{relative}` was changed by somebody else just now.", hint="Look at it and try again.")
            os.replace(temporary, path)


def create(border: Border, relative: str, text: str) -> None:
    """Write a new file with the folders it needs; raises Conflict when something stands there."""
    path = border.path(relative)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_error(relative, error) from None
    with _temporary(path, text.encode(), relative) as temporary:
        try:
            os.link(temporary, path)  # unlike a rename it does not replace
        except FileExistsError:
            raise Conflict(f"`{relative}` exists already.", hint="Take another name.") from None
        except OSError as error:
            raise write_error(relative, error) from None


def remove(border: Border, relative: str) -> None:
    """Take back a file that was just created."""
    with contextlib.suppress(FileNotFoundError):
        border.path(relative).unlink()


@contextlib.contextmanager
def _turn(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        # Not every network file system has locks; the digest still guards the file there.
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _temporary(path: Path, data: bytes, relative: str) -> Iterator[str]:
    """A complete file beside ``path`` with its mode; removed at the end unless it was renamed."""
    name = str(path.with_name(f".{path.name[:40]}-{os.urandom(6).hex()}.new"))
    made = False
    try:
        descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        made = True
        with os.fdopen(descriptor, "wb") as file:
            with contextlib.suppress(FileNotFoundError):
                os.fchmod(file.fileno(), stat.S_IMODE(path.stat().st_mode))
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield name
    except OSError as error:
        raise write_error(relative, error) from None
    finally:
        if made:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)
