"""Rows of models and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from blockwright.adapters.db.cells import document, document_cell, moment, text_cell, time_cell
from blockwright.core.endpoints import Bounds, Endpoint, Mode, Traffic
from blockwright.core.models import signatures
from blockwright.core.models.mirroring import Mirror
from blockwright.core.models.promotion import Finding, Kind, Promotion, State
from blockwright.core.models.versions import Facts, ModelFile, ModelVersion, NewModelVersion, Origin

VERSION_COLUMNS = (
    *("project", "model", "number", "digest", "file", "facts", "created_by", "run_id", "pipeline", "block"),
    *("block_run", "git_commit", "snapshot", "created", "reference"),
)
ENDPOINT_COLUMNS = ("project", "model", "version", "previous", "traffic", "revision", "updated", "updated_by")
MIRROR_COLUMNS = ("project", "model", "name", "revision", "newest", "aliases", "problem", "tried", "sent")
PROMOTION_COLUMNS = (
    *("project", "model", "kind", "state", "version_before", "version_after", "requested_by", "requested", "reason"),
    *("findings", "decided_by", "decided", "origin"),
)


def version_row(project: str, number: int, new: NewModelVersion) -> tuple[Any, ...]:
    origin = new.origin
    return (
        *(project, new.model, number, new.file.digest, document_cell(_file_document(new.file))),
        *(facts_cell(new.facts), text_cell(origin.by), origin.run, origin.pipeline, origin.block, origin.block_run),
        *(origin.commit, origin.snapshot, time_cell(new.created), new.reference),
    )


def read_version(cells: Sequence[Any]) -> ModelVersion:
    project, model, number, digest, file, facts, by, *others = cells
    run, pipeline, block, block_run, commit, snapshot, created, reference = others
    origin = Origin(by, run, pipeline, block, block_run, commit, snapshot)
    return ModelVersion(
        *(project, model, number, _read_file(digest, document(file)), read_facts(facts), origin, moment(created)),
        reference=reference,
    )


def _file_document(file: ModelFile) -> dict[str, Any]:
    packages = {name: list(pair) for name, pair in file.packages.items()}
    return {
        "sha256": file.sha256,
        "codec": file.codec,
        "type": file.type,
        "bytes": file.bytes,
        "packages": packages,
        "python": file.python,
    }


def _read_file(digest: str, said: Mapping[str, Any]) -> ModelFile:
    packages = {name: (pair[0], pair[1]) for name, pair in said["packages"].items()}
    return ModelFile(digest, said["sha256"], said["codec"], said["type"], said["bytes"], packages, said["python"])


def facts_cell(facts: Facts) -> str:
    return document_cell(
        {
            "metrics": dict(facts.metrics),
            "parameters": dict(facts.parameters),
            "tags": dict(facts.tags),
            "card": facts.card,
            "signature": signatures.document(facts.signature),
            "example": [dict(row) for row in facts.example],
            "training_data": facts.training_data,
            "held_out": facts.held_out,
            "rivals": {str(number): dict(metrics) for number, metrics in facts.rivals.items()},
            "tracking": dict(facts.tracking),
        }
    )


def read_facts(cell: str) -> Facts:
    said = document(cell)
    rivals = {int(number): metrics for number, metrics in said.pop("rivals").items()}
    signature, example = signatures.read(said.pop("signature")), tuple(said.pop("example"))
    return Facts(**said, signature=signature, example=example, rivals=rivals)


def endpoint_row(endpoint: Endpoint) -> tuple[Any, ...]:
    return (
        *(endpoint.project, endpoint.model, endpoint.version, endpoint.previous),
        *(document_cell(asdict(endpoint.traffic)), endpoint.revision, time_cell(endpoint.updated)),
        text_cell(endpoint.updated_by),
    )


def read_endpoint(cells: Sequence[Any]) -> Endpoint:
    project, model, version, previous, traffic, revision, updated, by = cells
    said = document(traffic)
    read = Traffic(Mode(said["mode"]), said["challenger"], said["share"], Bounds(**said["bounds"]))
    return Endpoint(project, model, version, previous, read, revision, moment(updated), by)


def promotion_row(entry: Promotion) -> tuple[Any, ...]:
    return (
        *(entry.project, entry.model, entry.kind.value, entry.state.value, entry.before, entry.after),
        *(text_cell(entry.by), time_cell(entry.at), text_cell(entry.reason)),
        document_cell([asdict(finding) for finding in entry.findings]),
        *(text_cell(entry.decided_by), time_cell(entry.decided), entry.origin),
    )


def read_promotion(cells: Sequence[Any]) -> Promotion:
    number, project, model, kind, state, before, after, by, at, reason, findings, decided_by, decided, origin = cells
    found = tuple(Finding(**finding) for finding in document(findings))
    return Promotion(
        *(number, project, model, Kind(kind), State(state), before, after, by, moment(at), reason, found),
        *(decided_by, moment(decided), origin),
    )


def mirror_row(mirror: Mirror) -> tuple[Any, ...]:
    return (
        *(mirror.project, mirror.model, mirror.name, mirror.revision, mirror.newest),
        *(document_cell(dict(mirror.aliases)), text_cell(mirror.problem)),
        *(time_cell(mirror.tried), time_cell(mirror.sent)),
    )


def read_mirror(cells: Sequence[Any]) -> Mirror:
    project, model, name, revision, newest, aliases, problem, tried, sent = cells
    return Mirror(project, model, name, revision, newest, document(aliases), problem, moment(tried), moment(sent))
