"""The key that encrypts secrets: from a setting, or a file of the data folder that only its owner can read."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from blockwright.core.errors import Unavailable

FILE_NAME = "secret.key"

_KEY_BYTES = 32
# A phrase is stretched, so that guessing it costs some 50 ms a try. The salt only separates us from other programs:
# a random one would have to be kept beside the database, and then the phrase alone would not open a copy elsewhere.
_SALT = b"blockwright secret key"
_COST = {"n": 2**14, "r": 8, "p": 1}


def secret_keys(setting: str | None, folder: Path) -> Sequence[bytes]:
    """The Fernet keys, newest first.

    ``setting`` is a Fernet key, several of them with commas between (to change the key), or any phrase. Without it
    the key is in ``secret.key`` in ``folder``, made at the first call.
    """
    if setting is None:
        return (_file_key(folder / FILE_NAME),)
    parts = [part.strip() for part in setting.split(",")]
    if all(_is_key(part) for part in parts):
        return tuple(part.encode("ascii") for part in parts)
    stretched = hashlib.scrypt(setting.encode("utf-8", "surrogateescape"), salt=_SALT, dklen=_KEY_BYTES, **_COST)
    return (base64.urlsafe_b64encode(stretched),)


def _file_key(path: Path) -> bytes:
    try:
        if not path.exists():
            _make(path)
        text = path.read_text(encoding="ascii", errors="replace").strip()
    except OSError as error:
        raise Unavailable(
            f"The key of the secrets `{path}` cannot be read or made: {error.strerror}.",
            hint="Make the data folder writable for you, or set BLOCKWRIGHT_SECRET_KEY.",
            code="secret_key",
        ) from error
    if not _is_key(text):
        raise Unavailable(
            f"The file `{path}` does not hold a key.",
            hint="Put back a copy of it; without one, delete it and set the secrets anew.",
            code="secret_key",
        )
    return text.encode("ascii")


def _make(path: Path) -> None:
    """Write a new key aside and link it into place: whoever is first wins, and nobody ever reads half a key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.urlsafe_b64encode(secrets.token_bytes(_KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(aside, path)
        except FileExistsError:
            return
        _sync_folder(path.parent)  # a secret must not outlive the only key that opens it
    finally:
        aside.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)) == _KEY_BYTES
    except (UnicodeEncodeError, binascii.Error):
        return False
