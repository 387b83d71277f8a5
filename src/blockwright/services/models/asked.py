"""What block code asks about models, answered with the rights of its run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blockwright.core.blocks import BlockId
from blockwright.core.runs.model import RunId
from blockwright.ports.workspace import Workspace
from blockwright.services.models import promoting, registering, reports
from blockwright.wire import documents
from blockwright.wire.messages import Ask
from blockwright.wire.outputs import Output


def answer(workspace: Workspace, ask: Ask, details: Mapping[str, Any], *, asker: RunId, block: BlockId | None) -> Any:
    """The answer as JSON; raises an error that says why not."""
    if ask is Ask.REGISTER_MODEL:
        version = registering.hand_in(workspace, details, run=asker, block=block)
        return {"model": version.model, "version": version.number}
    model, which = str(details["model"]), str(details.get("version") or "newest")
    if ask is Ask.PROMOTE_MODEL:
        served = workspace.learning.models.endpoint(workspace.project.name, model)
        wanted = promoting.named(workspace, model, which).number
        if served is not None and served.version == wanted:  # a block that is tried again asks again
            return {"promotion": None, "endpoint": reports.endpoint(served), "problem": ""}
        reason = str(details.get("reason") or "")[:1_000]
        force = bool(details.get("force"))
        outcome = promoting.promote(workspace, model, wanted, by=f"run {asker}", force=force, reason=reason)
        return reports.outcome(outcome)
    version = promoting.named(workspace, model, which)
    file = version.file
    output = Output(f"{model}/{version.number}", file.digest, file.codec, file.type, file.bytes)
    endpoint = workspace.learning.models.endpoint(version.project, model)
    return {**reports.version(version, endpoint), "outputs": [documents.dump(output)]}
