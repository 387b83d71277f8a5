"""Write the state of the data to `reports/data_quality.json` and, for reading, `.md`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from mlops_demo.utils.checks import check
from mlops_demo.utils.files import as_json, write_atomically
from mlops_demo.utils.quality import quality_report, quality_text

if "data_exporter" not in globals():
    from mage_ai.data_preparation.decorators import data_exporter
if "test" not in globals():
    from mage_ai.data_preparation.decorators import test


@data_exporter
def write_report(
    flights: pd.DataFrame, weather: pd.DataFrame, features: pd.DataFrame, *args: Any, **kwargs: Any
) -> dict[str, Any]:
    """The figures that were written."""
    report = quality_report(flights, weather, features)
    folder = Path(kwargs["repo_path"]) / "reports"
    write_atomically(folder / "data_quality.json", as_json(report))
    write_atomically(folder / "data_quality.md", quality_text(report))
    return report


@test
def test_every_flight_has_its_features(report: dict[str, Any], *args: Any) -> None:
    check(report["flights"] > 0, "the report covers no flight")
    check(report["without_arrival"] <= 0.1, f"{report['without_arrival']:.1%} of the flights have no arrival")
