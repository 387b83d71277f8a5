"""What blocks give is in the catalogue: once, whoever drove the run, and whatever was killed when."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from blockwright.core.blocks import BlockId
from blockwright.core.catalog.lineage import Node, NodeKind
from blockwright.core.catalog.model import AssetKey
from blockwright.core.errors import Unavailable
from blockwright.core.outputs import OutputRecord
from blockwright.core.runs.model import BlockRun, BlockRunName, BlockState, Run, RunId, RunState
from blockwright.engine.cataloguing import Cataloguing
from blockwright.ports.bus import Topic
from blockwright.ports.catalog import AssetFilter
from blockwright.ports.installation import Installation
from blockwright.ports.workspace import Workspace
from blockwright.services.catalog import recording
from tests.engine.records import Records, records
from tests.engines import engine, installation
from tests.project import COMMAND, Project

LOAD = AssetKey("sales", BlockId("load"), "output_0")
SECONDS = 60.0

FRAME = """
    import pandas as pd

    @data_loader
    def load(*args, **kwargs):
        return pd.DataFrame({"shop": ["a", "b"], "sold": [1, 2]})
"""
SEVERAL = """
    @data_loader
    def several(*args, **kwargs):
        return [[1, 2, 3], [{"block_uuid": name} for name in "abc"]]
"""
EACH = """
    @transformer
    def each(item, *args, **kwargs):
        return {"twice": 2 * item}
"""
READ = """
    from mage_ai.data_preparation.variable_manager import get_variable

    @transformer
    def read(data, *args, **kwargs):
        return {"rows": len(get_variable("sales", "load", "output_0"))}
"""
START = """
    from mage_ai.orchestration.triggers.api import trigger_pipeline

    @custom
    def start(*args, **kwargs):
        return {"state": trigger_pipeline("sales", check_status=True, verbose=False).status}
"""


def quick(opened: Installation) -> Cataloguing:
    return Cataloguing(opened, pause=0.0)


def work_off(loop: Cataloguing) -> None:
    """Until it has nothing left to do."""
    while loop.turn() <= 1.0:
        pass


def gave(digest: str = "a") -> tuple[OutputRecord, ...]:
    return (OutputRecord("output_0", digest * 64, "json", "dict", 12),)


def complete(shop: Records, run: Run, digest: str = "a") -> None:
    """The run's block is done, and the run goes on."""
    now = shop.workspace.clock.now()
    row = BlockRun(
        BlockRunName("load"), BlockId("load"), state=BlockState.COMPLETED, attempt=1, finished=now, outputs=gave(digest)
    )
    shop.save(run, row, state=RunState.RUNNING, started=now)


def runs_of(workspace: Workspace, asset: AssetKey = LOAD) -> list[int]:
    return [one.run for one in workspace.oversight.catalog.versions("shop", asset, limit=100)]


def test_each_result_is_written_once_however_many_engines_read(tmp_path: Path) -> None:
    with records(tmp_path / "shop") as shop:
        before = shop.end(shop.begin(), RunState.COMPLETED, outputs=gave())
        loops = [quick(shop.installation) for _ in range(2)]
        for loop in loops:
            loop.turn()
        after = shop.end(shop.begin(), RunState.COMPLETED, outputs=gave("b"))
        for loop in loops:
            work_off(loop)
        assert runs_of(shop.workspace) == [after.id, before.id]
        assert shop.workspace.oversight.catalog.unrecorded("shop") == []


def test_a_result_is_there_before_its_run_has_ended(tmp_path: Path) -> None:
    with records(tmp_path / "shop") as shop:
        loop = quick(shop.installation)
        work_off(loop)
        run = shop.begin()
        complete(shop, run)
        work_off(loop)
        assert runs_of(shop.workspace) == [run.id]
        shop.save(run, state=RunState.COMPLETED, finished=shop.workspace.clock.now())
        work_off(loop)
        assert runs_of(shop.workspace) == [run.id]


def test_what_was_made_while_nobody_followed_is_found(tmp_path: Path) -> None:
    """Of a run that ended, of one that still goes on, and of one whose block was written before the engine died."""
    with records(tmp_path / "shop") as shop:
        ended = shop.end(shop.begin(), RunState.COMPLETED, outputs=gave())
        going, cut = shop.begin(), shop.begin()
        complete(shop, going, "b")
        complete(shop, cut, "c")
        assert recording.record(shop.workspace, cut.id, {"load"}) == [LOAD]
        shop.save(cut, state=RunState.FAILED, finished=shop.workspace.clock.now())
        work_off(quick(shop.installation))
        assert sorted(runs_of(shop.workspace)) == [ended.id, going.id, cut.id]
        assert shop.workspace.oversight.catalog.unrecorded("shop") == []


def test_a_retry_makes_a_version_of_its_own(tmp_path: Path) -> None:
    with records(tmp_path / "shop") as shop:
        loop = quick(shop.installation)
        run = shop.end(shop.begin(), RunState.COMPLETED, outputs=gave())
        work_off(loop)
        complete(shop, run)
        rows = shop.workspace.runs.block_runs(run.id)
        again = replace(rows[0], round=1, outputs=gave("b"))
        shop.save(run, again, state=RunState.COMPLETED, round=1, finished=shop.workspace.clock.now())
        work_off(loop)
        versions = shop.workspace.oversight.catalog.versions("shop", LOAD, limit=9)
        assert [(one.run, one.round, one.record.digest[0]) for one in versions] == [(run.id, 1, "b"), (run.id, 0, "a")]


def test_those_who_look_are_told_by_pipeline(tmp_path: Path) -> None:
    with records(tmp_path / "shop") as shop:
        shop.pipeline("costs")
        loop = quick(shop.installation)
        work_off(loop)
        place = shop.installation.feed.newest()
        listener = shop.installation.bus.listen({Topic.FEED})
        for pipeline in ("sales", "costs"):
            shop.end(shop.begin(pipeline), RunState.COMPLETED, outputs=gave())
        work_off(loop)
        assert listener.wait(SECONDS)
        listener.close()
        told = [entry.data for entry in shop.installation.feed.after(place) if entry.topic == "catalog"]
        assert [(one["pipeline"], one["outputs"], one["count"]) for one in told] == [
            ("sales", ["sales/load/output_0"], 1),
            ("costs", ["costs/load/output_0"], 1),
        ]


def test_what_could_not_be_written_is_written_later(tmp_path: Path) -> None:
    """The database does not answer for a while."""
    with records(tmp_path / "shop") as shop:
        store = shop.workspace.oversight.catalog
        write, refuse = store.record, [True]

        def record(*given: object, **options: object) -> object:
            if refuse[0]:
                raise Unavailable("The database is locked.", code="database_locked")
            return write(*given, **options)  # type: ignore[arg-type]

        store.record = record  # type: ignore[method-assign, assignment]
        loop = quick(shop.installation)
        loop.turn()
        run = shop.end(shop.begin(), RunState.COMPLETED, outputs=gave())
        loop.turn()
        assert runs_of(shop.workspace) == []
        refuse[0] = False
        loop._missing = 0.0  # as if the time until the next try were over
        work_off(loop)
        assert runs_of(shop.workspace) == [run.id]


@pytest.fixture
def shop(project: Project) -> Project:
    project.pipeline("sales", {"kind": "loader", "id": "load", "code": FRAME})
    return project


@pytest.mark.slow
def test_real_runs_fill_it(shop: Project) -> None:
    shop.pipeline(
        "many",
        {"kind": "loader", "id": "several", "code": SEVERAL, "configuration": {"dynamic": True}},
        {"kind": "transformer", "id": "each", "code": EACH, "after": ["several"]},
    )
    with engine(shop, loops=[quick]) as running:
        first, many = running.start("sales"), running.start("many")
        catalog = running.workspace.oversight.catalog
        running.until(lambda: not catalog.unrecorded("shop") and _ended(running.workspace, first, many))
        assert [str(one.asset) for one in catalog.assets(AssetFilter("shop", column="SOLD"), limit=9)] == [str(LOAD)]
        (version,) = catalog.versions("shop", LOAD, limit=9)
        assert (version.run, version.record.rows, version.record.type) == (first, 2, "dataframe")
        columns = catalog.schema("shop", version.schema)
        assert [column.name for column in columns] == ["shop", "sold"]
        (whole,) = catalog.versions("shop", AssetKey("many", BlockId("each"), "output_0"), limit=9)
        parts = [row for row in running.workspace.runs.block_runs(many) if row.block == "each" and row.outputs]
        assert (whole.parts, whole.record.bytes) == (3, sum(row.outputs[0].bytes for row in parts))


@pytest.mark.slow
def test_what_block_code_reads_and_starts_is_seen(shop: Project) -> None:
    shop.pipeline(
        "use",
        {"kind": "custom", "id": "start", "code": START},
        {"kind": "transformer", "id": "read", "code": READ, "after": ["start"]},
    )
    report = shop.report("run", "use")
    assert report["state"] == "completed", report
    with engine(shop) as running:
        found = running.workspace.oversight.catalog.readings("shop")
    assert {(one.pipeline, one.block, one.source, int(one.run)) for one in found} == {
        ("use", "start", Node(NodeKind.PIPELINE, "sales"), report["run"]),
        ("use", "read", Node(NodeKind.BLOCK, "sales", "load"), report["run"]),
    }


@pytest.mark.slow
@pytest.mark.fault
def test_a_scheduler_that_is_killed_loses_nothing(shop: Project) -> None:
    """SIGKILL as soon as a run has ended, whether its results were written already or not."""
    with engine(shop) as running:  # nobody follows here
        done = [running.start("sales")]
        running.ended(done[0])
    for _ in range(3):
        process = subprocess.Popen(
            [*COMMAND, "scheduler", str(shop.root), "--grace", "0"],
            env={**os.environ, "BLOCKWRIGHT_SLOTS": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with installation(shop) as (_, opened):
                workspace = opened.workspace("shop")
                run = shop.report("run", "sales", "--detach")["run"]
                deadline = time.monotonic() + SECONDS
                while not workspace.runs.get(RunId(run)).state.final:
                    assert time.monotonic() < deadline, "the run does not end"
                    time.sleep(0.002)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        done.append(RunId(run))
    with installation(shop) as (_, opened):
        work_off(quick(opened))
        assert sorted(runs_of(opened.workspace("shop"))) == done
        assert opened.workspace("shop").oversight.catalog.unrecorded("shop") == []


def _ended(workspace: Workspace, *runs: RunId) -> bool:
    return all(workspace.runs.get(run).state.final for run in runs)
