"""The model of this project in the registry: who answers now, and how it does on other flights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from mlops_demo.utils.features import CATEGORICAL
from mlops_demo.utils.flights import TARGET
from mlops_demo.utils.metrics import Metrics, measure
from mlops_demo.utils.training import predict

MODEL = "arrival_delay"
POINTER = Path("model_registry") / "latest.json"


def is_served(project: str | Path) -> bool:
    """Whether a version was promoted; the platform writes the pointer when it is."""
    return (Path(project) / POINTER).is_file()


def signature(features: Sequence[str]) -> dict[str, Any]:
    """What a request must look like. A number may be missing though none was in training (an instrument that fails, an
    aircraft that is not registered): every candidate knows what to do then."""
    inputs = [
        {"name": name, "type": "text" if name in CATEGORICAL else "number", "nullable": name not in CATEGORICAL}
        for name in features
    ]
    return {"inputs": inputs}


def rivals(rows: pd.DataFrame, version: dict[str, Any], load: Callable[[str, int], Any]) -> dict[int, Metrics]:
    """The figures of ``version`` on ``rows``, by its number: what another model must beat there.

    ``load`` gives the model of a name and a number. The rows have every feature; the version takes its own.
    """
    features = [field["name"] for field in version["signature"]["inputs"]]
    guesses = predict(load(MODEL, version["version"]), rows, features)
    return {version["version"]: measure(rows[TARGET], guesses)}
