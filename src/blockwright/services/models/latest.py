"""``model_registry/latest.json`` in the project: what is served, for programs that read files. We never read it."""

from __future__ import annotations

import json
import os
from contextlib import suppress

from blake3 import blake3

from blockwright.core.endpoints import Endpoint
from blockwright.core.errors import Conflict, NotFound
from blockwright.core.models.versions import ModelVersion
from blockwright.ports.workspace import Workspace

FOLDER = "model_registry"
FILE = f"{FOLDER}/latest.json"
_TRIES = 5


def write(workspace: Workspace, endpoint: Endpoint, version: ModelVersion) -> None:
    """Write the file of the model, and the one of whichever model was changed last. Raises what the disk says."""
    data = (json.dumps(document(workspace, endpoint, version), indent=2, ensure_ascii=False) + "\n").encode()
    for path in (f"{FOLDER}/{version.model}.json", FILE):
        _write(workspace, path, data)


def document(workspace: Workspace, endpoint: Endpoint, version: ModelVersion) -> dict[str, object]:
    """What the file says; ``path`` is relative to the project where the data folder lies in it."""
    facts, file, origin = version.facts, version.file, version.origin
    path = str(workspace.artifacts.path(file.digest))
    root = str(workspace.project.root)
    if path.startswith(f"{root}/"):
        path = os.path.relpath(path, root)
    names = list(facts.signature.names) if facts.signature is not None else []
    return {
        "model": version.model,
        "version": version.number,
        "path": path,
        "checksum": file.sha256,
        "checksum_algorithm": "sha256",
        "digest": file.digest,
        "bytes": file.bytes,
        "type": file.type,
        "metrics": dict(facts.metrics),
        "parameters": dict(facts.parameters),
        "feature_names": names,
        "feature_count": len(names),
        "training_data": facts.training_data,
        "git_commit": origin.commit,
        "run_id": origin.run,
        "pipeline": origin.pipeline,
        "block": origin.block,
        "python": file.python,
        "packages": dict(file.packages.values()),
        "created_at": version.created.isoformat(),
        "promoted_at": endpoint.updated.isoformat(),
        "promoted_by": endpoint.updated_by,
        "previous": endpoint.previous,
    }


def _write(workspace: Workspace, path: str, data: bytes) -> None:
    for left in reversed(range(_TRIES)):
        before: str | None = None
        with suppress(NotFound):
            before = blake3(workspace.files.read_file(path)).hexdigest()
        try:
            workspace.files.write_file(path, data, before)
        except Conflict:
            if not left:
                raise
        else:
            return
