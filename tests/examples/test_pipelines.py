"""The three pipelines run by the platform, on a small table whose delays follow a rule that can be learned."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.examples.tables import PROJECT, raw_flight, raw_flights, raw_observation, raw_weather

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

DAYS = pd.date_range("2013-01-01", "2013-03-31")
CLOCKS = [600, 730, 900, 1115, 1300, 1445, 1600, 1730, 1900, 2045]
CARRIERS = {"UA": 0.0, "AA": 20.0, "B6": 45.0}
SPLIT = {"months": [1, 2, 3], "validation_from": "2013-03-01", "test_from": "2013-03-16"}


def write_source(folder: Path) -> None:
    """Every day each carrier leaves at each of ``CLOCKS``; it is late by its own habit and by the hour, with noise."""
    draw = np.random.default_rng(seed=1)
    flights = [
        raw_flight(
            f"{day:%Y-%m-%d}",
            clock,
            carrier=carrier,
            flight=number,
            dest=dest,
            arr_delay=round(habit + (clock // 100 - 6) * 3.0 + draw.normal(0.0, 8.0)),
        )
        for day in DAYS
        for carrier, habit in CARRIERS.items()
        for number, (clock, dest) in enumerate(zip(CLOCKS, ["ORD", "LAX"] * 5, strict=True))
    ]
    hours = pd.date_range("2013-01-01", "2013-04-02", freq="h")
    tables = {
        "flights": raw_flights(*flights),
        "weather": raw_weather(*(raw_observation(str(hour), origin) for hour in hours for origin in ("EWR", "JFK"))),
        "planes": pd.DataFrame([("N10156", 2004, "EMBRAER", 55)], columns=["tailnum", "year", "manufacturer", "seats"]),
        "airports": pd.DataFrame(
            [("ORD", 41.98, -87.9, 668, "America/Chicago"), ("LAX", 33.94, -118.41, 126, "America/Los_Angeles")],
            columns=["faa", "lat", "lon", "alt", "tzone"],
        ),
    }
    folder.mkdir(exist_ok=True)
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__", ".blockwright", "model_registry", "reports", "predictions")
    copy = Path(shutil.copytree(PROJECT, tmp_path / PROJECT.name, ignore=ignored))
    write_source(tmp_path / "source")
    return copy


def run(project: Path, pipeline: str, **variables: object) -> subprocess.CompletedProcess[str]:
    given = {"data_folder": str(project.parent / "source"), **variables}
    pairs = [part for name, value in given.items() for part in ("--var", f"{name}={json.dumps(value)}")]
    command = [sys.executable, "-m", "blockwright", "run", pipeline, "--project", str(project), *pairs]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_train_publish_predict_and_refuse_broken_data(project: Path) -> None:
    trained = run(project, "training", **SPLIT)
    assert trained.returncode == 0, trained.stdout + trained.stderr
    published = (project / "model_registry" / "latest.json").read_text()
    metrics = json.loads((project / "reports" / "training.json").read_text())
    assert len(metrics["leaderboard"]) == 7
    assert (metrics["version"], json.loads(published)["version"]) == (1, 1)
    assert metrics["test"]["mae"] < 10.0 < metrics["baselines"]["median"]["mae"]

    dry = run(project, "batch_prediction", month=3, day=20, dry_run=True)
    assert dry.returncode == 0, dry.stdout + dry.stderr
    assert not (project / "predictions").exists()
    day = run(project, "batch_prediction", month=3, day=20)
    assert day.returncode == 0, day.stdout + day.stderr
    predictions = pd.read_csv(project / "predictions" / "2013-03-20.csv")
    assert len(predictions) == len(CARRIERS) * len(CLOCKS)
    by_carrier = predictions.groupby("carrier")["predicted_delay"].mean()
    assert by_carrier["UA"] + 10.0 < by_carrier["AA"] < by_carrier["B6"] - 10.0

    source = project.parent / "source" / "flights.csv"
    flights = pd.read_csv(source)
    flights.loc[flights["month"].eq(2).idxmax(), "arr_delay"] = 99_999.0
    flights.to_csv(source, index=False)
    refused = run(project, "training", **SPLIT)
    assert refused.returncode == 1
    assert "arr_delay leaves [-120, 2880] in 1 of 840 rows" in refused.stdout + refused.stderr
    assert (project / "model_registry" / "latest.json").read_text() == published
    notes = [json.loads(line) for line in (project / "reports" / "quality_failures.jsonl").read_text().splitlines()]
    assert {note["block"].partition(":")[0] for note in notes} == {"flights_by_month"}


def test_the_preparation_writes_its_report(project: Path) -> None:
    prepared = run(project, "data_preparation", **SPLIT)
    assert prepared.returncode == 0, prepared.stdout + prepared.stderr
    report = json.loads((project / "reports" / "data_quality.json").read_text())
    assert report["flights"] == len(DAYS) * len(CARRIERS) * len(CLOCKS)
    assert report["features_missing"]["temp"] == 0.0
    assert (project / "reports" / "data_quality.md").read_text().startswith("# Data quality")
