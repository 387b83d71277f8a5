"""The three pipelines as files: what can be known of them before anything runs."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.examples.blocks import PIPELINES, entries, load, pipeline
from tests.examples.tables import PROJECT, raw_flight, raw_flights

PYTHON = [
    pytest.param(uuid, entry, id=f"{uuid}-{entry['uuid']}")
    for uuid in PIPELINES
    for entry in entries(uuid)
    if entry["language"] == "python"
]
SHARED = ["months", "flights_by_month", "flights", "weather", "planes", "airports", "daily_delays", "features"]


@pytest.mark.parametrize("uuid", PIPELINES)
def test_edges_agree_in_both_directions_and_files_exist(uuid: str) -> None:
    blocks = {entry["uuid"]: entry for entry in pipeline(uuid)["blocks"]}
    upward = {(above, name) for name, entry in blocks.items() for above in entry["upstream_blocks"]}
    downward = {(name, below) for name, entry in blocks.items() for below in entry["downstream_blocks"]}
    assert upward == downward
    assert all((PROJECT / entry["configuration"]["file_source"]["path"]).is_file() for entry in entries(uuid))


@pytest.mark.parametrize(("uuid", "entry"), PYTHON)
def test_inputs_fit_the_function_and_no_variable_takes_their_names(uuid: str, entry: dict[str, Any]) -> None:
    (function,) = load(entry).functions
    parameters = inspect.signature(function).parameters.values()
    named = [parameter.name for parameter in parameters if parameter.kind is parameter.POSITIONAL_OR_KEYWORD]
    assert not set(named) & {*pipeline(uuid)["variables"], "block_uuid", "context", "configuration", "event"}
    if entry["type"] not in ("callback", "conditional"):
        assert len(named) in (0, len(entry["upstream_blocks"]))


@pytest.mark.parametrize("block", SHARED)
def test_training_uses_the_very_blocks_of_the_preparation(block: str) -> None:
    there, here = ({entry["uuid"]: entry for entry in entries(uuid)}[block] for uuid in PIPELINES[:2])
    assert there["configuration"] == here["configuration"]
    assert there["upstream_blocks"] == here["upstream_blocks"]


def test_no_trainer_is_wired_to_the_test_months() -> None:
    blocks = {entry["uuid"]: entry for entry in pipeline("training")["blocks"]}
    assert blocks["test_set"]["downstream_blocks"] == ["evaluate", "register"]  # both after the choice


def block(uuid: str, name: str) -> Any:
    return load(next(entry for entry in entries(uuid) if entry["uuid"] == name))


@pytest.mark.parametrize(
    ("change", "test"),
    [
        ({"arr_delay": 99_999.0}, "test_ranges"),
        ({"arr_delay": None}, "test_the_plan_is_complete_and_most_flights_have_an_outcome"),
        ({"carrier": None}, "test_the_plan_is_complete_and_most_flights_have_an_outcome"),
        ({"distance": "far"}, "test_columns_and_types"),
        ({"month": 4}, "test_the_month_is_there_and_alone"),
        ({"flight": 0}, "test_no_flight_is_listed_twice"),
    ],
)
def test_the_gate_refuses_broken_flights(change: dict[str, Any], test: str) -> None:
    gate = {check.__name__: check for check in block("data_preparation", "flights_by_month").tests}[test]
    rows = [raw_flight(flight=number) for number in range(3)]
    gate(raw_flights(*rows))
    with pytest.raises(AssertionError):
        gate(pd.DataFrame([*rows, raw_flight(flight=3) | change]))


@pytest.mark.parametrize("months", [[], [0], [13], [1, 1]])
def test_months_that_are_none_are_refused(months: list[int]) -> None:
    loader = block("data_preparation", "months")
    with pytest.raises(AssertionError, match="distinct numbers from 1 to 12"):
        loader.tests[0](*loader.functions[0](months=months))


def test_each_month_is_a_named_child() -> None:
    numbers, metadata = block("data_preparation", "months").functions[0](months=[3, 11])
    assert (numbers, metadata) == ([3, 11], [{"block_uuid": "month_03"}, {"block_uuid": "month_11"}])


@pytest.mark.parametrize("said", [True, "true", "True", 1, "1", "yes", "on"])
def test_a_dry_run_is_understood_however_it_is_said(said: object) -> None:
    (condition,) = block("batch_prediction", "not_a_dry_run").functions
    assert condition(dry_run=said) is False


@pytest.mark.parametrize("said", [False, "false", 0, "", None])
def test_otherwise_predictions_are_written(said: object) -> None:
    (condition,) = block("batch_prediction", "not_a_dry_run").functions
    assert condition(dry_run=said) is True
    assert condition() is True


def test_a_failure_leaves_one_line_that_says_where_and_why(tmp_path: Path) -> None:
    (callback,) = block("training", "note_failure").functions
    for attempt in ("first", "second"):
        callback(repo_path=str(tmp_path), pipeline_uuid="training", parent_block_uuid="flights", __error=attempt)
    notes = [json.loads(line) for line in (tmp_path / "reports" / "quality_failures.jsonl").read_text().splitlines()]
    assert [(note["block"], note["error"]) for note in notes] == [("flights", "first"), ("flights", "second")]


def test_the_sensor_waits_for_a_promoted_model(tmp_path: Path) -> None:
    (sensor,) = block("batch_prediction", "model_ready").functions
    assert sensor(repo_path=str(tmp_path)) is False
    (tmp_path / "model_registry").mkdir()
    (tmp_path / "model_registry" / "latest.json").write_text("{}")
    assert sensor(repo_path=str(tmp_path)) is True
