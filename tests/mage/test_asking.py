from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from blockwright.mage import project, secrets, triggers, variables
from tests.mage.conftest import Engine

RUN = {"run": 12, "state": "completed", "execution_date": "2024-01-02T00:00:00+00:00", "execution_partition": "3/x"}


def output(name: str, value: Any, *, spread: bool = False) -> dict[str, Any]:
    return {"name": name, "spread": spread, "value": value}


def test_an_output_is_asked_for_by_name(engine: Engine) -> None:
    engine.answers["output"] = [output("output_1", "b")]
    assert variables.get_variable("daily", "load", "output_1") == "b"
    assert engine.asked == [("output", {"pipeline": "daily", "block": "load", "name": "output_1"})]


def test_the_old_name_of_an_output_is_the_first(engine: Engine) -> None:
    engine.answers["output"] = [output("output_0", "a")]
    assert variables.get_variable("daily", "load", key="df") == "a"
    assert engine.asked[0][1]["name"] == "output_0"
    with pytest.raises(ValueError, match="no output `other`"):
        variables.get_variable("daily", "load", "other")


def test_one_of_many_outputs_in_one_file_is_taken_from_it(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from blockwright.sdk import context

    engine.answers["output"] = [output("output_0", ["a", "b", "c"], spread=True)]
    monkeypatch.setattr(context.current(), "read_output", lambda documents: documents[0]["value"])
    assert variables.get_variable("daily", "load", "output_2") == "c"


def test_a_run_and_this_runs_own_partition_are_passed_on(engine: Engine) -> None:
    engine.answers["output"] = [output("output_0", "a")]
    variables.get_variable("daily", "load", "output_0", run=3)
    variables.get_variable("daily", "load", "output_0", partition="1/20240102T000000")
    assert [details["run"] for _, details in engine.asked] == [3, 7]
    with pytest.raises(ValueError, match=r"`9/2024` is not that of this run.*run="):
        variables.get_variable("daily", "load", "output_0", partition="9/2024")


def test_a_missing_output_is_an_empty_frame_or_an_error(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.answers["output"] = RuntimeError("Block `load` has no result.")
    assert variables.get_variable("daily", "load", "output_0").empty
    assert "Block `load` has no result." in capsys.readouterr().out
    with pytest.raises(RuntimeError, match="has no result"):
        variables.get_variable("daily", "load", "output_0", raise_exception=True)


def test_variables_of_a_pipeline(engine: Engine) -> None:
    engine.answers["variables"] = {"month": 3, "day": date(2024, 1, 2)}
    assert variables.get_global_variables("daily") == {"month": 3, "day": date(2024, 1, 2)}
    assert variables.get_global_variable("daily", "month") == 3
    assert variables.get_global_variable("daily", "gone") is None


def test_outside_of_a_block_variables_are_read_from_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "pipelines" / "daily"
    folder.mkdir(parents=True)
    (folder / "metadata.yaml").write_text("variables: {month: 4}")
    monkeypatch.setenv("MAGE_REPO_PATH", str(tmp_path))
    assert variables.get_global_variable("daily", "month") == 4
    with pytest.raises(RuntimeError, match="only known while Blockwright runs a block"):
        variables.get_variable("daily", "load", "output_0")


@pytest.mark.parametrize("value", [1, "x", None, [1, {"a": 1.5}], date(2024, 1, 2), datetime(2024, 1, 2, 3)])
def test_a_variable_that_yaml_keeps_is_set(engine: Engine, value: Any) -> None:
    variables.set_global_variable("daily", "v", value)
    assert engine.asked == [("set_variable", {"pipeline": "daily", "name": "v", "value": value})]


@pytest.mark.parametrize("value", [(1, 2), object(), {1, 2, (3,)}, len])
def test_a_variable_that_yaml_would_change_is_refused(engine: Engine, value: Any) -> None:
    with pytest.raises(variables.SerializationError, match=r"cannot be kept in metadata\.yaml"):
        variables.set_global_variable("daily", "v", value)
    assert engine.asked == []


def test_what_blocks_may_not_do_says_who_does(engine: Engine) -> None:
    with pytest.raises(PermissionError, match=r"metadata\.yaml"):
        variables.delete_global_variable("daily", "v")
    with pytest.raises(PermissionError, match="Return the value from the block"):
        variables.VariableManager().add_variable("daily", "load", "output_0", 1)
    with pytest.raises(PermissionError, match="blockwright secrets set key"):
        secrets.create_secret("key", "value")


def test_the_variable_manager_knows_what_blocks_gave(engine: Engine) -> None:
    folder = Path(project.get_repo_path()) / "pipelines" / "daily"
    folder.mkdir(parents=True)
    (folder / "metadata.yaml").write_text("blocks: [{uuid: load}]")
    engine.answers["output"] = [output("output_0", 1), output("output_1", 2)]
    manager = variables.VariableManager()
    assert manager.get_variables_by_pipeline("daily") == {"load": ["output_0", "output_1"]}
    assert manager.get_variable("daily", "load", "output_0") == 1


def test_a_secret_is_asked_for_and_a_missing_one_warns(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.answers["secret"] = "s3cret"
    assert secrets.get_secret_value("key") == "s3cret"
    engine.answers["secret"] = None
    assert secrets.get_secret_value("gone") is None
    assert "no secret `gone`" in capsys.readouterr().out
    assert secrets.get_secret_value("gone", suppress_warning=True) is None
    assert capsys.readouterr().out == ""


def test_a_pipeline_is_started_and_told_in_mages_words(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.answers["trigger"] = RUN | {"state": "queued"}
    run = triggers.trigger_pipeline("other", variables={"day": date(2024, 1, 2)})
    assert (run.id, run.status, run.pipeline_uuid, run.execution_partition) == (12, "initial", "other", "3/x")
    assert run.execution_date == datetime(2024, 1, 2, tzinfo=UTC)
    assert run.variables == {"day": date(2024, 1, 2)}
    assert engine.asked[0][1]["wait"] is False
    assert "run 12: initial" in capsys.readouterr().out


def test_waiting_for_a_pipeline_raises_on_failure_only_when_asked(engine: Engine) -> None:
    engine.answers["trigger"] = RUN | {"state": "failed", "reason": "Block `a` failed."}
    assert triggers.trigger_pipeline("other", check_status=True, verbose=False).status == "failed"
    with pytest.raises(RuntimeError, match=r"other, run 12: failed. Block `a` failed\."):
        triggers.trigger_pipeline("other", check_status=True, error_on_failure=True, poll_timeout=5, verbose=False)
    assert engine.asked[1][1] | {"wait": True, "timeout": 5, "error_on_failure": True} == engine.asked[1][1]


def test_remote_blocks_are_refused_with_a_way_out(engine: Engine) -> None:
    with pytest.raises(ValueError, match="get_variable"):
        triggers.trigger_pipeline("other", return_remote_blocks=True)


@pytest.mark.parametrize(
    ("answer", "completed"),
    [(None, False), ({"run": 1, "state": "running"}, False), ({"run": 1, "state": "completed"}, True)],
)
def test_a_sensor_learns_whether_a_run_is_completed(engine: Engine, answer: Any, completed: bool) -> None:
    engine.answers["status"] = answer
    night = datetime(2024, 1, 2, tzinfo=UTC)
    assert triggers.check_status("other", night, block_uuid="load", hours=48) is completed
    assert engine.asked == [
        ("status", {"pipeline": "other", "block": "load", "hours": 48, "execution_date": "2024-01-02T00:00:00+00:00"})
    ]


@pytest.mark.parametrize("state", ["failed", "cancelled", "upstream_failed", "skipped"])
def test_a_run_that_can_no_longer_complete_is_an_error(engine: Engine, state: str) -> None:
    engine.answers["status"] = {"run": 4, "state": state}
    with pytest.raises(RuntimeError, match=f"Pipeline other, run 4: {state}"):
        triggers.check_status("other", datetime(2024, 1, 2, tzinfo=UTC))
