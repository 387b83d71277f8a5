"""Short texts encrypted with the installation's key, each sealed together with what it belongs to."""

from __future__ import annotations

import json
from pathlib import Path

from blockwright.adapters.db.ciphers import Ciphers
from blockwright.core.errors import Unavailable


class Seals:
    """``key`` is the setting, ``folder`` where the key's file is without it (see ``secret_keys``); neither the key nor
    the library that uses it is touched before a text is."""

    def __init__(self, folder: Path, key: str | None) -> None:
        self._ciphers = Ciphers(folder, key)

    def seal(self, text: str, *belongs: str) -> str:
        return self._ciphers.now().encrypt(json.dumps([*belongs, text]).encode("ascii")).decode("ascii")

    def open(self, sealed: str, *belongs: str, what: str) -> str:
        """Raises Unavailable (code ``secret_key``) naming ``what`` when it was sealed with another key, or for
        something else."""
        from cryptography.fernet import InvalidToken

        try:
            *found, text = json.loads(self._ciphers.now().decrypt(sealed.encode("ascii")))
        except InvalidToken:
            found, text = [], ""
        if tuple(found) != belongs:
            raise Unavailable(
                f"{what} was encrypted with another key than the one in use, or its row was exchanged.",
                hint="Put back the `secret.key` or the BLOCKWRIGHT_SECRET_KEY of that time, or give it a new one.",
                code="secret_key",
            )
        return str(text)
