"""The cipher of the key in use, and how everything that it has sealed gets a new one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from blockwright.adapters.db.databases import Database
from blockwright.adapters.db.secret_keys import add_key, keep_newest, secret_keys
from blockwright.core.errors import Unavailable

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

# Every column that holds sealed text: what names the row in words, how its rows are read, how one is written.
_SEALED = (
    (
        "secret `{1}` of project `{0}`",
        "SELECT project, name, token FROM secret ORDER BY project, name",
        "UPDATE secret SET token = ? WHERE project = ? AND name = ?",
    ),
    (
        "the token of trigger {0}",
        "SELECT id, token FROM trigger WHERE token <> '' ORDER BY id",
        "UPDATE trigger SET token = ? WHERE id = ?",
    ),
)


class Ciphers:
    """``key`` is the setting, ``folder`` where the key's file is without it (see ``secret_keys``); neither the key nor
    the library that uses it is touched before a text is."""

    def __init__(self, folder: Path, key: str | None) -> None:
        self._folder = folder
        self._key = key

    def now(self) -> MultiFernet:
        """A key in a file is looked up at each use: another process may have changed it."""
        return _cipher(secret_keys(None, self._folder)) if self._key is None else self._of_setting

    def rotate(self, database: Database) -> Sequence[str]:
        """Seal everything with the newest key, all or nothing; returns what, in words. A key in a file is made anew
        first, and the old one forgotten at the end: whenever this is interrupted, the file opens everything.

        Raises Unavailable (code ``secret_key``) naming what no key opens.
        """
        if self._key is None:
            add_key(self._folder)
        rotated, lost = self._sealed_anew(database)
        if lost:
            raise Unavailable(
                f"No key in use opens {', '.join(lost)}: encrypted with one that is lost.",
                hint="Add that key behind the new one in BLOCKWRIGHT_SECRET_KEY, or delete what it locked.",
                code="secret_key",
            )
        if self._key is None:
            keep_newest(self._folder)
        return rotated

    def _sealed_anew(self, database: Database) -> tuple[list[str], list[str]]:
        """What was sealed anew, and what could not be; in that case nothing was."""
        from cryptography.fernet import InvalidToken

        cipher = self.now()
        rotated, lost = [], []
        with database.write() as transaction:
            writes = []
            for words, select, update in _SEALED:
                for *names, sealed in transaction.execute(select).fetchall():
                    try:
                        writes.append((update, (cipher.rotate(sealed.encode("ascii")).decode("ascii"), *names)))
                        rotated.append(words.format(*names))
                    except InvalidToken:
                        lost.append(words.format(*names))
            for update, values in writes if not lost else ():
                transaction.execute(update, values)
        return rotated, lost

    @cached_property
    def _of_setting(self) -> MultiFernet:
        return _cipher(secret_keys(self._key, self._folder))


def _cipher(keys: Sequence[bytes]) -> MultiFernet:
    from cryptography.fernet import Fernet, MultiFernet

    return MultiFernet([Fernet(key) for key in keys])
