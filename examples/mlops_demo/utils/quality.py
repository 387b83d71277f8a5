"""The state of the data in figures, for people and for the next run to compare with."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mlops_demo.utils.features import CATEGORICAL, NUMERIC
from mlops_demo.utils.fleet import UNKNOWN
from mlops_demo.utils.flights import TARGET
from mlops_demo.utils.weather import MEASURES

_QUANTILES = (0.01, 0.25, 0.5, 0.75, 0.99)


def quality_report(flights: pd.DataFrame, weather: pd.DataFrame, features: pd.DataFrame) -> dict[str, Any]:
    """Sizes, spans, shares of missing values (0 to 1) and the distribution of the target in minutes."""
    delays = flights[TARGET].dropna()
    return {
        "flights": len(flights),
        "first_day": f"{flights['service_day'].min():%Y-%m-%d}",
        "last_day": f"{flights['service_day'].max():%Y-%m-%d}",
        "without_arrival": _share(flights[TARGET].isna()),
        "unknown_aircraft": _share(features["maker"] == UNKNOWN),
        "delay_mean": round(float(delays.mean()), 4) if len(delays) else None,
        "delay_quantiles": {f"{q:g}": float(delays.quantile(q)) for q in _QUANTILES} if len(delays) else {},
        "weather_hours": {str(origin): int(hours) for origin, hours in weather.groupby("origin").size().items()},
        "weather_missing": {measure: _share(weather[measure].isna()) for measure in MEASURES},
        "features_missing": {name: _share(features[name].isna()) for name in [*CATEGORICAL, *NUMERIC]},
    }


def quality_text(report: dict[str, Any]) -> str:
    """The report as Markdown: the headline figures, then the features with gaps, worst first."""
    gaps = sorted(report["features_missing"].items(), key=lambda entry: -entry[1])
    lines = [f"| `{name}` | {share:.1%} |" for name, share in gaps if share > 0]
    return "\n".join(
        [
            "# Data quality",
            "",
            f"{report['flights']:,} flights from {report['first_day']} to {report['last_day']}. "
            f"{report['without_arrival']:.1%} never arrived (cancelled, diverted or still to come), "
            f"{report['unknown_aircraft']:.1%} have an aircraft that is not in the register.",
            "",
            "| feature | missing |",
            "| --- | ---: |",
            *lines,
            "",
        ]
    )


def _share(flags: pd.Series) -> float:
    return round(float(flags.mean()), 6) if len(flags) else 0.0
