"""How tables are named: as they stand in SQL, and the names that SQL blocks give to their own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blockwright.io.column_names import clean_name

LONGEST_NAME = 63
"""Bytes; PostgreSQL's limit, held everywhere so that a block has one table name on all databases."""

_ENVIRONMENT_PREFIXES = ("dev", "test")


@dataclass(frozen=True, slots=True)
class Table:
    """A table's name; ``str()`` is how it stands in SQL."""

    name: str
    schema: str | None = None

    def __str__(self) -> str:
        return f"{quote(self.schema)}.{quote(self.name)}" if self.schema else quote(self.name)


def quote(name: str) -> str:
    """``name`` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def automatic_table(pipeline: str, block: str, env: str, dynamic_index: int | None = None) -> str:
    """``<pipeline>_<block>_v1``, with ``dev_`` or ``test_`` in front in those environments, as Mage names it.

    Children of a dynamic block have one table each. A name that is too long ends in a digest of itself instead, so
    that two long names never meet after the cut.
    """
    name = f"{pipeline}_{clean_name(block)}_v1"
    if env in _ENVIRONMENT_PREFIXES:
        name = f"{env}_{name}"
    if dynamic_index is not None:
        name = f"{name}__dynamic_{dynamic_index}"
    encoded = name.encode()
    if len(encoded) <= LONGEST_NAME:
        return name
    digest = hashlib.blake2b(encoded, digest_size=4).hexdigest()
    return f"{encoded[: LONGEST_NAME - len(digest) - 1].decode(errors='ignore')}_{digest}"


def split_table_name(name: str) -> tuple[str | None, str]:
    """Schema and table of ``table``, ``schema.table`` or ``database.schema.table`` (which is dropped)."""
    parts = [part.strip().strip('"`') for part in name.split(".")]
    return (parts[-2] if len(parts) > 1 else None), parts[-1]


def upload_table(configuration: Mapping[str, Any], upstream: str) -> str | None:
    """What ``upstream_block_configuration`` says of where this upstream goes, or None."""
    own = (configuration.get("upstream_block_configuration") or {}).get(upstream) or {}
    return own.get("table_name") or None
