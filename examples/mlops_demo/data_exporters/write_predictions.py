"""Write the predictions to `predictions/<period>.csv`. The conditional `not_a_dry_run` decides whether it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from mlops_demo.utils.checks import check
from mlops_demo.utils.files import write_atomically
from mlops_demo.utils.periods import period

if "data_exporter" not in globals():
    from mage_ai.data_preparation.decorators import data_exporter
if "test" not in globals():
    from mage_ai.data_preparation.decorators import test


@data_exporter
def write(predictions: pd.DataFrame, *args: Any, **kwargs: Any) -> dict[str, Any]:
    """The file, relative to the project, and its number of rows."""
    name = f"predictions/{period(kwargs['month'], kwargs.get('day')).name}.csv"
    write_atomically(Path(kwargs["repo_path"]) / name, predictions.to_csv(index=False, float_format="%.2f"))
    return {"file": name, "rows": len(predictions)}


@test
def test_the_file_holds_every_row(written: dict[str, Any], *args: Any, **kwargs: Any) -> None:
    rows = len(pd.read_csv(Path(kwargs["repo_path"]) / written["file"]))
    check(rows == written["rows"], f"{written['file']} has {rows} rows instead of {written['rows']}")
