"""Taking a snapshot: the project's code as it is now, into the store."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from blockwright.core.pipelines import PipelineSpec
from blockwright.ports.artifacts import ArtifactStore
from blockwright.ports.projects import ProjectStore
from blockwright.ports.workspace import Workspace
from blockwright.services import codes
from blockwright.services.snapshots import Snapshot
from blockwright.wire import documents, values


def take(workspace: Workspace, pipeline: PipelineSpec) -> Snapshot:
    """Pin the project's code as it is now."""
    tree = workspace.files.tree()
    files = {
        source.path: _stored(workspace.artifacts, workspace.files, source.path, source.digest) for source in tree.files
    }
    untracked = {source.path: source.digest for source in tree.digests_only}
    bare = Snapshot("", Path(), files, untracked, {}, pipeline, workspace.artifacts)
    environment = codes.environment(workspace, bare)
    codes.book(workspace).save()
    document = {
        "files": files,
        "untracked": untracked,
        "environment": environment,
        "pipeline": values.encode(_plain(documents.dump(pipeline))),
    }
    digest = workspace.artifacts.put(json.dumps(document, separators=(",", ":")).encode())
    return replace(bare, digest=digest, path=workspace.artifacts.path(digest), environment=environment)


def _stored(artifacts: ArtifactStore, files: ProjectStore, path: str, digest: str) -> str:
    """The digest under which the store has the file; one that changed since it was listed is taken as it is read."""
    return digest if artifacts.has(digest) else artifacts.put(files.read(path))


def _plain(value: Any) -> Any:
    """Mappings of any kind as dicts, so that they can be encoded."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
