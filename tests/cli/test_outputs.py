"""Looking at what blocks gave: heads, exports, statistics, differences, and what collection keeps."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from tests.project import Project, block_of

pytestmark = pytest.mark.slow

READERS: dict[str, Callable[[Path], list[dict[str, Any]]]] = {
    "csv": lambda file: list(csv.DictReader(file.read_text().splitlines())),
    "json": lambda file: json.loads(file.read_text()),
    "parquet": lambda file: pyarrow.parquet.read_table(file).to_pylist(),
}
SALES = """
    import pandas as pd

    @data_loader
    def load(*args, **kwargs):
        sold = [1, 2, None, kwargs["last"]]
        return pd.DataFrame({"shop": ["a", "b", "c", "d"], "sold": sold})
"""


def sales(project: Project, last: int = 4, code: str = SALES) -> int:
    project.pipeline("p", {"kind": "loader", "id": "load", "code": code}, variables={"last": last})
    report = project.report("run", "p")
    assert report["state"] == "completed", report
    return int(report["run"])


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with one run of ``sales``, for tests that look and change nothing."""
    root = tmp_path_factory.mktemp("sold") / "shop"
    root.mkdir()
    project = Project(root)
    sales(project)
    return project


def test_the_head_of_a_table(sold: Project) -> None:
    shown = sold.report("output", "latest", "load", "--head", "2")
    assert (shown["rows"], shown["columns_shown"], shown["head"]) == (4, ["shop", "sold"], [["a", 1.0], ["b", 2.0]])
    text = sold.run("output", "latest", "load", "--head", "2").out.splitlines()
    assert text[0].startswith("load output_0: 4 rows × 2, ")
    assert text[-1] == "… 2 more rows"


@pytest.mark.parametrize("suffix", READERS)
def test_exports(sold: Project, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"out.{suffix}"
    written = sold.report("output", "latest", "load", "--to", str(file))
    assert written["rows_written"] == 4
    rows = READERS[suffix](file)
    assert [row["shop"] for row in rows] == ["a", "b", "c", "d"]
    assert float(rows[3]["sold"]) == 4
    assert str(rows[2]["sold"]) in ("None", "", "nan")


def test_statistics_of_columns(sold: Project) -> None:
    columns = {column["name"]: column for column in sold.report("profile", "latest", "load")["profile"]}
    number = columns["sold"]
    assert (number["rows"], number["nulls"], number["distinct"], number["min"], number["max"]) == (4, 1, 3, 1.0, 4.0)
    assert columns["shop"]["top"][0][1] == 1
    assert "25.0%" in sold.run("profile", "latest", "load").out


def test_differences_of_rows_between_two_runs(project: Project) -> None:
    first, second = sales(project), sales(project, last=40)
    document = project.report("diff", str(first), str(second), "load", "--key", "shop")
    assert document["variables"] == {"last": [4, 40]}
    data = document["data"]
    assert (data["changed"], data["same"], data["added"], data["removed"]) == (1, 3, 0, 0)
    text = project.run("diff", str(first), str(second), "load", "--key", "shop").out
    assert "variable last: 4 → 40" in text
    assert "1 changed" in text
    assert "  removed: shop=d, sold=4" in project.run("diff", str(first), str(second), "load").out.splitlines()


def test_differences_of_code_are_shown_line_by_line(project: Project) -> None:
    first = sales(project)
    second = sales(project, code=SALES.replace("2, None", "3, None"))
    document = project.report("diff", str(first), str(second))
    (file,) = [one for one in document["code"] if one["file"] == "data_loaders/load.py"]
    assert any(line.startswith("+") and "3, None" in line for line in file["lines"])
    (block,) = document["blocks"]
    assert block["change"]


def test_collection_keeps_what_the_kept_runs_refer_to(project: Project) -> None:
    first, second = sales(project, last=4), sales(project, last=5)
    kept = project.report("gc", "--days", "0")
    assert [one["run"] for one in kept["runs"]] == [first]
    assert project.report("show", str(first))["exit"] == 2
    assert project.report("output", str(second), "load")["head"][3] == ["d", 5.0]


def test_a_dry_collection_deletes_nothing(project: Project) -> None:
    first, _ = sales(project), sales(project)
    would = project.report("gc", "--days", "0", "--dry-run")
    assert [one["run"] for one in would["runs"]] == [first]
    assert project.report("output", str(first), "load")["rows"] == 4


def test_a_reused_result_outlives_the_run_that_made_it(project: Project) -> None:
    project.pipeline(
        "p",
        {"kind": "loader", "id": "load", "code": SALES, "cache": "always"},
        variables={"last": 4},
    )
    project.report("run", "p")
    again = project.report("run", "p")
    assert block_of(again, "load")["source_run"] == 1
    project.report("gc", "--days", "0")
    assert project.report("output", "2", "load")["rows"] == 4
    assert project.report("diff", "2", "2", "load")["data"]["same"] == 4


def test_an_unknown_kind_of_file_is_refused(sold: Project, tmp_path: Path) -> None:
    refused = sold.report("output", "latest", "load", "--to", str(tmp_path / "out.docx"))
    assert refused["exit"] == 2
    assert all(kind in str(refused["error"]) for kind in ("csv", "parquet", "json"))


ODD = """
    import fractions
    import numpy as np
    from scipy import sparse

    @data_loader
    def load(*args, **kwargs):
        return [float("nan"), b"abc", np.zeros((2, 2, 2)), sparse.eye(3), range(3), fractions.Fraction(1, 3)]
"""


def test_values_that_are_no_tables_are_shown_in_words(project: Project) -> None:
    project.pipeline("p", {"kind": "loader", "id": "load", "code": ODD})
    assert project.report("run", "p")["state"] == "completed"
    shown = [project.run("output", "latest", "load", f"output_{place}").out.splitlines()[1:] for place in range(6)]
    assert shown[:2] == [["NaN"], ["3 bytes"]]
    assert shown[2] == ["float64, 2 × 2 × 2", "[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]"]
    assert shown[3:] == [["float64, dia, 3 × 3, 3 stored"], ["range(0, 3)", "range"], ["1/3"]]
    first = project.run("output", "latest", "load").out.splitlines()
    assert first[-1] == "more outputs: output_1, output_2, output_3, output_4, output_5"
