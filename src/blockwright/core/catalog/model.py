"""Outputs as people look them up: an asset for each output of a block, with a version for each result that it had."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NewType

from blockwright.core.blocks import BlockId
from blockwright.core.catalog.schemas import SchemaColumn
from blockwright.core.errors import Invalid
from blockwright.core.outputs import OutputRecord
from blockwright.core.runs.model import BlockRunName, RunId

VersionId = NewType("VersionId", int)

NEWEST, CURRENT = "newest", "current"
"""What these words mean is worked out, so no alias has such a name."""
_ALIAS = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True, slots=True, order=True)
class AssetKey:
    """The output ``name`` of a block; one asset for all children of a dynamic block together."""

    pipeline: str
    block: BlockId
    name: str

    def __str__(self) -> str:
        return f"{self.pipeline}/{self.block}/{self.name}"


@dataclass(frozen=True, slots=True)
class NewVersion:
    """What a block run gave under one name. ``record`` is for all children together where ``parts`` counts them; its
    digest then is that of their digests and names no bytes. ``made`` is when the block run completed."""

    asset: AssetKey
    run: RunId
    block_run: BlockRunName
    round: int
    record: OutputRecord
    made: datetime
    parts: int | None = None
    schema: tuple[SchemaColumn, ...] = ()
    key: str | None = None
    manifest: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """A version as it stands in the catalogue. ``schema`` is the digest of names and types of its columns, empty for
    what has none. ``restored``: readers of the latest result get this one."""

    id: VersionId
    project: str
    asset: AssetKey
    run: RunId
    block_run: BlockRunName
    round: int
    record: OutputRecord
    made: datetime
    parts: int | None = None
    schema: str = ""
    key: str | None = None
    manifest: str | None = None
    pinned: bool = False
    aliases: tuple[str, ...] = ()
    restored: bool = False

    @property
    def kept(self) -> bool:
        """Whether retention leaves it alone for ever."""
        return self.pinned or self.restored or bool(self.aliases)


def together(parts: Sequence[OutputRecord]) -> OutputRecord:
    """One record for the outputs of all children of a dynamic block under one name, in the order of the children."""
    first = parts[0]
    counted = [part.rows for part in parts if part.rows is not None]
    digests = "\n".join(part.digest for part in parts)
    return replace(
        first,
        digest=hashlib.blake2b(digests.encode("ascii"), digest_size=32).hexdigest(),
        bytes=sum(part.bytes for part in parts),
        rows=sum(counted) if counted else None,
        in_memory=any(part.in_memory for part in parts),
    )


def alias_name(text: str) -> str:
    """The name, if a version may be called so; raises Invalid (code ``alias``)."""
    if _ALIAS.fullmatch(text) is None or text in (NEWEST, CURRENT):
        raise Invalid(
            f"{text[:100]!r} is no name for a version.",
            hint="Begin with a letter; then letters, digits, `_`, `.` and `-`, at most 100. "
            f"`{NEWEST}` and `{CURRENT}` have a meaning already.",
            code="alias",
        )
    return text
