"""New versions of models: handed in by a block while it runs, or made of what a run gave."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blockwright.core.blocks import BlockId
from blockwright.core.errors import Invalid, NotFound
from blockwright.core.models import signatures
from blockwright.core.models.versions import (
    LONGEST_CARD,
    Facts,
    ModelFile,
    ModelVersion,
    NewModelVersion,
    Origin,
    checked_metrics,
    require_name,
)
from blockwright.core.outputs import OutputRecord
from blockwright.core.runs.model import Run, RunId
from blockwright.ports.workspace import Workspace
from blockwright.wire import documents
from blockwright.wire.models import ModelHandedIn, modules_of_pickle

MOST_EXAMPLE_ROWS = 20
LARGEST_EXAMPLE = 100_000
"""Characters of an example as JSON."""
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def hand_in(workspace: Workspace, details: Mapping[str, Any], *, run: RunId, block: BlockId | None) -> ModelVersion:
    """Register what the code of ``block`` hands in. What it sends may be anything: raises Invalid naming the part."""
    try:
        handed = documents.load(ModelHandedIn, dict(details))
    except documents.DocumentError as error:
        raise Invalid(f"The model cannot be registered: {error}.", code="model") from error
    require_name(handed.name)
    output = handed.output
    if output.in_memory or not output.digest:
        raise Invalid(f"Model `{handed.name}` has no bytes in the store.", code="model")
    if not workspace.artifacts.has(output.digest):
        _bring(workspace, output.digest, handed.path)
    sha256, _ = _looked_at(workspace, output.digest, output.codec)
    if sha256 != handed.sha256:
        raise Invalid(f"The bytes of model `{handed.name}` are not those that were handed in.", code="model")
    file = ModelFile(
        digest=output.digest,
        sha256=sha256,
        codec=output.codec,
        type=output.type,
        bytes=output.bytes,
        packages=workspace.distributions(handed.modules),
        python=PYTHON,
    )
    found = workspace.runs.get(run)
    name = str(block or "")
    origin = _origin(workspace, found, name, name, by=f"run {run}")
    if handed.reference and not workspace.artifacts.has(handed.reference):
        _bring(workspace, handed.reference, handed.reference_path)
    new = NewModelVersion(handed.name, file, facts_of(handed.facts), origin, _now(workspace), handed.reference)
    return _registered(workspace, new)


def from_output(
    workspace: Workspace, name: str, run: Run, block: str, output: str, *, facts: Mapping[str, Any], by: str
) -> ModelVersion:
    """Register what a block of a run gave. Raises NotFound, Invalid for an output that is no model."""
    require_name(name)
    found = workspace.runs.latest_result(run.project, run.pipeline, BlockId(block), run=run.id)
    records = [record for result in found for record in result.block_run.outputs if not record.spread]
    record = _record(records, run, block, output)
    sha256, modules = _looked_at(workspace, record.digest, record.codec)
    file = ModelFile(
        digest=record.digest,
        sha256=sha256,
        codec=record.codec,
        type=record.type,
        bytes=record.bytes,
        packages=workspace.distributions(modules),
        python=PYTHON,
    )
    block_run = str(found[0].block_run.name)
    origin = _origin(workspace, run, block, block_run, by=by)
    return _registered(workspace, NewModelVersion(name, file, facts_of(facts), origin, _now(workspace)))


def facts_of(said: Any) -> Facts:
    """What is known of a model, from JSON that anybody may have written; raises Invalid naming what is wrong."""
    if said is None:
        return Facts()
    if not isinstance(said, Mapping):
        raise Invalid("What is known of a model must be an object.", code="model")
    card = said.get("card") or ""
    if not isinstance(card, str) or len(card) > LONGEST_CARD:
        raise Invalid(f"The card must be text of at most {LONGEST_CARD:,} characters.", code="model_card")
    return Facts(
        metrics=checked_metrics(said.get("metrics") or {}),
        parameters=_plain(said.get("parameters") or {}, "parameters"),
        tags={str(key): str(value) for key, value in _plain(said.get("tags") or {}, "tags").items()},
        card=card,
        signature=signatures.read(said.get("signature")),
        example=_example(said.get("example") or ()),
        training_data=str(said.get("training_data") or "")[:200],
        held_out=str(said.get("held_out") or "")[:200],
        rivals=_rivals(said.get("rivals") or {}),
        tracking={str(k): str(v) for k, v in _plain(said.get("tracking") or {}, "tracking").items()},
    )


def _registered(workspace: Workspace, new: NewModelVersion) -> ModelVersion:
    return workspace.learning.models.register(workspace.project.name, new)


def _now(workspace: Workspace) -> Any:
    return workspace.clock.now()


def _origin(workspace: Workspace, run: Run, block: str, block_run: str, *, by: str) -> Origin:
    return Origin(by, run.id, run.pipeline, block, block_run, run.git_commit, run.snapshot)


def _record(records: list[OutputRecord], run: Run, block: str, output: str) -> OutputRecord:
    if not records:
        raise NotFound(
            f"Block `{block}` has no result in run {run.id} of pipeline `{run.pipeline}`.", code="output_not_found"
        )
    models = [record for record in records if record.type == "model"]
    wanted = [record for record in records if record.name == output] if output else models or records
    if not wanted:
        raise NotFound(f"Block `{block}` has no output `{output}` in run {run.id}.", code="output_not_found")
    record = wanted[0]
    if record.in_memory or record.codec != "pickle":
        raise Invalid(
            f"Output `{record.name}` of block `{block}` is {record.type}, which is no model that can be served.",
            hint="Return the fitted model itself, or call `register_model` in the block.",
            code="no_model",
        )
    return record


def _bring(workspace: Workspace, digest: str, path: str) -> None:
    """Into a store that is elsewhere: the bytes lie where the block worked, on this host."""
    file = Path(path)
    if file.name != digest or not file.is_file():
        raise Invalid(f"The model's bytes {digest[:12]}… are not in the store.", code="model")
    if workspace.artifacts.put(file.read_bytes()) != digest:
        raise Invalid(f"The model's bytes are not those of {digest[:12]}….", code="model")


def _looked_at(workspace: Workspace, digest: str, codec: str) -> tuple[str, tuple[str, ...]]:
    """The SHA-256 of the bytes, and which modules they need. Nothing of them is run."""
    path = workspace.artifacts.path(digest)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        if codec != "pickle":
            return sha256, ()
        file.seek(0)
        return sha256, modules_of_pickle(file)


def _example(rows: Any) -> tuple[Mapping[str, Any], ...]:
    if not isinstance(rows, list | tuple) or not all(isinstance(row, Mapping) for row in rows):
        raise Invalid("The example must be a list of rows, each an object.", code="model_example")
    kept = tuple(dict(row) for row in rows[:MOST_EXAMPLE_ROWS])
    if len(json.dumps(kept, default=str)) > LARGEST_EXAMPLE:
        raise Invalid(f"The example has more than {LARGEST_EXAMPLE:,} characters as JSON.", code="model_example")
    return kept


def _rivals(said: Any) -> dict[int, dict[str, float]]:
    if not isinstance(said, Mapping):
        raise Invalid("`rivals` must be metrics by version.", code="metrics")
    try:
        return {int(number): checked_metrics(metrics) for number, metrics in said.items()}
    except (TypeError, ValueError):
        raise Invalid("`rivals` must be metrics by the number of a version.", code="metrics") from None


def _plain(said: Any, key: str) -> dict[str, Any]:
    if not isinstance(said, Mapping):
        raise Invalid(f"`{key}` must be values by name.", code="model")
    try:
        text = json.dumps(said, default=str, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise Invalid(f"`{key}` cannot be kept: {error}.", code="model") from error
    if len(text) > LARGEST_EXAMPLE:
        raise Invalid(f"`{key}` has more than {LARGEST_EXAMPLE:,} characters as JSON.", code="model")
    found: dict[str, Any] = json.loads(text)
    return found
