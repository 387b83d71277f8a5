"""Wait until a version of the model was promoted."""

from __future__ import annotations

from typing import Any

from mlops_demo.utils.registry import is_served

if "sensor" not in globals():
    from mage_ai.data_preparation.decorators import sensor


@sensor
def model_is_there(*args: Any, **kwargs: Any) -> bool:
    """Whether `model_registry/latest.json` exists."""
    return is_served(kwargs["repo_path"])
