"""Every kind of block, through the command line."""

from __future__ import annotations

import pytest

from tests.project import Project, block_of, states

pytestmark = pytest.mark.slow

ONE = "@data_loader\ndef load(*args):\n    return 1\n"
FAILS = "@data_loader\ndef load(*args):\n    raise ValueError('no data')\n"


def test_generators_and_async_functions(project: Project) -> None:
    project.pipeline(
        "p",
        {
            "kind": "loader",
            "id": "yields",
            "code": "@data_loader\ndef load(*args):\n    for number in range(3):\n        yield {'n': number}\n",
        },
        {
            "kind": "loader",
            "id": "awaits",
            "code": "import asyncio\n\n@data_loader\nasync def load(*args):\n    await asyncio.sleep(0)\n"
            "    return {'n': 10}\n",
        },
        {
            "kind": "loader",
            "id": "both",
            "code": "@data_loader\nasync def load(*args):\n    for number in (5, 6):\n        yield {'n': number}\n",
        },
    )
    report = project.report("run", "p")
    counts = {name: len(block_of(report, name)["outputs"]) for name in ("yields", "awaits", "both")}
    assert counts == {"yields": 3, "awaits": 1, "both": 2}
    assert project.value("yields", name="output_2") == {"n": 2}


@pytest.mark.parametrize("in_memory", [False, True])
def test_one_process_hands_values_over(project: Project, in_memory: bool) -> None:
    project.pipeline(
        "p",
        {
            "kind": "loader",
            "id": "a",
            "code": "import os\n\n@data_loader\ndef a(*args):\n    return {'pid': os.getpid()}\n",
        },
        {
            "kind": "transformer",
            "id": "b",
            "after": ["a"],
            "code": "import os\n\n@transformer\ndef b(value, *args):\n    print('same', value['pid'] == os.getpid())\n"
            "    return 2\n",
        },
        run_pipeline_in_one_process=True,
        cache_block_output_in_memory=in_memory,
    )
    report = project.report("run", "p")
    assert report["state"] == "completed", report
    assert [line["message"] for line in project.report("logs", "latest", "--block", "b")["lines"]] == ["same True"]
    shown = project.report("output", "latest", "a", "--head", "0")
    assert (shown["exit"] == 0) or in_memory


def test_a_retry_of_a_run_in_memory_makes_its_values_again(project: Project) -> None:
    last = "@data_exporter\ndef b(value, *args):\n    {}\n"
    blocks = (
        {"kind": "loader", "id": "a", "code": ONE},
        {"kind": "exporter", "id": "b", "after": ["a"], "code": last.format("raise ValueError")},
    )
    project.pipeline("p", *blocks, run_pipeline_in_one_process=True, cache_block_output_in_memory=True)
    assert project.report("run", "p")["reason"] == "`b` failed: ValueError"
    project.write("data_exporters/b.py", last.format("return value + 1"))
    assert project.report("retry", "latest")["state"] == "completed"


def test_callbacks_of_every_status(project: Project) -> None:
    project.pipeline(
        "p",
        {"kind": "loader", "id": "good", "code": ONE},
        {"kind": "loader", "id": "bad", "code": FAILS},
        {
            "kind": "callback",
            "id": "tell",
            "after": ["good", "bad"],
            "code": """
                @callback("success")
                def on_success(parent_block_data, **kwargs):
                    print("success of", kwargs["parent_block_uuid"])

                @callback("failure")
                def on_failure(parent_block_data, **kwargs):
                    print("failure of", kwargs["parent_block_uuid"])
            """,
        },
    )
    project.report("run", "p")
    lines = project.report("logs", "latest", "--block", "tell")["lines"]
    assert sorted(line["message"] for line in lines) == ["failure of bad", "success of good"]


def test_a_failing_callback_does_not_change_the_result(project: Project) -> None:
    project.pipeline(
        "p",
        {"kind": "loader", "id": "good", "code": ONE},
        {
            "kind": "callback",
            "id": "tell",
            "after": ["good"],
            "code": "@callback('success')\ndef tell(parent_block_data, **kwargs):\n    raise OSError('no network')\n",
        },
    )
    report = project.report("run", "p")
    assert (report["state"], states(report)["tell@good"]) == ("completed", "failed")


def test_a_sensor_looks_until_it_sees(project: Project) -> None:
    project.pipeline(
        "p",
        {
            "kind": "sensor",
            "id": "wait",
            "poll_interval": 0.2,
            "code": """
                import os

                @sensor
                def wait(*args, **kwargs):
                    with open(kwargs["side"], "a") as file:
                        file.write("x")
                    return os.path.getsize(kwargs["side"]) >= 3
            """,
        },
        {
            "kind": "exporter",
            "id": "after",
            "after": ["wait"],
            "code": "@data_exporter\ndef go(*args):\n    return 7\n",
        },
        variables={"side": str(project.root / "side")},
    )
    report = project.report("run", "p")
    assert states(report) == {"wait": "completed", "after": "completed"}
    assert (project.root / "side").read_text() == "xxx"


def test_a_sensor_that_is_left_out_holds_nobody_up_but_keeps_the_order(project: Project) -> None:
    never = "@sensor\ndef wait(*args):\n    return False\n"
    project.pipeline(
        "p",
        {"kind": "loader", "id": "first", "code": FAILS},
        {"kind": "sensor", "id": "wait", "code": never, "after": ["first"]},
        {"kind": "exporter", "id": "last", "code": "@data_exporter\ndef go(*args):\n    return 7\n", "after": ["wait"]},
    )
    assert states(project.report("run", "p", "--block", "last"))["last"] == "completed"
    failed = project.report("run", "p", "--skip-sensors")
    assert states(failed) == {"first": "failed", "wait": "upstream_failed", "last": "upstream_failed"}
    project.write("data_loaders/first.py", ONE)
    again = project.report("retry", "latest")
    assert set(states(again).values()) == {"completed"}
    assert block_of(again, "wait")["attempts"] == 0


def test_a_sensor_with_a_timeout_gives_up(project: Project) -> None:
    code = "@sensor\ndef wait(*args):\n    return False\n"
    project.pipeline("p", {"kind": "sensor", "id": "wait", "code": code, "poll_interval": 0.2, "timeout": 3})
    report = project.report("run", "p")
    assert report["reason"] == "`wait` failed: Sensor `wait` waited 3 s and what it waits for did not come."


def test_retries_with_back_off(project: Project) -> None:
    project.pipeline(
        "p",
        {
            "kind": "loader",
            "id": "flaky",
            "retry_config": {"retries": 3, "delay": 0.1, "exponential_backoff": True},
            "code": """
                import os

                @data_loader
                def load(*args, **kwargs):
                    with open(kwargs["side"], "a") as file:
                        file.write("x")
                    if os.path.getsize(kwargs["side"]) < 3:
                        raise ConnectionError("try later")
                    return 1
            """,
        },
        variables={"side": str(project.root / "side")},
    )
    result = project.run("run", "p")
    assert result.code == 0
    assert "try 1 of 4 failed: ConnectionError: try later" in result.err
    assert [one["outcome"] for one in project.report("show", "latest")["attempts"]] == [
        "retry_wait",
        "retry_wait",
        "completed",
    ]


@pytest.mark.parametrize(
    ("rule", "expected"), [("all_success", "upstream_failed"), ("all_done", "completed"), ("one_success", "completed")]
)
def test_trigger_rules(project: Project, rule: str, expected: str) -> None:
    project.pipeline(
        "p",
        {"kind": "loader", "id": "good", "code": ONE},
        {"kind": "loader", "id": "bad", "code": FAILS},
        {
            "kind": "custom",
            "id": "join",
            "after": ["good", "bad"],
            "trigger_rule": rule,
            "code": "@custom\ndef join(*args):\n    return 1\n",
        },
    )
    assert states(project.report("run", "p"))["join"] == expected


def test_replicated_blocks_and_inline_content(project: Project) -> None:
    project.pipeline(
        "p",
        {"kind": "loader", "id": "one", "code": ONE},
        {"kind": "loader", "id": "two", "content": "@data_loader\ndef load(*args):\n    return 2\n"},
        {
            "kind": "transformer",
            "id": "more",
            "after": ["one"],
            "code": "@transformer\ndef more(value, *args):\n    return value * 10\n",
        },
        {"kind": "transformer", "id": "more_again", "after": ["two"], "replicated_block": "more"},
    )
    report = project.report("run", "p")
    assert report["state"] == "completed", report
    assert (project.value("more"), project.value("more_again")) == (10, 20)


def test_several_outputs_reach_the_next_block_as_a_list(project: Project) -> None:
    project.pipeline(
        "p",
        {"kind": "loader", "id": "two", "code": "@data_loader\ndef load(*args):\n    return [1, {'b': 2}]\n"},
        {
            "kind": "exporter",
            "id": "after",
            "after": ["two"],
            "code": "@data_exporter\ndef show(values, *args):\n    return {'got': values}\n",
        },
    )
    project.report("run", "p")
    assert project.value("after") == {"got": [1, {"b": 2}]}
    assert project.value("two", name="output_1") == {"b": 2}


def test_variables_are_read_and_set(project: Project) -> None:
    project.pipeline(
        "p",
        {
            "kind": "loader",
            "id": "load",
            "code": """
                from mage_ai.data_preparation.variable_manager import get_global_variable, set_global_variable

                @data_loader
                def load(*args, **kwargs):
                    before = get_global_variable("p", "limit")
                    set_global_variable("p", "limit", before + 1)
                    return {"kwargs": kwargs["limit"], "before": before}
            """,
        },
        variables={"limit": 5},
    )
    assert project.report("run", "p")["state"] == "completed"
    assert project.value("load") == {"kwargs": 5, "before": 5}
    project.report("run", "p")
    assert project.value("load") == {"kwargs": 6, "before": 6}


def test_profiles_of_io_config(project: Project) -> None:
    project.write(
        "io_config.yaml",
        """
        default:
          DUCKDB_DATABASE: first.duckdb
        other:
          DUCKDB_DATABASE: "{{ env_var('OTHER_DATABASE') }}"
        """,
    )
    project.pipeline(
        "p",
        {
            "kind": "loader",
            "id": "load",
            "code": """
                from os import path

                from mage_ai.io.config import ConfigFileLoader
                from mage_ai.settings.repo import get_repo_path

                @data_loader
                def load(*args, **kwargs):
                    file = path.join(get_repo_path(), "io_config.yaml")
                    profiles = [ConfigFileLoader(file, name) for name in ("default", "other")]
                    return {"found": [profile["DUCKDB_DATABASE"] for profile in profiles]}
            """,
        },
    )
    report = project.report("run", "p", environ={"OTHER_DATABASE": "second.duckdb"})
    assert report["state"] == "completed", report
    assert project.value("load") == {"found": ["first.duckdb", "second.duckdb"]}


def test_what_block_code_asks_amiss_fails_the_block_only(project: Project) -> None:
    project.pipeline(
        "p",
        {
            "kind": "loader",
            "id": "asks",
            "code": """
                from mage_ai.orchestration.run_status_checker import check_status

                @data_loader
                def load(*args, **kwargs):
                    return check_status("p", "the day after tomorrow")
            """,
        },
        {"kind": "loader", "id": "other", "code": ONE},
    )
    report = project.report("run", "p")
    assert (report["exit"], states(report)) == (1, {"asks": "failed", "other": "completed"})
