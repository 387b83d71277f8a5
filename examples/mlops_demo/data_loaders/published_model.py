"""The version that answers now; the platform refuses it when its file is not the one that was registered."""

from __future__ import annotations

from typing import Any

from blockwright import load_model, model_version

from mlops_demo.utils.checks import check
from mlops_demo.utils.features import FEATURES
from mlops_demo.utils.predictions import PublishedModel
from mlops_demo.utils.registry import MODEL

if "data_loader" not in globals():
    from mage_ai.data_preparation.decorators import data_loader
if "test" not in globals():
    from mage_ai.data_preparation.decorators import test


@data_loader
def load(*args: Any, **kwargs: Any) -> PublishedModel:
    """The model, its version, and the features it wants in order."""
    known = model_version(MODEL)
    return {
        "version": known["version"],
        "features": [field["name"] for field in known["signature"]["inputs"]],
        "model": load_model(MODEL, known["version"]),
    }


@test
def test_its_features_are_the_ones_that_are_built(published: PublishedModel, *args: Any) -> None:
    unknown = [name for name in published["features"] if name not in FEATURES]
    check(not unknown, f"version {published['version']} wants features that are no longer built: {unknown}")
