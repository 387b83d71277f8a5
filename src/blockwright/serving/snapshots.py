"""What is to be served, as one immutable picture: read from the records, kept in a file for when they are away."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from blockwright.core.endpoints import Bounds, Endpoint, Mode, Traffic
from blockwright.core.models import signatures
from blockwright.core.models.signatures import Signature
from blockwright.core.models.versions import ModelFile, ModelVersion
from blockwright.ports.models import ModelStore


@dataclass(frozen=True, slots=True)
class Wanted:
    """A version that may have to answer. ``path`` is where its bytes should be."""

    model: str
    number: int
    file: ModelFile
    path: str
    signature: Signature | None = None
    example: tuple[Mapping[str, Any], ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    created: str = ""

    def __str__(self) -> str:
        return f"{self.model}/{self.number}"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """``versions`` has those that the endpoints name, by model and number."""

    endpoints: tuple[Endpoint, ...] = ()
    versions: Mapping[tuple[str, int], Wanted] = field(default_factory=dict)


def taken(store: ModelStore, project: str, path_of: Callable[[str], str], before: Snapshot) -> Snapshot:
    """What the records say now. A version never changes, so that those of ``before`` are not read again."""
    endpoints = tuple(store.endpoints(project))
    versions = {}
    for endpoint in endpoints:
        for number in (endpoint.version, endpoint.traffic.challenger):
            key = (endpoint.model, number or 0)
            if number is not None and key not in versions:
                known = before.versions.get(key)
                versions[key] = known or _wanted(store.version(project, endpoint.model, number), path_of)
    return Snapshot(endpoints, versions)


def keep(snapshot: Snapshot, path: Path) -> None:
    """Write it whole, then give it its name. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(json.dumps(_document(snapshot)), encoding="utf-8")
    temporary.replace(path)


def kept(path: Path) -> Snapshot | None:
    """What ``keep`` wrote; None when there is nothing that can be read."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        endpoints = tuple(_read_endpoint(entry) for entry in said["endpoints"])
        versions = [_read_wanted(entry) for entry in said["versions"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Snapshot(endpoints, {(one.model, one.number): one for one in versions})


def _wanted(version: ModelVersion, path_of: Callable[[str], str]) -> Wanted:
    facts = version.facts
    return Wanted(
        model=version.model,
        number=version.number,
        file=version.file,
        path=path_of(version.file.digest),
        signature=facts.signature,
        example=tuple(facts.example),
        metrics=dict(facts.metrics),
        created=version.created.isoformat(),
    )


def _document(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "endpoints": [{**asdict(one), "updated": one.updated.isoformat()} for one in snapshot.endpoints],
        "versions": [
            {
                "model": one.model,
                "number": one.number,
                "path": one.path,
                "created": one.created,
                "file": asdict(one.file),
                "signature": signatures.document(one.signature),
                "example": [dict(row) for row in one.example],
                "metrics": dict(one.metrics),
            }
            for one in snapshot.versions.values()
        ],
    }


def _read_endpoint(said: dict[str, Any]) -> Endpoint:
    traffic = said["traffic"]
    read = Traffic(Mode(traffic["mode"]), traffic["challenger"], traffic["share"], Bounds(**traffic["bounds"]))
    return Endpoint(**{**said, "traffic": read, "updated": datetime.fromisoformat(said["updated"])})


def _read_wanted(said: dict[str, Any]) -> Wanted:
    packages = {name: (pair[0], pair[1]) for name, pair in said["file"]["packages"].items()}
    return Wanted(
        model=said["model"],
        number=said["number"],
        file=ModelFile(**{**said["file"], "packages": packages}),
        path=said["path"],
        signature=signatures.read(said["signature"]),
        example=tuple(said["example"]),
        metrics=said["metrics"],
        created=said["created"],
    )
