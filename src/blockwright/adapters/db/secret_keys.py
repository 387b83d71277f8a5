"""The key that encrypts secrets: from a setting, or a file of the data folder that only its owner can read."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
import stat
from collections.abc import Sequence
from pathlib import Path

from blockwright.core.errors import Invalid, Unavailable

FILE_NAME = "secret.key"

_KEY_BYTES = 32
_SHORTEST_PHRASE = 12
_NO_SECRETS = frozenset(
    {"changeme changeme", "secret secret", "correct horse battery staple", "blockwright secret key"}
)
# A phrase is stretched, so that guessing it costs some 50 ms a try. The salt only separates us from other programs:
# a random one would have to be kept beside the database, and then the phrase alone would not open a copy elsewhere.
_SALT = b"blockwright secret key"
_COST = {"n": 2**14, "r": 8, "p": 1}


def secret_keys(setting: str | None, folder: Path) -> Sequence[bytes]:
    """The Fernet keys, newest first.

    ``setting`` is a Fernet key, several of them with commas between (to change the key), or any phrase. Without it
    the key is in ``secret.key`` in ``folder``, made at the first call. Raises Unavailable (codes ``secret_key``,
    ``secret_key_exposed``), Invalid (code ``weak_secret_key``).
    """
    if setting is None:
        return _file_keys(folder / FILE_NAME)
    require_strong(setting)
    parts = [part.strip() for part in setting.split(",")]
    if all(_is_key(part) for part in parts):
        return tuple(part.encode("ascii") for part in parts)
    stretched = hashlib.scrypt(setting.encode("utf-8", "surrogateescape"), salt=_SALT, dklen=_KEY_BYTES, **_COST)
    return (base64.urlsafe_b64encode(stretched),)


def add_key(folder: Path) -> Sequence[bytes]:
    """Put a new key before those of the file; returns all, newest first."""
    path = folder / FILE_NAME
    keys = (base64.urlsafe_b64encode(secrets.token_bytes(_KEY_BYTES)), *_file_keys(path))
    _replace(path, keys)
    return keys


def keep_newest(folder: Path) -> None:
    """Forget all keys of the file but the newest."""
    path = folder / FILE_NAME
    _replace(path, _file_keys(path)[:1])


def require_strong(setting: str) -> None:
    """Raises Invalid (code ``weak_secret_key``) for what is found by trying: a short phrase, a word that is no secret,
    a key of few bytes."""
    parts = [part.strip() for part in setting.split(",")]
    keys = [base64.urlsafe_b64decode(part) for part in parts if _is_key(part)]
    weak = any(len(set(key)) < 8 for key in keys)
    if len(keys) < len(parts):
        word = setting.casefold().strip()
        weak = len(setting) < _SHORTEST_PHRASE or len(set(word)) < 5 or word in _NO_SECRETS
    if weak:
        raise Invalid(
            "BLOCKWRIGHT_SECRET_KEY is too easy to guess.",
            hint=f"Take 32 random bytes in base64, or a phrase of {_SHORTEST_PHRASE} characters or more.",
            code="weak_secret_key",
        )


def _file_keys(path: Path) -> Sequence[bytes]:
    """One key in each line, newest first."""
    try:
        if not path.exists():
            _make(path)
        _require_private(path)
        lines = path.read_text(encoding="ascii", errors="replace").split()
    except OSError as error:
        raise Unavailable(
            f"The key of the secrets `{path}` cannot be read or made: {error.strerror}.",
            hint="Make the data folder writable for you, or set BLOCKWRIGHT_SECRET_KEY.",
            code="secret_key",
        ) from error
    if not lines or not all(_is_key(line) for line in lines):
        raise Unavailable(
            f"The file `{path}` does not hold a key.",
            hint="Put back a copy of it; without one, delete it and set the secrets anew.",
            code="secret_key",
        )
    return tuple(line.encode("ascii") for line in lines)


def _require_private(path: Path) -> None:
    found = path.stat()
    if found.st_mode & 0o077:
        raise Unavailable(
            f"The key of the secrets `{path}` can be read by others (mode {stat.S_IMODE(found.st_mode):04o}).",
            hint=f"`chmod 600 {path}`; if somebody may have read it, then `blockwright secrets rotate`.",
            code="secret_key_exposed",
        )


def _make(path: Path) -> None:
    """Write a new key aside and link it into place: whoever is first wins, and nobody ever reads half a key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = _write_aside(path, [base64.urlsafe_b64encode(secrets.token_bytes(_KEY_BYTES))])
    try:
        try:
            os.link(aside, path)
        except FileExistsError:
            return
        _sync_folder(path.parent)  # a secret must not outlive the only key that opens it
    finally:
        aside.unlink()


def _replace(path: Path, keys: Sequence[bytes]) -> None:
    _write_aside(path, keys).replace(path)
    _sync_folder(path.parent)


def _write_aside(path: Path, keys: Sequence[bytes]) -> Path:
    aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(b"".join(key + b"\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())
    return aside


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
