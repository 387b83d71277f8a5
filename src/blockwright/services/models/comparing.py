"""Two versions of a model side by side: metrics, parameters, signature, libraries, and what a promotion would say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from blockwright.core.models.promotion import rules_of
from blockwright.core.models.signatures import breaks
from blockwright.core.models.versions import ModelVersion
from blockwright.ports.workspace import Workspace
from blockwright.services.models import promoting, reports


def compare(workspace: Workspace, first: ModelVersion, second: ModelVersion) -> dict[str, Any]:
    """``first`` is the one that ``second`` may follow. ``same_data``: both were measured on the same held-out data."""
    endpoint = workspace.learning.models.endpoint(first.project, first.model)
    old, new = first.facts, second.facts
    measured = new.rivals.get(first.number)
    same = measured is not None or bool(new.held_out and new.held_out == old.held_out)
    rules = rules_of(workspace.files.project().raw, first.model)
    return {
        "model": first.model,
        "first": reports.brief(first, endpoint),
        "second": reports.brief(second, endpoint),
        "same_data": same,
        "metrics": _side_by_side(old.metrics if measured is None else measured, new.metrics),
        "parameters": [one for one in _side_by_side(old.parameters, new.parameters) if one["first"] != one["second"]],
        "packages": [
            one for one in _side_by_side(_packages(first), _packages(second)) if one["first"] != one["second"]
        ],
        "breaks": list(breaks(old.signature, new.signature)) if old.signature and new.signature else [],
        "same_training_data": bool(new.training_data and new.training_data == old.training_data),
        "findings": [asdict(finding) for finding in promoting.findings(workspace, second, endpoint)],
        "rules": {
            "metric": rules.metric,
            "better": "lower" if rules.lower else "higher",
            "margin": rules.margin,
            "approval": rules.approval,
        },
    }


def _side_by_side(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[dict[str, Any]]:
    names = sorted({*first, *second})
    return [{"name": name, "first": first.get(name), "second": second.get(name)} for name in names]


def _packages(version: ModelVersion) -> dict[str, str]:
    return dict(version.file.packages.values())
