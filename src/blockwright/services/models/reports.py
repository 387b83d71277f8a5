"""Models as documents, for people and programs alike."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from blockwright.core.endpoints import Endpoint
from blockwright.core.models import signatures
from blockwright.core.models.promotion import Promotion
from blockwright.core.models.versions import ModelVersion
from blockwright.ports.models import ModelSummary
from blockwright.services.models.mirroring import Standing
from blockwright.services.models.promoting import Outcome


def summary(found: ModelSummary) -> dict[str, Any]:
    return {
        "model": found.name,
        "versions": found.versions,
        "newest": brief(found.newest, found.endpoint),
        "endpoint": None if found.endpoint is None else endpoint(found.endpoint),
    }


def brief(version: ModelVersion, served: Endpoint | None) -> dict[str, Any]:
    """A version in a list."""
    return {
        "model": version.model,
        "version": version.number,
        "stage": "" if served is None else served.stage(version.number),
        "type": version.file.type,
        "bytes": version.file.bytes,
        "metrics": dict(version.facts.metrics),
        "tags": dict(version.facts.tags),
        "run": version.origin.run,
        "pipeline": version.origin.pipeline,
        "block": version.origin.block,
        "git_commit": version.origin.commit,
        "created": version.created.isoformat(),
        "created_by": version.origin.by,
    }


def version(found: ModelVersion, served: Endpoint | None) -> dict[str, Any]:
    """Everything that is known of a version."""
    facts, file = found.facts, found.file
    return {
        **brief(found, served),
        "parameters": dict(facts.parameters),
        "card": facts.card,
        "signature": signatures.document(facts.signature),
        "example": [dict(row) for row in facts.example],
        "training_data": facts.training_data,
        "held_out": facts.held_out,
        "rivals": {str(number): dict(metrics) for number, metrics in facts.rivals.items()},
        "digest": file.digest,
        "sha256": file.sha256,
        "python": file.python,
        "packages": dict(file.packages.values()),
        "snapshot": found.origin.snapshot,
        "tracking": dict(facts.tracking),
    }


def endpoint(found: Endpoint) -> dict[str, Any]:
    traffic = found.traffic
    return {
        "model": found.model,
        "version": found.version,
        "previous": found.previous,
        "traffic": {
            "mode": traffic.mode.value,
            "challenger": traffic.challenger,
            "share": traffic.share,
            "most_errors": traffic.bounds.errors,
            "most_milliseconds": traffic.bounds.milliseconds,
            "fewest_requests": traffic.bounds.requests,
        },
        "revision": found.revision,
        "updated": found.updated.isoformat(),
        "updated_by": found.updated_by,
    }


def mirror(found: Standing) -> dict[str, Any]:
    """How MLflow's aliases stand to what is served."""
    return {"state": found.state, "name": found.name, "problem": found.problem}


def promotion(found: Promotion) -> dict[str, Any]:
    return {
        "id": found.id,
        "model": found.model,
        "kind": found.kind.value,
        "state": found.state.value,
        "before": found.before,
        "after": found.after,
        "by": found.by,
        "at": found.at.isoformat(),
        "reason": found.reason,
        "findings": [asdict(finding) for finding in found.findings],
        "decided_by": found.decided_by,
        "decided": None if found.decided is None else found.decided.isoformat(),
        "origin": found.origin,
    }


def outcome(found: Outcome) -> dict[str, Any]:
    """What came of a wish, and what is served now."""
    return {
        "promotion": promotion(found.promotion),
        "endpoint": None if found.endpoint is None else endpoint(found.endpoint),
        "problem": found.problem,
    }
