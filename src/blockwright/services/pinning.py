"""Taking a snapshot: the project's code as it is now, into the store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from blockwright.core.pipelines import PipelineSpec
from blockwright.ports.artifacts import ArtifactStore
from blockwright.ports.projects import ProjectStore, SourceFile
from blockwright.ports.workspace import Workspace
from blockwright.services import codes
from blockwright.services.snapshots import Snapshot
from blockwright.wire import documents, values


def take(workspace: Workspace, pipeline: PipelineSpec) -> Snapshot:
    """Pin the project's code as it is now."""
    bare = look(workspace, pipeline)
    environment = codes.environment(workspace, bare)
    codes.book(workspace).save()
    document = {
        "files": bare.files,
        "untracked": bare.untracked,
        "environment": environment,
        "pipeline": values.encode(documents.brief(pipeline)),
    }
    digest = workspace.artifacts.put(json.dumps(document, separators=(",", ":")).encode())
    return replace(bare, digest=digest, path=workspace.artifacts.path(digest), environment=environment)


def look(workspace: Workspace, pipeline: PipelineSpec) -> Snapshot:
    """The project's code as it is now, its sources in the store, without a document that would keep them there; its
    environment is still to be told."""
    tree = workspace.files.tree()
    files = _stored(workspace.artifacts, workspace.files, tree.files)
    untracked = {source.path: source.digest for source in tree.digests_only}
    return Snapshot("", Path(), files, untracked, {}, pipeline, workspace.artifacts)


def _stored(artifacts: ArtifactStore, files: ProjectStore, sources: Sequence[SourceFile]) -> dict[str, str]:
    """The digests under which the store has the files; one that changed since it was listed is taken as it is read."""
    digests = artifacts.put_each([(source.digest, partial(files.read, source.path)) for source in sources])
    return {source.path: digest for source, digest in zip(sources, digests, strict=True)}
