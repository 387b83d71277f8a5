"""The code a run is pinned to: every code file of the project by content, and the pipeline as it was read.

A snapshot is one document in the store, named by its digest; only files that the store does not have cost anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from blockwright.core.code import Modules
from blockwright.core.pipelines import PipelineSpec
from blockwright.ports.artifacts import ArtifactStore
from blockwright.wire import documents, values


@dataclass(frozen=True)
class Snapshot:
    """``files``: relative path → digest of the text in the store. ``untracked``: files known by digest only.
    ``environment``: Python's version and the distributions that the pipeline's code uses. ``modules`` remembers what
    each block's imports reach, which follows from the files."""

    digest: str
    path: Path
    files: Mapping[str, str]
    untracked: Mapping[str, str]
    environment: Mapping[str, Any]
    pipeline: PipelineSpec
    artifacts: ArtifactStore
    modules: dict[str, Modules] = field(default_factory=dict)

    def text(self, path: str) -> str | None:
        """The pinned source, or None when the snapshot does not have the file or it is no text."""
        digest = self.files.get(path)
        if digest is None:
            return None
        try:
            return self.artifacts.get(digest).decode("utf-8")
        except UnicodeDecodeError:
            return None

    @cached_property
    def paths(self) -> frozenset[str]:
        return frozenset(self.files)


def load(artifacts: ArtifactStore, digest: str) -> Snapshot:
    """The snapshot of an earlier run; raises NotFound when it was collected."""
    document = json.loads(artifacts.get(digest))
    return Snapshot(
        digest=digest,
        path=artifacts.path(digest),
        files=document["files"],
        untracked=document["untracked"],
        environment=document["environment"],
        pipeline=documents.load(PipelineSpec, values.decode(document["pipeline"])),
        artifacts=artifacts,
    )
