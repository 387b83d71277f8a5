"""Windows of a real log, measured by the process that does it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from blockwright.adapters.monitors.local import LocalPredictions
from blockwright.core.errors import Invalid, Unavailable
from blockwright.core.monitors.measurements import FeatureMeasure, Measurement
from blockwright.ports.monitors import Truth, Window
from blockwright.runner.references import reference_of
from tests.adapters.monitors.logs import DAY, write

pytest.importorskip("scipy")
TRAINING = pd.DataFrame(
    {
        "distance": np.linspace(100, 2_000, 3_000),
        "carrier": ["UA", "AA", "DL"] * 1_000,
        "late": [True, False, False] * 1_000,
        "at": pd.date_range("2025-01-01", periods=3_000, freq="h", tz="UTC"),
    }
)
INPUTS = ["distance", "carrier", "late", "at"]


class Double:
    def predict(self, frame: Any) -> Any:
        return frame["distance"] * 2


def window(log: Path, since: datetime = DAY - timedelta(days=1), **more: Any) -> Window:
    reference = log / "reference.json"
    reference.write_text(json.dumps(reference_of(Double(), TRAINING, None, INPUTS)))
    return Window("delay", 1, since, DAY + timedelta(days=1), DAY - timedelta(days=2), reference, **more)


def measured(log: Path, **more: Any) -> Measurement:
    return LocalPredictions(log).measure(window(log, **more))


def by_name(of: Measurement) -> dict[str, FeatureMeasure]:
    return {one.name: one for one in of.features}


def requests(log: Path, frame: pd.DataFrame, *, request: str = "r", at: datetime = DAY) -> None:
    inputs = {name: [None if pd.isna(value) else value for value in frame[name].tolist()] for name in frame}
    inputs["at"] = [str(value) for value in inputs["at"]]
    write(
        log, inputs, [value * 2 if value is not None else 0.0 for value in inputs["distance"]], request=request, at=at
    )


def test_requests_like_the_training_data_do_not_differ(tmp_path: Path) -> None:
    requests(tmp_path, TRAINING.sample(900, random_state=1))
    of = measured(tmp_path)
    assert (of.rows, of.requests, of.errors, of.told) == (900, 1, 0, 0)
    assert (of.first, of.last) == (DAY, DAY)
    features = by_name(of)
    assert {name: (one.kind, one.test) for name, one in features.items()} == {
        "distance": ("number", "kolmogorov_smirnov"),
        "carrier": ("category", "chi_squared"),
        "late": ("category", "chi_squared"),
        "at": ("other", ""),
    }
    for one in (features["distance"], features["carrier"], features["late"], of.predictions):
        assert one is not None
        assert one.p_value is not None
        assert one.p_value > 0.01
        assert one.stability_index is not None
        assert one.stability_index < 0.1
        assert sum(part.current for part in one.bins) == pytest.approx(1, abs=1e-4)


def test_requests_of_another_kind_differ(tmp_path: Path) -> None:
    frame = TRAINING[TRAINING["distance"] > 1_500].sample(600, random_state=1)
    frame.loc[frame.index[:30], "distance"] = None
    frame.loc[frame.index[30:60], "distance"] = 9_000.0
    frame["carrier"] = ["UA"] * 560 + ["ZZ"] * 40
    requests(tmp_path, frame)
    of = measured(tmp_path)
    LocalPredictions(tmp_path).compact(now=DAY, keep=timedelta(days=99))
    assert measured(tmp_path) == of  # whatever form the log has
    features = by_name(of)
    distance, carrier = features["distance"], features["carrier"]
    assert (distance.missing, distance.out_of_range, distance.maximum) == (30, 30, 9_000.0)
    assert distance.p_value is not None
    assert distance.p_value < 1e-6
    assert distance.stability_index is not None
    assert distance.stability_index > 1
    assert (carrier.new_categories, carrier.new_names) == (40, ("ZZ",))
    assert carrier.p_value is not None
    assert carrier.p_value < 1e-6


def test_what_is_no_number_is_counted(tmp_path: Path) -> None:
    write(tmp_path, {"distance": [100, "far", None, True]}, [1.0] * 4)
    distance = by_name(measured(tmp_path, features=("distance",)))["distance"]
    assert (distance.rows, distance.missing, distance.wrong_type) == (4, 1, 2)


def test_only_the_window_of_the_version_counts(tmp_path: Path) -> None:
    requests(tmp_path, TRAINING.head(10), request="old", at=DAY - timedelta(days=3))
    requests(tmp_path, TRAINING.head(20), request="new")
    write(tmp_path, {"distance": [1.0]}, [2.0], version=2)
    assert measured(tmp_path).rows == 20
    LocalPredictions(tmp_path).compact(now=DAY + timedelta(days=9), keep=timedelta(days=99))
    assert measured(tmp_path).rows == 20
    assert measured(tmp_path, since=DAY - timedelta(days=5)).rows == 30


def test_nothing_was_asked(tmp_path: Path) -> None:
    of = measured(tmp_path)
    assert (of.rows, of.features, of.predictions, of.performance, of.last) == (0, (), None, None, None)


def test_without_reference_figures_are_given_but_nothing_is_compared(tmp_path: Path) -> None:
    requests(tmp_path, TRAINING.head(300))
    said = window(tmp_path)
    of = LocalPredictions(tmp_path).measure(Window("delay", 1, said.since, said.until, said.made, None))
    distance = by_name(of)["distance"]
    assert (distance.reference_rows, distance.p_value, distance.median is not None) == (0, None, True)


def test_the_truth_is_joined_by_request_and_by_key(tmp_path: Path) -> None:
    log = LocalPredictions(tmp_path)
    write(tmp_path, {"distance": [1.0, 2.0, 3.0]}, [10.0, 20.0, 30.0], request="r1")
    write(tmp_path, {"distance": [4.0]}, [40.0], request="r2", key="order 7", at=DAY + timedelta(hours=13))
    write(tmp_path, {"distance": [5.0]}, [None], request="r3", key="order 8", error="no wind")
    told = [Truth(12.5, "r1"), Truth(20.5, "r1", 1), Truth(44.5, key="order 7"), Truth(1.5, key="order 8")]
    assert log.tell("delay", told, now=DAY) == 4
    log.tell("delay", [Truth(11.5, "r1")], now=DAY + timedelta(hours=1))  # the later word holds
    of = measured(tmp_path)
    assert of.told == 5
    assert of.performance is not None
    assert (of.performance.kind, of.performance.rows) == ("regression", 3)
    assert of.performance.metrics["mae"] == pytest.approx((1.5 + 0.5 + 4.5) / 3)
    days = [(one.day, one.rows, round(one.metrics["mae"], 3)) for one in of.performance.by_day]
    assert days == [("2026-01-01", 2, 1.0), ("2026-01-02", 1, 4.5)]
    log.compact(now=DAY, keep=timedelta(days=99))
    assert measured(tmp_path).performance == of.performance


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("truth.csv", "id,late\nr1,1\nr2,0\n"),
        ("truth.jsonl", '{"id": "r1", "late": 1}\n{"id": "r2", "late": 0}\n'),
    ],
)
def test_the_truth_of_a_file(tmp_path: Path, name: str, text: str) -> None:
    log, file = LocalPredictions(tmp_path), tmp_path / name
    file.write_text(text)
    names = {"request_id": "id", "row": "row", "key": "key", "actual": "late"}
    for request in ("r1", "r2"):
        write(tmp_path, {"distance": [1.0]}, [1], request=request)
    assert log.tell_file("delay", file, names, now=DAY) == 2
    performance = measured(tmp_path).performance
    assert performance is not None
    assert (performance.kind, performance.metrics["accuracy"]) == ("classification", 0.5)


def test_a_file_without_the_column_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "truth.csv"
    file.write_text("id,late\nr1,1\n")
    names = {"request_id": "id", "row": "row", "key": "key", "actual": "actual"}
    with pytest.raises(Invalid, match=r"`truth.csv` has no column `actual`. It has `id`, `late`"):
        LocalPredictions(tmp_path).tell_file("delay", file, names, now=DAY)
    assert not (tmp_path / "delay").exists()


def test_a_process_that_dies_is_told(tmp_path: Path) -> None:
    requests(tmp_path, TRAINING.head(10))
    said = window(tmp_path)
    with pytest.raises(Unavailable, match="took longer than"):
        LocalPredictions(tmp_path, seconds=0.01).measure(said)
    broken = tmp_path / "broken.json"
    broken.write_text("[")
    with pytest.raises(Unavailable, match="JSONDecodeError"):
        LocalPredictions(tmp_path).measure(Window("delay", 1, said.since, said.until, said.made, broken))
