"""What people get from `run`, on real processes."""

from __future__ import annotations

import pytest

from tests.project import Project, block_of, states

pytestmark = pytest.mark.slow

LOAD = """
    @data_loader
    def load(*args, **kwargs):
        return {"n": kwargs.get("n", 2)}
"""
DOUBLE = """
    @transformer
    def double(value, *args, **kwargs):
        return {"n": value["n"] * 2}
"""


def three(project: Project, **settings: object) -> None:
    project.pipeline(
        "p",
        {"kind": "loader", "id": "load", "code": LOAD},
        {"kind": "transformer", "id": "double", "code": DOUBLE, "after": ["load"]},
        {
            "kind": "exporter",
            "id": "total",
            "after": ["double"],
            "code": "@data_exporter\ndef export(value, *args):\n    return value['n'] + 1\n",
        },
        variables={"n": 3},
        **settings,
    )


@pytest.mark.quick
@pytest.mark.parametrize("one_process", [False, True])
def test_a_pipeline_runs_to_an_output_on_disk(project: Project, one_process: bool) -> None:
    three(project, run_pipeline_in_one_process=one_process)
    report = project.report("run", "p")
    assert (report["exit"], report["state"]) == (0, "completed"), report
    assert states(report) == {"load": "completed", "double": "completed", "total": "completed"}
    assert project.value("total") == 7


def test_variables_of_the_command_line_win(project: Project) -> None:
    three(project)
    project.report("run", "p", "--var", "n=10")
    assert project.value("total") == 21


@pytest.mark.quick
def test_a_failing_block_is_named_with_file_and_line(project: Project) -> None:
    three(project)
    project.write("transformers/double.py", "@transformer\ndef double(value, *args):\n    return 1 / 0\n")
    report = project.report("run", "p")
    assert (report["exit"], report["state"]) == (1, "failed")
    error = block_of(report, "double")["error"]
    assert (error["type"], error["file"], error["line"]) == ("ZeroDivisionError", "transformers/double.py", 3)
    assert states(report)["total"] == "upstream_failed"


@pytest.mark.quick
def test_retry_runs_only_what_failed_with_todays_code(project: Project) -> None:
    three(project)
    project.write("transformers/double.py", "@transformer\ndef double(value, *args):\n    return 1 / 0\n")
    run = str(project.report("run", "p")["run"])
    project.write("transformers/double.py", "@transformer\ndef double(value, *args):\n    return {'n': 5}\n")
    report = project.report("retry", run)
    assert (report["exit"], str(report["run"])) == (0, run)
    assert [block_of(report, name)["attempts"] for name in ("load", "double", "total")] == [1, 2, 1]
    assert project.value("total") == 6


def test_retry_with_the_same_code_fails_again(project: Project) -> None:
    three(project)
    project.write("transformers/double.py", "@transformer\ndef double(value, *args):\n    return 1 / 0\n")
    run = str(project.report("run", "p")["run"])
    project.write("transformers/double.py", "@transformer\ndef double(value, *args):\n    return {'n': 5}\n")
    assert project.report("retry", run, "--same-code")["state"] == "failed"


def test_retry_of_a_completed_run_says_that_there_is_nothing_to_do(project: Project) -> None:
    three(project)
    project.report("run", "p")
    result = project.run("retry", "latest")
    assert result.code == 2
    assert "--from BLOCK" in result.err


def test_retry_from_a_block_runs_it_and_what_follows(project: Project) -> None:
    three(project)
    project.report("run", "p")
    report = project.report("retry", "latest", "--from", "double")
    assert [block_of(report, name)["attempts"] for name in ("load", "double", "total")] == [1, 2, 2]


@pytest.mark.quick
def test_reuse_keeps_transformers_whose_key_is_the_same(project: Project) -> None:
    three(project)
    project.report("run", "p")
    project.write("transformers/double.py", "# a comment\n" + DOUBLE.replace("    @", "@").replace("\n    ", "\n"))
    report = project.report("run", "p", "--reuse")
    assert [block_of(report, name)["reused"] for name in ("load", "double", "total")] == [False, True, False]
    assert block_of(report, "double")["attempts"] == 0


def test_reuse_runs_again_what_a_variable_changed(project: Project) -> None:
    three(project)
    project.report("run", "p")
    report = project.report("run", "p", "--reuse", "--var", "n=4")
    assert not block_of(report, "double")["reused"]
    assert project.value("total") == 9


def test_one_block_alone_takes_the_latest_results(project: Project) -> None:
    three(project)
    project.report("run", "p")
    report = project.report("run", "p", "--block", "total")
    assert states(report) == {"double": "completed", "total": "completed"}
    assert block_of(report, "double")["reused"]


def test_one_block_without_results_says_what_to_add(project: Project) -> None:
    three(project)
    result = project.run("run", "p", "--block", "total")
    assert result.code == 2
    assert "--upstream" in result.err


def test_an_unknown_pipeline_is_named(project: Project) -> None:
    three(project)
    result = project.run("run", "nope")
    assert result.code == 2
    assert "nope" in result.err
    assert "Traceback" not in result.err


@pytest.mark.quick
def test_dynamic_children_and_their_reduction(project: Project) -> None:
    project.pipeline(
        "p",
        {
            "kind": "loader",
            "id": "items",
            "configuration": {"dynamic": True},
            "code": """
                @data_loader
                def load(*args, **kwargs):
                    return [[1, 2, 3], [{"block_uuid": "one"}, {"block_uuid": "two"}, {"block_uuid": "three"}]]
            """,
        },
        {
            "kind": "transformer",
            "id": "square",
            "after": ["items"],
            "configuration": {"reduce_output": True},
            "code": "@transformer\ndef square(value, *args, **kwargs):\n    return {'square': value ** 2}\n",
        },
        {
            "kind": "exporter",
            "id": "total",
            "after": ["square"],
            "code": "@data_exporter\ndef export(values, *args):\n    return sum(one['square'] for one in values)\n",
        },
    )
    report = project.report("run", "p")
    assert report["state"] == "completed", report
    assert {"square:one", "square:two", "square:three"} <= set(states(report))
    assert project.value("total") == 14


def test_a_false_condition_skips_its_block_and_the_run_completes(project: Project) -> None:
    three(project)
    project.pipeline(
        "p",
        {"kind": "loader", "id": "load", "code": LOAD},
        {"kind": "transformer", "id": "double", "code": DOUBLE, "after": ["load"]},
        {
            "kind": "conditional",
            "id": "large",
            "after": ["double"],
            "code": "@condition\ndef large(value, *args, **kwargs):\n    return value['n'] > 100\n",
        },
    )
    report = project.report("run", "p")
    assert (report["state"], states(report)["double"]) == ("completed", "skipped")


def test_sql_reads_upstream_frames(project: Project) -> None:
    project.pipeline(
        "p",
        {
            "kind": "loader",
            "id": "load",
            "code": """
                import pandas as pd

                @data_loader
                def load(*args, **kwargs):
                    return pd.DataFrame({"shop": ["a", "b", "a"], "sold": [1, 2, 3]})
            """,
        },
        {
            "kind": "transformer",
            "id": "by_shop",
            "language": "sql",
            "after": ["load"],
            "code": "select shop, sum(sold) as sold from {{ df_1 }} group by shop order by shop",
        },
    )
    report = project.report("run", "p")
    assert report["state"] == "completed", report
    assert project.report("output", "latest", "by_shop")["head"] == [["a", 4], ["b", 2]]


def test_failed_tests_fail_the_block_and_keep_its_output(project: Project) -> None:
    project.pipeline(
        "p",
        {
            "kind": "loader",
            "id": "load",
            "code": """
                @data_loader
                def load(*args):
                    return 1

                @test
                def is_two(output, *args):
                    assert output == 2, "not two"

                @test
                def is_one(output, *args):
                    assert output == 1
            """,
        },
    )
    report = project.report("run", "p")
    block = block_of(report, "load")
    assert (block["state"], block["tests"]) == ("failed", {"passed": 1, "failed": 1})
    assert block["outputs"]


def test_shared_modules_are_imported_from_the_project(project: Project) -> None:
    project.write("utils/__init__.py", "")
    project.write("utils/prices.py", "def price():\n    return 42\n")
    project.pipeline(
        "p",
        {
            "kind": "loader",
            "id": "load",
            "code": "from shop.utils.prices import price\n\n@data_loader\ndef load(*args):\n    return price()\n",
        },
    )
    assert project.report("run", "p")["state"] == "completed"
    assert project.value("load") == 42


def test_a_detached_run_is_queued_and_retry_drives_it(project: Project) -> None:
    three(project)
    queued = project.report("run", "p", "--detach")
    assert (queued["exit"], queued["state"]) == (0, "queued")
    why = project.report("why", str(queued["run"]))
    assert "waits for an engine" in why["reasons"][0]["text"]
    assert project.report("retry", str(queued["run"]))["state"] == "completed"


def test_replay_takes_the_recorded_code(project: Project) -> None:
    three(project)
    run = str(project.report("run", "p")["run"])
    project.write("transformers/double.py", "@transformer\ndef double(value, *args):\n    return {'n': 0}\n")
    again = project.report("replay", run)
    assert (again["state"], again["replay_of"]) == ("completed", int(run))
    assert project.value("total", str(again["run"])) == 7


def test_callbacks_follow_their_block(project: Project) -> None:
    project.pipeline(
        "p",
        {"kind": "loader", "id": "load", "code": "@data_loader\ndef load(*args):\n    raise ValueError('no data')\n"},
        {
            "kind": "callback",
            "id": "tell",
            "after": ["load"],
            "code": """
                @callback("failure")
                def tell(parent_block_data, **kwargs):
                    print("told:", kwargs["__error"], kwargs["parent_block_uuid"])
            """,
        },
    )
    report = project.report("run", "p")
    assert states(report) == {"load": "failed", "tell@load": "completed"}
    messages = [line["message"] for line in project.report("logs", "latest", "--block", "tell")["lines"]]
    assert any("no data" in message and "load" in message for message in messages), messages


def test_a_child_run_started_by_a_block_is_driven_too(project: Project) -> None:
    three(project)
    project.pipeline(
        "outer",
        {
            "kind": "custom",
            "id": "call",
            "code": """
                from mage_ai.orchestration.triggers.api import trigger_pipeline

                @custom
                def call(*args, **kwargs):
                    run = trigger_pipeline("p", variables={"n": 5}, check_status=True, error_on_failure=True)
                    return {"run": run.id, "status": str(run.status)}
            """,
        },
    )
    report = project.report("run", "outer", environ={"BLOCKWRIGHT_SLOTS": "1"})
    assert report["state"] == "completed", report
    child = project.value("call", "outer")
    assert child["status"] == "completed"
    assert project.value("total", str(child["run"])) == 11


def test_runs_that_ended_are_forgotten(project: Project) -> None:
    project.pipeline("sales", {"kind": "loader", "id": "load", "code": "@data_loader\ndef load():\n    return 1\n"})
    first, second = (int(project.report("run", "sales")["run"]) for _ in range(2))
    told = project.run("delete", str(first))
    assert (told.code, told.out.startswith(f"run {first} of sales is forgotten: ")) == (0, True)
    assert [run["run"] for run in project.report("runs")["runs"]] == [second]
    missing = project.run("delete", str(first))
    assert missing.code != 0
    assert f"{first}" in missing.err
    assert project.report("delete", str(second))["deleted"][0]["run"] == second
