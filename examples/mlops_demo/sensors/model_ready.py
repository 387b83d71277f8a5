"""Wait until `training` has published a model."""

from __future__ import annotations

from typing import Any

from mlops_demo.utils.model_files import is_published, models_folder

if "sensor" not in globals():
    from mage_ai.data_preparation.decorators import sensor


@sensor
def model_is_there(*args: Any, **kwargs: Any) -> bool:
    """Whether `models/latest.json` exists."""
    return is_published(models_folder(kwargs["repo_path"]))
