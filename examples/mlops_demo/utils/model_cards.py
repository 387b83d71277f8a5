"""What a reader must know of a model before trusting it, from the recorded figures alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mlops_demo.utils.metrics import Metrics
from mlops_demo.utils.training import CHOSEN_BY, Choice, Evaluation

FIGURES = "reports/training.json"
"""All figures of the latest training, for reports; what is served is in the registry."""

_HEADINGS = ["MAE (min)", "RMSE (min)", "R²", "within 15 min", "bias (min)"]


def recorded_metrics(chosen: Choice, evaluation: Evaluation) -> dict[str, Any]:
    """All figures of one training as one document: what ``FIGURES`` holds."""
    return {
        "name": chosen["name"],
        "family": chosen["family"],
        "parameters": chosen["parameters"],
        "trained_from": chosen["trained_from"],
        "trained_until": chosen["trained_until"],
        "training_rows": chosen["rows"],
        "validation": chosen["validation"],
        "test": evaluation["test"],
        "baselines": evaluation["baselines"],
        "by_month": evaluation["by_month"],
        "leaderboard": chosen["leaderboard"],
    }


def latest_figures(project: str | Path) -> dict[str, Any]:
    """What the latest training recorded; FileNotFoundError with the way out when there was none."""
    path = Path(project) / FIGURES
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} does not exist: nothing was trained yet. Run `blockwright run training` first."
        )
    figures: dict[str, Any] = json.loads(path.read_text())
    return figures


def test_table(recorded: Mapping[str, Any]) -> str:
    """The model and below it the baselines, best first, on the test months, as a Markdown table."""
    baselines = sorted(recorded["baselines"].items(), key=lambda entry: entry[1][CHOSEN_BY])
    return metrics_table("test months", {f"**{recorded['name']}** (model)": recorded["test"], **dict(baselines)})


def metrics_table(first: str, rows: Mapping[str, Metrics]) -> str:
    """A Markdown table with a line for each entry of ``rows``."""
    lines = [[first, *_HEADINGS], ["---", *("---:" for _ in _HEADINGS)]]
    lines += [[name, *_cells(metrics)] for name, metrics in rows.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def model_card(recorded: Mapping[str, Any], features: Sequence[str]) -> str:
    """The card: what the model is for, what it learned from, how good it is, where not to trust it."""
    leaderboard = {line["name"]: line["validation"] for line in recorded["leaderboard"]}
    parameters = ", ".join(f"{name}={value}" for name, value in sorted(recorded["parameters"].items()))
    return f"""# Arrival delay, one hour before departure

**Model** `{recorded["name"]}` ({recorded["family"]}: {parameters})

**Use** Predicts `arr_delay` in minutes for a flight from EWR, JFK or LGA, one hour before its scheduled departure.

**Data** {recorded["training_rows"]:,} flights that landed, {recorded["trained_from"]} to {recorded["trained_until"]};
chosen by the least {CHOSEN_BY.upper()} on the validation months; judged once on the test months.

## On the test months

{test_table(recorded)}

{metrics_table("model, by month", recorded["by_month"])}

## Candidates on the validation months

{metrics_table("candidate", leaderboard)}

## Limits

* It knows one year and three airports, and it speaks of flights that take off: cancelled and diverted ones have no
  arrival delay and took no part.
* A few storm days carry most of the error, and one hour ahead most of them cannot be told from calm ones. Chosen by
  {CHOSEN_BY.upper()}, the model speaks of the middle of what may come: see its bias in a bad month.
* It knows nothing of what the aircraft did earlier on the day.

## Features ({len(features)}, in this order)

{", ".join(f"`{feature}`" for feature in features)}
"""


def _cells(metrics: Metrics) -> list[str]:
    return [
        f"{metrics['mae']:.2f}",
        f"{metrics['rmse']:.2f}",
        f"{round(metrics['r2'], 3) + 0.0:.3f}",  # adding zero turns a rounded -0.000 into 0.000
        f"{metrics['within_15']:.1%}",
        f"{metrics['bias']:+.2f}",
    ]
