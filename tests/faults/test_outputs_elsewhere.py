"""Outputs in a bucket, with real processes and a real S3 server: killed in between, raced for, read from elsewhere."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3

from blockwright.adapters.artifacts.objects import Objects
from blockwright.adapters.artifacts.remote import DistantArtifacts
from blockwright.wire.kill_points import UPLOAD_POINTS
from blockwright.wire.manifests import Manifest, Outcome
from blockwright.wire.outputs import Output
from tests.adapters.db.conftest import postgres_url
from tests.faults.gates import arriving, gated
from tests.faults.test_kill_points import chain
from tests.object_server import ObjectServer
from tests.processes import gone, marked
from tests.project import Project, block_of, states
from tests.servers import serving

pytestmark = [pytest.mark.fault, pytest.mark.slow]
__all__ = ["postgres_url"]

FRAME = """
    import pandas as pd

    @data_loader
    def load(*args, **kwargs):
        print("three rows")
        return pd.DataFrame({"city": ["Oslo", "Rome", "Riga"], "orders": [1, 2, 3]})
"""
DOUBLE = """
    @transformer
    def double(frame, *args, **kwargs):
        return frame.assign(orders=frame.orders * 2)
"""


@dataclass(frozen=True)
class Bucket:
    server: ObjectServer
    url: str

    def keys(self, part: str) -> list[str]:
        return [key for key in self.server.keys(self.url) if key.startswith(f"outputs/{part}")]

    def read(self, key: str) -> bytes:
        data: bytes = self.server.client.get_object(Bucket=self.url.removeprefix("s3://"), Key=key)["Body"].read()
        return data

    def check(self) -> None:
        """No half output is visible: every blob is what its name says, and every manifest's outputs are there."""
        blobs = {key.rpartition("/")[2]: key for key in self.keys("blobs/")}
        for digest, key in blobs.items():
            assert blake3(self.read(key)).hexdigest() == digest
        for key in self.keys("runs/"):
            if "/done-" in key:
                assert {output["digest"] for output in json.loads(self.read(key))["outputs"]} <= set(blobs)

    @property
    def committed(self) -> set[str]:
        """The blocks whose result is committed."""
        return {key.split("/")[3] for key in self.keys("runs/") if "/done-" in key}

    def opened(self, folder: Path, installation: str) -> DistantArtifacts:
        objects = Objects(f"{self.url}/outputs", config=self.server.config, environ={})
        return DistantArtifacts(objects, folder, cache_bytes=10**9, installation=lambda: installation)


@pytest.fixture
def bucket(s3: ObjectServer, project: Project) -> Bucket:
    made = Bucket(s3, s3.bucket())
    project.environ = {**s3.environ, "BLOCKWRIGHT_ARTIFACTS": f"{made.url}/outputs"}
    return made


@pytest.mark.parametrize("passes", [1, 2])
@pytest.mark.parametrize("point", [*UPLOAD_POINTS, "manifest.after_link", "database.before_commit", "engine.after_act"])
def test_a_killed_run_goes_on_where_it_was(project: Project, bucket: Bucket, point: str, passes: int) -> None:
    side = chain(project)
    marker = {"BLOCKWRIGHT_TEST_MARK": str(project.root)}
    first = project.run("run", "p", "--json", environ={"BLOCKWRIGHT_KILL_AT": f"{point}:{passes}", **marker})
    gone(marked(str(project.root)))
    bucket.check()
    done = bucket.committed
    ran_before = side.read_text().split() if side.exists() else []
    if point in UPLOAD_POINTS:
        assert first.code == -9
        killed_in = "ab"[passes - 1]
        assert ran_before[-1] == killed_in
        assert (killed_in in done) == (point == "upload.after_manifest")
    report = project.report("show", "latest")
    if "error" in report:
        assert report["error"]["code"] == "run_not_found"
        return
    if report["state"] != "completed":
        report = project.report("retry", "latest")
    assert report["state"] == "completed", (first, report)
    ran_after = side.read_text().split()[len(ran_before) :]
    assert not done & set(ran_after), f"{done} were committed, {ran_after} ran again"
    assert set(ran_after) >= {"a", "b", "c"} - done - set(ran_before)
    bucket.check()
    assert project.value("c") == 3


def test_of_two_owners_the_first_manifest_wins(project: Project, bucket: Bucket, tmp_path: Path) -> None:
    """A late owner comes to its commit when another has already committed the block."""
    project.pipeline("p", {"kind": "loader", "id": "a", "code": arriving("open(kwargs['go']).readline()")})
    with gated(project) as gate, gate.beside("go") as go:
        process = project.start("run", "p", "--json", "--var", f"gate={gate.path}", "--var", f"go={go.path}")
        gate.hear()
        mark = json.loads(bucket.read("outputs/installation.json"))["installation"]
        other = bucket.opened(tmp_path / "other", mark)
        theirs = Output("output_0", other.put(b"77"), "json", "int", 2, preview={"kind": "value", "value": 77})
        other.adopt(1, "a", 0, Manifest("1/a/9", Outcome.COMPLETED, outputs=(theirs,)))
        go.tell("go\n")
        report = json.loads(process.communicate(timeout=60)[0])
    assert report["state"] == "completed"
    assert project.value("a") == 77
    bucket.check()


def test_a_bucket_that_goes_away_fails_the_block_and_names_itself(project: Project, bucket: Bucket) -> None:
    project.pipeline("p", {"kind": "loader", "id": "a", "code": arriving("open(kwargs['go']).readline()")})
    with gated(project) as gate, gate.beside("go") as go:
        process = project.start("run", "p", "--json", "--var", f"gate={gate.path}", "--var", f"go={go.path}")
        gate.hear()
        client, name = bucket.server.client, bucket.url.removeprefix("s3://")
        for key in bucket.server.keys(bucket.url):
            client.delete_object(Bucket=name, Key=key)
        client.delete_bucket(Bucket=name)
        go.tell("go\n")
        report = json.loads(process.communicate(timeout=90)[0])
    assert report["state"] == "failed"
    error = block_of(report, "a")["error"]
    assert bucket.url in error["message"]
    assert "BLOCKWRIGHT_ARTIFACTS" in error["hint"]


def test_every_kind_of_pipeline_keeps_its_outputs_there(project: Project, bucket: Bucket) -> None:
    triple = "@transformer\ndef b(value, *args):\n    return value * 2\n"
    blocks = (
        {"kind": "loader", "id": "a", "code": "@data_loader\ndef a():\n    return 3\n"},
        {"kind": "transformer", "id": "b", "code": triple, "after": ["a"]},
        {
            "kind": "exporter",
            "id": "c",
            "code": "@data_exporter\ndef c(value):\n    return value + 1\n",
            "after": ["b"],
        },
    )
    called = {
        "kind": "callback",
        "id": "d",
        "code": "@callback('success')\ndef d(*a, **k):\n    pass\n",
        "after": ["c"],
    }
    three = {"kind": "loader", "id": "three", "code": "@data_loader\ndef a():\n    return [[1, 2, 3]]\n"}
    each = {"kind": "transformer", "id": "each", "code": triple, "after": ["three"]}
    project.pipeline("fans_out", {**three, "configuration": {"dynamic": True}}, each)
    assert project.report("run", "fans_out")["state"] == "completed"
    assert len([key for key in bucket.committed if key.startswith("each")]) == 3
    project.pipeline("one_process", *blocks, run_pipeline_in_one_process=True)
    report = project.report("run", "one_process")
    assert report["state"] == "completed", report
    assert project.value("c") == 7
    project.pipeline("calls_back", *blocks, called)
    report = project.report("run", "calls_back")
    assert (report["state"], project.value("c")) == ("completed", 7)
    bucket.check()
    assert not list((project.root / ".blockwright" / "cache" / "benches").glob("*/*"))


def test_the_keys_of_the_store_alone_are_kept_from_blocks(project: Project, s3: ObjectServer) -> None:
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    own = {f"BLOCKWRIGHT_ARTIFACTS_{name}": s3.environ[name] for name in names}
    shared = {name: value for name, value in s3.environ.items() if name not in names}
    project.environ = {**shared, **own, "BLOCKWRIGHT_ARTIFACTS": s3.bucket()}
    code = "import os\n@data_loader\ndef a():\n    return sorted(name for name in os.environ if 'AWS' in name)\n"
    project.pipeline("p", {"kind": "loader", "id": "a", "code": code})
    assert project.report("run", "p")["state"] == "completed"
    report = project.report("output", "latest", "a", "--head", "0")
    assert "KEY" not in json.dumps(report["preview"])
    told = "".join(path.read_text() for path in (project.root / ".blockwright" / "runs").rglob("*.json*"))
    assert "not-so-secret" not in told


def test_the_projects_own_setting_leads_to_the_bucket(project: Project, s3: ObjectServer) -> None:
    url = s3.bucket()
    project.environ = s3.environ
    project.pipeline("p", {"kind": "loader", "id": "a", "code": "@data_loader\ndef a():\n    return 3\n"})
    project.write("metadata.yaml", f"project_type: standalone\nremote_variables_dir: {url}/mine\n")
    assert project.report("run", "p")["state"] == "completed"
    assert "mine/runs/1/a/done-0.json" in s3.keys(url)
    assert not list((project.root / ".blockwright" / "blobs").glob("??"))
    doctor = project.report("doctor")
    told = {finding["what"]: finding for finding in doctor["findings"]}
    assert (told["Outputs"]["level"], f"{url}/mine" in told["Outputs"]["told"]) == ("ok", True)


def test_doctor_names_what_is_missing(project: Project, s3: ObjectServer) -> None:
    project.pipeline("p", {"kind": "loader", "id": "a", "code": "@data_loader\ndef a():\n    return 3\n"})
    project.environ = {**s3.environ, "BLOCKWRIGHT_ARTIFACTS": "s3://nowhere-at-all/x"}
    doctor = project.report("doctor")
    told = {finding["what"]: finding for finding in doctor["findings"]}
    assert doctor["exit"] != 0
    assert told["Outputs"]["level"] == "error"
    assert "no such bucket" in told["Outputs"]["told"]


def test_gc_deletes_in_the_bucket_and_says_so_before(project: Project, bucket: Bucket) -> None:
    project.pipeline("p", {"kind": "loader", "id": "a", "code": "@data_loader\ndef a():\n    return 3\n"})
    for _ in range(2):
        assert project.report("run", "p")["state"] == "completed"
    told = project.report("gc", "--days", "0", "--dry-run")
    assert [run["run"] for run in told["runs"]] == [1]
    assert bucket.keys("runs/1/")
    done = project.report("gc", "--days", "0")
    assert [run["run"] for run in done["runs"]] == [1]
    assert not bucket.keys("runs/1/")
    assert bucket.keys("runs/2/")
    bucket.check()
    assert project.value("a", "2") == 3


@pytest.fixture
def elsewhere(project: Project, bucket: Bucket, postgres_url: str, tmp_path: Path) -> Project:
    """The same installation from a second host, which has the project's files and nothing else."""
    shared = {"BLOCKWRIGHT_DATABASE_URL": postgres_url, "BLOCKWRIGHT_SECRET_KEY": "a phrase for both of the hosts"}
    project.environ = {**project.environ, **shared, "BLOCKWRIGHT_DATA_DIR": str(tmp_path / "here")}
    project.pipeline(
        "p",
        {"kind": "loader", "id": "load", "code": FRAME, "cache": True},
        {"kind": "transformer", "id": "double", "code": DOUBLE, "after": ["load"]},
    )
    return Project(project.root, {**project.environ, "BLOCKWRIGHT_DATA_DIR": str(tmp_path / "there")})


@pytest.mark.postgres
def test_another_host_reads_what_one_has_made(project: Project, elsewhere: Project) -> None:
    assert project.report("run", "p")["state"] == "completed"
    shown = elsewhere.report("output", "latest", "double", "--head", "5")
    assert "Riga" in json.dumps(shown)
    assert "orders" in json.dumps(elsewhere.report("profile", "latest", "double"))
    assert "three rows" in elsewhere.run("logs", "latest").out
    again = elsewhere.report("run", "p", "--reuse")
    assert again["state"] == "completed"
    assert block_of(again, "load")["reused"]
    with serving(elsewhere) as server, server.signed_in() as client:
        for kind in ("outputs", "pages", "profiles"):
            answer = client.get(f"/api/v1/projects/{project.root.name}/runs/1/{kind}/double")
            assert (answer.status_code, "Oslo" in answer.text) == (200, True), answer.text


def taken_over(host: Project) -> dict[str, Any]:
    """What ``retry`` says once the lease of the owner is over: from another host nobody can see that it died."""
    deadline = time.monotonic() + 120
    while (report := host.report("retry", "latest")).get("error", {}).get("code") == "run_owned":
        assert time.monotonic() < deadline, report
        time.sleep(0.5)
    return report


@pytest.mark.postgres
def test_another_host_goes_on_with_a_run_from_the_bucket_alone(project: Project, elsewhere: Project) -> None:
    environ = {"BLOCKWRIGHT_KILL_AT": "upload.after_manifest:1", "BLOCKWRIGHT_TEST_MARK": str(project.root)}
    assert project.run("run", "p", environ=environ).code == -9
    gone(marked(str(project.root)))
    report = taken_over(elsewhere)
    assert set(states(report).values()) == {"completed"}
    assert "three rows" not in elsewhere.run("logs", "latest").out  # adopted: it ran on the first host only
    assert "Riga" in json.dumps(elsewhere.report("output", "latest", "double", "--head", "5"))
