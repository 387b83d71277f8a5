"""What a program does with a server, over a socket."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from blockwright.client import ApiError, Client, RunFailed
from blockwright.services.catalog import recording
from tests.project import Project
from tests.web.conftest import Listening, listen, records, serve

__all__ = ["listen", "records", "serve"]

LOADER = """
    import pandas as pd

    @data_loader
    def load(*args, **kwargs):
        print("loading")
        if kwargs["fail"]:
            raise ValueError("no orders today")
        return pd.DataFrame({"shop": ["a", "b"], "sold": [1, 2]})
"""


@pytest.fixture
def listening(project: Project, listen: Callable[[], Listening]) -> Listening:
    project.pipeline("sales", {"kind": "loader", "id": "load", "code": LOADER}, variables={"fail": False})
    return listen()


@pytest.fixture
def client(listening: Listening) -> Iterator[Client]:
    with Client(listening.address, token="bw_test") as client:
        yield client


def test_a_program_finds_and_keeps_versions(listening: Listening, client: Client) -> None:
    shop = client.project("shop")
    for _ in range(2):
        listening.server.drive(shop.start("sales").id)
    recording.catch_up(listening.server.site.installation.workspace("shop"))
    assert [one["id"] for one in shop.catalog("load", column="sold")] == ["sales/load/output_0"]
    asset = shop.asset("sales", "load")
    new, old = (one["version"] for one in asset.versions())
    assert asset.describe()["newest"]["version"] == new
    assert (asset.pin(old)["pinned"], asset.unpin(old)["pinned"]) == (True, False)
    assert asset.alias("champion", old) == {"alias": "champion", "version": old, "before": None}
    assert (asset.restore(old)["restored"], asset.unrestore(old)["restored"]) == (True, False)
    assert [step["rows"] for step in asset.history(column="sold")] == [2, 2]
    assert [node["block"] for node in shop.lineage(pipeline="sales", block="load")["nodes"]] == ["load"]
    with pytest.raises(ApiError) as caught:
        asset.pin(99)
    assert caught.value.code == "version_not_found"


def test_a_program_starts_a_run_waits_and_reads_its_output(listening: Listening, client: Client) -> None:
    assert client.projects() == ["shop"]
    shop = client.project("shop")
    assert [pipeline["uuid"] for pipeline in shop.pipelines()] == ["sales"]
    run = shop.start("sales", key="monday")
    assert shop.start("sales", key="monday").id == run.id
    driving = threading.Thread(target=listening.server.drive, args=(run.id,))
    driving.start()
    assert run.wait(timeout=60).state == "completed"
    driving.join()
    assert [line["message"] for line in run.log()] == ["loading"]
    assert [row["id"] for row in run.block_runs()] == ["load"]
    output = run.output("load")
    assert (output.describe()["rows"], output.rows(where="sold > 1")) == (2, [{"shop": "b", "sold": 2}])
    assert output.frame()["sold"].sum() == 3
    assert output.value()[0] == {"shop": "a", "sold": 1}


def test_a_run_that_fails_is_an_exception(listening: Listening, client: Client) -> None:
    run = client.project("shop").start("sales", variables={"fail": True})
    listening.server.drive(run.id)
    with pytest.raises(RunFailed, match="no orders today"):
        run.wait()
    assert run.wait(check=False).state == "failed"
    run.retry("load")
    assert (run.refresh().state, run.ended) == ("failed", False)  # until an engine takes it


def test_lists_are_fetched_page_by_page(client: Client) -> None:
    shop = client.project("shop")
    made = [shop.start("sales").id for _ in range(3)]
    assert [run.id for run in shop.runs(state="queued")] == made[::-1]
    assert [run.id for run in shop.runs(limit=2)] == made[:0:-1]
    with pytest.raises(TimeoutError):
        shop.run(made[0]).wait(timeout=0.1)


def test_refusals_carry_code_and_hint(client: Client) -> None:
    with pytest.raises(ApiError) as refused:
        client.project("shop").start("none")
    assert (refused.value.status, refused.value.code) == (404, "not_found")
    with pytest.raises(ApiError, match="There is no project `other`"):
        client.project("other").pipeline("x")


def test_it_needs_nothing_of_the_rest_of_the_package() -> None:
    code = "import sys, blockwright.client; print([n for n in sys.modules if n.startswith('blockwright.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert "core" not in done.stdout
    assert "services" not in done.stdout
