"""Named secrets in the database, encrypted; the key lies elsewhere, so that a copied database gives nothing away."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from blockwright.adapters.db.ciphers import Ciphers
from blockwright.adapters.db.databases import Database
from blockwright.adapters.db.statements import upsert
from blockwright.core.errors import Invalid, NotFound, Unavailable

_SET = upsert("secret", ("project", "name", "token"), key=("project", "name"))
_GET = "SELECT token FROM secret WHERE project = ? AND name = ?"
_DELETE = "DELETE FROM secret WHERE project = ? AND name = ?"
_NAMES = "SELECT name FROM secret WHERE project = ?"


class DatabaseSecrets:
    """``Secrets`` on any ``Database``.

    ``key`` is the setting, ``folder`` where the key's file is without it (see ``secret_keys``); neither the key nor
    the library that uses it is touched before a value is.
    """

    def __init__(self, database: Database, *, folder: Path, key: str | None) -> None:
        self._database = database
        self._ciphers = Ciphers(folder, key)

    def get(self, project: str, name: str) -> str | None:
        """Raises Unavailable (code ``secret_key``) when the value was encrypted with a key that we do not have."""
        with self._database.read() as transaction:
            row = transaction.execute(_GET, (project, name)).fetchone()
        return None if row is None else self._open(project, name, row[0])

    def set(self, project: str, name: str, value: str) -> None:
        if not name or "\0" in name:
            raise Invalid(f"A secret cannot have the name {name!r}.", hint="Use letters, digits and underscores.")
        # The name is sealed in with the value: a row copied to another name or project does not open.
        sealed = self._ciphers.now().encrypt(json.dumps([project, name, value]).encode("ascii")).decode("ascii")
        with self._database.write() as transaction:
            transaction.execute(_SET, (project, name, sealed))

    def delete(self, project: str, name: str) -> None:
        with self._database.write() as transaction:
            if transaction.execute(_DELETE, (project, name)).rowcount == 0:
                raise NotFound(
                    f"Project `{project}` has no secret `{name}`.", hint="`blockwright secrets list` lists the names."
                )

    def names(self, project: str) -> Sequence[str]:
        """Sorted."""
        with self._database.read() as transaction:
            return sorted(name for (name,) in transaction.execute(_NAMES, (project,)).fetchall())

    def _open(self, project: str, name: str, token: str) -> str:
        from cryptography.fernet import InvalidToken

        try:
            sealed_project, sealed_name, value = json.loads(self._ciphers.now().decrypt(token.encode("ascii")))
        except InvalidToken as error:
            raise Unavailable(
                f"Secret `{name}` of project `{project}` was encrypted with another key than the one in use.",
                hint="Put back the `secret.key` or the BLOCKWRIGHT_SECRET_KEY of that time, or set the secret anew.",
                code="secret_key",
            ) from error
        if (sealed_project, sealed_name) != (project, name):
            raise Unavailable(
                f"Secret `{name}` of project `{project}` holds the value of another secret: its row was exchanged.",
                hint="Set the secret anew, and look who can write to the database.",
                code="secret_exchanged",
            )
        return str(value)

    def rotate(self) -> Sequence[str]:
        return self._ciphers.rotate(self._database)
