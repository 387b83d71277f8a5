"""Which earlier results may stand in: the key ``cache`` of a block, ``--reuse``, and results of other pipelines."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.project import Project, block_of

pytestmark = pytest.mark.slow

HOUR = 3_600_000_000
"""In the unit of the records, microseconds."""

COUNTING = """
    @{kind}
    def count(*args, **kwargs):
        with open(kwargs["side"], "a") as file:
            file.write("x")
        return 1
"""


def counting(project: Project, name: str, kind: str = "data_loader", **keys: object) -> None:
    kinds = {"data_loader": "loader", "transformer": "transformer"}
    block = {"kind": kinds[kind], "id": "count", "code": COUNTING.format(kind=kind), **keys}
    project.pipeline(name, block, variables={"side": str(project.root / "side")})


def runs_of(project: Project) -> int:
    return len((project.root / "side").read_text())


@pytest.mark.parametrize(("cache", "expected"), [("always", 1), ("1h", 1), ("never", 2), (None, 2)])
def test_a_loader_is_reused_only_where_its_cache_says_so(project: Project, cache: str | None, expected: int) -> None:
    counting(project, "p", **({"cache": cache} if cache else {}))
    for _ in range(2):
        assert project.report("run", "p")["state"] == "completed"
    assert runs_of(project) == expected


def test_no_attempt_of_a_reused_block_stays_open(project: Project) -> None:
    counting(project, "p", cache="always")
    for _ in range(2):
        project.report("run", "p")
    with closing(sqlite3.connect(project.root / ".blockwright" / "blockwright.db")) as records:
        outcomes = records.execute("SELECT state, outcome FROM attempt ORDER BY run_id").fetchall()
    assert outcomes == [("ended", "completed"), ("ended", "reused")]


def test_a_result_too_old_is_not_reused(project: Project) -> None:
    counting(project, "p", cache="1h")
    project.report("run", "p")
    with closing(sqlite3.connect(project.root / ".blockwright" / "blockwright.db")) as records, records:
        records.execute("UPDATE block_run SET produced = produced - ?", (2 * HOUR,))
    project.report("run", "p")
    assert runs_of(project) == 2


@pytest.mark.parametrize("cache", ["0s", "soon", "-1h"])
def test_a_cache_that_is_no_time_is_refused(project: Project, cache: str) -> None:
    counting(project, "p", cache=cache)
    refused = project.report("run", "p")
    assert refused["exit"] == 2
    assert [problem["key"] for problem in refused["error"]["problems"]] == ["blocks[0].cache"]


def test_no_reuse_runs_even_what_is_cached(project: Project) -> None:
    counting(project, "p", cache="always")
    project.report("run", "p")
    project.report("run", "p", "--no-reuse")
    assert runs_of(project) == 2


def test_a_block_shared_by_two_pipelines_runs_once(project: Project) -> None:
    counting(project, "first", kind="transformer")
    counting(project, "second", kind="transformer")
    project.report("run", "first")
    report = project.report("run", "second", "--reuse")
    assert (block_of(report, "count")["reused"], block_of(report, "count")["source_run"]) == (True, 1)
    assert runs_of(project) == 1
