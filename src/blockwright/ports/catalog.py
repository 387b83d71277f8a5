"""The records of the catalogue: assets, their versions, what people keep of them, and what block code read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from blockwright.core.blocks import BlockId
from blockwright.core.catalog.lineage import Node, Reading
from blockwright.core.catalog.model import AssetKey, NewVersion, Version, VersionId
from blockwright.core.catalog.schemas import SchemaColumn
from blockwright.core.outputs import OutputRecord
from blockwright.core.runs.model import BlockRunName, Run, RunId


@dataclass(frozen=True, slots=True)
class Made:
    """A block run that has completed by itself: ``parts`` are its outputs, or those of each child of a dynamic block
    (``dynamic``). ``reused``: all of them are earlier results. ``manifest``: of the block run, or of the first child.
    """

    block: BlockId
    block_run: BlockRunName
    round: int
    made: datetime
    parts: tuple[tuple[OutputRecord, ...], ...]
    dynamic: bool = False
    reused: bool = False
    key: str | None = None
    manifest: str | None = None


@dataclass(frozen=True, slots=True)
class AssetFilter:
    """``text`` is part of the name (``pipeline/block/output``), ``column`` of the name of a column that the newest
    version has; upper and lower case are one. ``pipelines`` None: of all. ``after``: only those behind it."""

    project: str
    text: str = ""
    column: str = ""
    pipelines: Collection[str] | None = None
    after: AssetKey | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a version's bytes are read from: its own block run, or one that reused it."""

    run: RunId
    block_run: BlockRunName
    round: int


@dataclass(frozen=True, slots=True)
class PipelineUsage:
    """``bytes`` of the distinct values that the catalogue knows of a pipeline; ``kept`` counts pinned, aliased and
    restored versions, ``oldest`` is when its oldest run was asked for."""

    pipeline: str
    runs: int = 0
    versions: int = 0
    kept: int = 0
    bytes: int = 0
    oldest: datetime | None = None


class CatalogStore(Protocol):
    """Each method is one transaction. A version that nothing refers to any more cannot be kept: Conflict (code
    ``version_gone``)."""

    def made(self, run: RunId, block_runs: Collection[str] | None = None) -> Sequence[Made]:
        """What of the run (of these block runs; of all) may become a version and is none yet: of a dynamic block the
        group."""
        ...

    def record(self, run: Run, versions: Sequence[NewVersion], *, whole: bool) -> Sequence[AssetKey]:
        """Write the versions that are not there yet; the assets that got one. ``whole``: the run has ended, and these
        are all it gave up to its round."""
        ...

    def unrecorded(self, project: str, *, limit: int = 500) -> Sequence[RunId]:
        """Ended runs whose results were not written whole yet, oldest first."""
        ...

    def assets(self, which: AssetFilter, *, limit: int) -> Sequence[Version]:
        """The newest version of each asset, by the asset's key."""
        ...

    def newest(self, project: str, asset: AssetKey) -> Version | None: ...

    def names(self, project: str, pipeline: str, block: BlockId) -> Sequence[str]:
        """The outputs that a block has versions of."""
        ...

    def version(self, project: str, version: VersionId) -> Version:
        """Raises NotFound (code ``version_not_found``)."""
        ...

    def versions(
        self, project: str, asset: AssetKey, *, before: tuple[datetime, VersionId] | None = None, limit: int
    ) -> Sequence[Version]:
        """Newest first; ``before``: those that were made earlier than that one."""
        ...

    def aliased(self, project: str, asset: AssetKey, name: str) -> Version | None: ...

    def restored(self, project: str, pipeline: str, block: BlockId) -> Version | None:
        """The version that was restored for the block, whichever of its outputs it is of."""
        ...

    def restored_places(self, project: str, pipeline: str) -> Mapping[BlockId, Place]:
        """For each block of the pipeline whose readers get a restored result: where that is."""
        ...

    def schema(self, project: str, digest: str) -> Sequence[SchemaColumn]: ...

    def place(self, version: Version) -> Place | None:
        """None when no block run has its bytes any more."""
        ...

    def reusers(self, version: Version, *, limit: int = 20) -> Sequence[tuple[RunId, str]]:
        """The newest runs, with their pipelines, in which the version stands in."""
        ...

    def pin(self, project: str, version: VersionId, pinned: bool) -> None: ...

    def call(self, project: str, version: VersionId, alias: str, now: datetime) -> VersionId | None:
        """Give the version an alias; the version of the same asset that had it before."""
        ...

    def uncall(self, project: str, asset: AssetKey, alias: str) -> None:
        """Raises NotFound (code ``alias_not_found``)."""
        ...

    def restore(self, project: str, version: VersionId, now: datetime) -> None:
        """Let the version's block run be the block's latest result until ``unrestore``, or until a retry of that run
        replaces it."""
        ...

    def unrestore(self, project: str, pipeline: str, block: BlockId) -> bool:
        """Whether there was something to take back."""
        ...

    def kept_runs(self, project: str) -> frozenset[RunId]:
        """Runs with a version that is pinned, aliased or restored."""
        ...

    def kept_digests(self) -> frozenset[str]:
        """Of all projects."""
        ...

    def forget(self, project: str) -> int:
        """Delete versions whose run is gone and that nobody reuses or keeps, and what only they needed; how many."""
        ...

    def note(self, run: RunId, block: BlockId, source: Node, now: datetime) -> None:
        """That the block's code asked for ``source`` in this run; writes once for each run at most."""
        ...

    def readings(self, project: str) -> Sequence[Reading]: ...

    def usage(self, project: str) -> Sequence[PipelineUsage]:
        """By bytes, largest first."""
        ...
