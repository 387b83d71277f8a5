"""Publish the chosen model with its figures and its card. Runs only when the evaluation passed its tests."""

from __future__ import annotations

from typing import Any

from mlops_demo.utils.checks import check
from mlops_demo.utils.model_cards import model_card, recorded_metrics
from mlops_demo.utils.model_files import Latest, load_latest, models_folder, publish
from mlops_demo.utils.training import Choice, Evaluation

if "data_exporter" not in globals():
    from mage_ai.data_preparation.decorators import data_exporter
if "test" not in globals():
    from mage_ai.data_preparation.decorators import test


@data_exporter
def export(chosen: Choice, evaluation: Evaluation, *args: Any, **kwargs: Any) -> Latest:
    """What `models/latest.json` says now."""
    recorded = recorded_metrics(chosen, evaluation)
    card = model_card(recorded, chosen["features"])
    return publish(models_folder(kwargs["repo_path"]), chosen["model"], chosen["features"], recorded, card)


@test
def test_the_published_model_loads(latest: Latest, *args: Any, **kwargs: Any) -> None:
    published = load_latest(models_folder(kwargs["repo_path"]))
    check(published["version"] == latest["version"], f"the latest model is {published['version']}")
    check(published["features"] == latest["features"], "the published features are not those of the model")
