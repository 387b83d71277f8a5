"""What became of the flights, told to the platform once they have landed: so it knows how right the model was."""

from __future__ import annotations

from typing import Any

import pandas as pd
from blockwright import tell_truth

from mlops_demo.utils.flights import TARGET
from mlops_demo.utils.registry import MODEL

if "custom" not in globals():
    from mage_ai.data_preparation.decorators import custom


@custom
def tell(asked: pd.DataFrame, *args: Any, **kwargs: Any) -> dict[str, Any]:
    """How many outcomes were told, and how far off the predictions were on average, by version."""
    landed = asked.dropna(subset=[TARGET])
    truths = landed[["request_id", "row"]].assign(actual=landed[TARGET])
    told = tell_truth(MODEL, truths.to_dict("records"))
    off = (landed["predicted_delay"] - landed[TARGET]).abs().groupby(landed["model_version"]).mean()
    return {"told": told, "mae": {int(version): round(float(error), 3) for version, error in off.items()}}
