"""Collecting beside those who are about to refer to what is collected."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from blockwright.core.runs.model import BlockRunName, Run, RunRequest, RunState
from blockwright.ports.runs import AttemptRecord, Changes
from blockwright.ports.workspace import Workspace
from blockwright.services import pinning, retention, runs
from tests.engines import installation
from tests.project import Project

LOAD = "@data_loader\ndef load(*args, **kwargs):\n    return {'rows': 3}\n"
TELL = "@transformer\ndef tell(data, *args, **kwargs):\n    return data\n"
DAY = 86_400.0


@pytest.fixture
def shop(project: Project) -> Project:
    project.pipeline(
        "p",
        {"kind": "loader", "id": "load", "code": LOAD, "cache": True},
        {"kind": "transformer", "id": "tell", "code": TELL, "after": ["load"]},
    )
    return project


@pytest.fixture
def workspace(shop: Project) -> Iterator[Workspace]:
    with installation(shop) as (_, opened):
        yield opened.workspace("shop")


def age_everything(blobs: Path) -> None:
    for blob in blobs.glob("??/*"):
        os.utime(blob, (time.time() - DAY,) * 2)


def collect(workspace: Workspace) -> int:
    return retention.collect(workspace, retention.policy(workspace), dry_run=False).blobs


def gone(workspace: Workspace, digests: Iterator[str] | list[str]) -> list[str]:
    return [digest for digest in digests if not workspace.artifacts.has(digest)]


def test_code_that_was_pinned_and_is_in_no_record_yet_stays(workspace: Workspace) -> None:
    """Its files lie in the store since long ago, for runs that were deleted: nothing that is young was written."""
    spec = workspace.files.pipeline("p")
    before = pinning.take(workspace, spec)
    age_everything(workspace.artifacts.blobs)
    pinned = pinning.take(workspace, spec)
    assert pinned.digest == before.digest
    assert collect(workspace) == 0
    assert gone(workspace, [pinned.digest, *pinned.files.values()]) == []
    age_everything(workspace.artifacts.blobs)
    assert collect(workspace) == len({pinned.digest, *pinned.files.values()})


def test_a_run_that_was_made_in_the_middle_of_a_sweep_has_its_code(workspace: Workspace) -> None:
    spec = workspace.files.pipeline("p")
    pinning.take(workspace, spec)
    age_everything(workspace.artifacts.blobs)
    sweep = iter(workspace.artifacts.sweep(frozenset(), retention.YOUNG_SECONDS, dry_run=False))
    next(sweep)  # it has made up its mind about what nobody refers to, and has begun
    run = runs.start(workspace, RunRequest("shop", "p"))
    list(sweep)
    pinned = pinning.take(workspace, spec)
    assert run.snapshot == pinned.digest
    assert gone(workspace, [pinned.digest, *pinned.files.values()]) == []


def driven(shop: Project, run: Run) -> Run:
    with installation(shop) as (platform, _):
        driver = platform.driver(shop.root, observer=lambda *_: None, progress=lambda *_: None)
        driver.take(run.id)
        return driver.drive(run.id)


def test_a_result_whose_run_is_deleted_while_another_takes_it_stays(shop: Project, workspace: Workspace) -> None:
    first = driven(shop, runs.start(workspace, RunRequest("shop", "p")))
    assert first.state == "completed"
    age_everything(workspace.artifacts.blobs)
    keep = frozenset(workspace.runs.snapshot_digests())  # as a collection sees it that has just deleted the run
    second = driven(shop, runs.start(workspace, RunRequest("shop", "p")))
    (load, _) = workspace.runs.block_runs(second.id)
    assert load.reused
    list(workspace.artifacts.sweep(keep, retention.YOUNG_SECONDS, dry_run=False))
    assert gone(workspace, [one.digest for one in load.outputs]) == []


def test_what_an_attempt_wrote_hours_before_its_end_stays_until_then(workspace: Workspace) -> None:
    now = workspace.clock.now()
    run = runs.start(workspace, RunRequest("shop", "p"))
    lease = workspace.runs.claim(run.id, "host:1:a", seconds=30, now=now)
    begun = now - timedelta(hours=5)
    at_work = AttemptRecord(run.id, BlockRunName("load"), 1, 0, "running", begun, lease.fencing)
    running = replace(run, state=RunState.RUNNING, started=begun)
    workspace.runs.save(lease, Changes(run=running, attempts=(at_work,)), now=begun)
    early, old = workspace.artifacts.put(b"its first output"), workspace.artifacts.put(b"of nobody")
    for digest, hours in ((early, 4), (old, 7)):
        os.utime(workspace.artifacts.path(digest), (time.time() - hours * 3600,) * 2)
    assert collect(workspace) == 1
    assert gone(workspace, [early, old]) == [old]
    ended = replace(at_work, state="ended", finished=now, outcome="failed")
    workspace.runs.save(lease, Changes(attempts=(ended,)), now=now)
    assert collect(workspace) == 1
    assert gone(workspace, [early]) == [early]
