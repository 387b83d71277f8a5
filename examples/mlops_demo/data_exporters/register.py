"""Make the chosen model the next version in the registry. Runs only when the evaluation passed its tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from blockwright import load_model, model_version, register_model

from mlops_demo.utils.checks import check
from mlops_demo.utils.files import as_json, write_atomically
from mlops_demo.utils.model_cards import FIGURES, model_card, recorded_metrics
from mlops_demo.utils.registry import MODEL, is_served, rivals, signature
from mlops_demo.utils.training import Choice, Evaluation

if "data_exporter" not in globals():
    from mage_ai.data_preparation.decorators import data_exporter
if "test" not in globals():
    from mage_ai.data_preparation.decorators import test


@data_exporter
def register(
    chosen: Choice,
    evaluation: Evaluation,
    split: list[pd.DataFrame],
    test_rows: pd.DataFrame,
    *args: Any,
    **kwargs: Any,
) -> dict[str, Any]:
    """The new version, and how the one that answers now does on the same flights."""
    training, _ = split
    recorded = recorded_metrics(chosen, evaluation)
    served = is_served(kwargs["repo_path"])
    others = rivals(test_rows, model_version(MODEL), load_model) if served else {}
    version = register_model(
        MODEL,
        chosen["model"],
        metrics=evaluation["test"],
        parameters={"candidate": chosen["name"], "family": chosen["family"], **chosen["parameters"]},
        example=training[chosen["features"]],
        signature=signature(chosen["features"]),
        training_data=training[chosen["features"]],
        held_out=test_rows,
        rivals=others,
        card=model_card(recorded, chosen["features"]),
        tags={"trained_from": chosen["trained_from"], "trained_until": chosen["trained_until"]},
    )
    write_atomically(Path(kwargs["repo_path"]) / FIGURES, as_json({**recorded, "version": version}))
    return {"version": version, "metrics": evaluation["test"], "champion": others}


@test
def test_the_version_is_what_was_judged(registered: dict[str, Any], *args: Any) -> None:
    known = model_version(MODEL, registered["version"])
    check(known["metrics"] == registered["metrics"], f"version {known['version']} has the figures {known['metrics']}")
