"""The errors of connectors and SQL blocks: each names the thing and the place; ``hint`` is the way out.

Block processes do not know ``core``, so these are exceptions of their own with the same three parts.
"""

from __future__ import annotations


class ConnectorError(Exception):
    """Base of what connectors raise on purpose: ``code`` for machines, ``message`` and ``hint`` for people."""

    code = "connector"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


class ConfigError(ConnectorError):
    """An ``io_config.yaml`` or one of its profiles cannot be read or lacks a key."""

    code = "connector_config"


class ConnectionFailed(ConnectorError):
    """The other side does not answer or does not let us in."""

    code = "connection_failed"


class MissingExtra(ConnectorError, ImportError):
    """A connector's client library is not installed; the message names the extra that brings it."""

    code = "missing_extra"


class UnknownFormat(ConnectorError, ValueError):
    """A file's format cannot be told from its name, or is none that we read and write."""

    code = "unknown_format"


class TableExists(ConnectorError, ValueError):
    """The target is there already and the write policy is ``fail``."""

    code = "table_exists"


class SqlError(ConnectorError):
    """A SQL block's text is wrong or the database refused a statement.

    ``statement`` counts from 1, ``line`` is the line in the block's file, or of the rendered text where a template
    changed the number of lines (the message says which); both None where there is no such place.
    """

    code = "sql"

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        block: str | None = None,
        statement: int | None = None,
        line: int | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.block = block
        self.statement = statement
        self.line = line


def extra_needed(what: str, extra: str, module: str) -> MissingExtra:
    """The error for a missing client library, e.g. ``Postgres needs the extra `sql```."""
    return MissingExtra(
        f"{what} needs the extra `{extra}`, which brings the Python module `{module}`.",
        hint=f"Install it with: pip install 'blockwright[{extra}]'",
    )
