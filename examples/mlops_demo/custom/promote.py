"""Let the new version answer, if it keeps the rules of `metadata.yaml`; otherwise the champion goes on answering."""

from __future__ import annotations

from typing import Any

from blockwright import promote_model

from mlops_demo.utils.registry import MODEL

if "custom" not in globals():
    from mage_ai.data_preparation.decorators import custom


@custom
def promote(registered: dict[str, Any], *args: Any, **kwargs: Any) -> dict[str, Any]:
    """Whether it answers now, and why."""
    version = registered["version"]
    try:
        answer = promote_model(MODEL, version, reason=str(kwargs.get("reason") or ""))
    except RuntimeError as refusal:
        print(f"Version {version} was not promoted: {refusal}")
        return {"version": version, "promoted": False, "why": str(refusal)}
    promoted = answer["promotion"]["state"] == "done"
    return {"version": version, "promoted": promoted, "why": "it keeps every rule" if promoted else "a person decides"}
