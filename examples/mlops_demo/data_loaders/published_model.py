"""The latest published model, refused when its file is not the one that was published."""

from __future__ import annotations

from typing import Any

from mlops_demo.utils.checks import check
from mlops_demo.utils.features import FEATURES
from mlops_demo.utils.model_files import PublishedModel, load_latest, models_folder

if "data_loader" not in globals():
    from mage_ai.data_preparation.decorators import data_loader
if "test" not in globals():
    from mage_ai.data_preparation.decorators import test


@data_loader
def load_model(*args: Any, **kwargs: Any) -> PublishedModel:
    """The model, its version, and the features it wants in order."""
    return load_latest(models_folder(kwargs["repo_path"]))


@test
def test_its_features_are_the_ones_that_are_built(published: PublishedModel, *args: Any) -> None:
    unknown = [name for name in published["features"] if name not in FEATURES]
    check(not unknown, f"model {published['version']} wants features that are no longer built: {unknown}")
