"""What is asked for with one key happens once, whoever dies while it is being done."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from blockwright.compose import Embedded
from blockwright.core.errors import Conflict
from blockwright.core.runs.model import Queue, RunId, RunRequest
from blockwright.ports.runs import RunFilter
from blockwright.ports.workspace import Workspace
from blockwright.services import idempotency, runs
from blockwright.settings import read
from tests.project import Project

ASKED = {"run": "sales"}
REQUEST = hashlib.sha256(json.dumps(ASKED).encode()).hexdigest()
DEAD = "a dead process"
ELSEWHERE = f"another-host:1:{'0' * 32}"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    root = tmp_path / "shop"
    root.mkdir()
    Project(root).pipeline("sales", {"kind": "loader", "id": "load", "code": "@data_loader\ndef f(): pass\n"})
    platform = Embedded(read({"PATH": os.environ["PATH"]}))
    yield platform.workspace(root)
    platform.close()


def start(workspace: Workspace, key: str) -> RunId:
    name = workspace.project.name
    return runs.start(workspace, RunRequest(name, "sales", queue=Queue.ENGINE, key=key)).id


def ask(workspace: Workspace, key: str, make: Callable[[], RunId] | None = None) -> int:
    made = idempotency.once(workspace, key, ASKED, 201, make or (lambda: start(workspace, key)), lambda run: run)
    assert isinstance(made, int)
    return made


def dead(workspace: Workspace) -> str:
    """A process of this host and data folder that is no more."""
    host, _, token = workspace.owners.hold().split(":")
    return f"{host}:1:{'0' * 32}.{token.partition('.')[2]}"


def claim(workspace: Workspace, key: str, holder: str) -> None:
    holder = dead(workspace) if holder == DEAD else holder
    store, now = workspace.idempotency, workspace.clock.now()
    assert store.claim(workspace.project.name, key, REQUEST, holder=holder, now=now) is None


def count(workspace: Workspace) -> int:
    return len(workspace.runs.list(RunFilter(workspace.project.name), limit=100))


def test_asked_twice_it_happens_once(workspace: Workspace) -> None:
    assert ask(workspace, "a") == ask(workspace, "a") != ask(workspace, "b")
    assert count(workspace) == 2


@pytest.mark.parametrize("holder", [DEAD, ELSEWHERE])
def test_a_run_whose_caller_was_never_answered_is_not_made_again(workspace: Workspace, holder: str) -> None:
    claim(workspace, "a", holder)
    made = start(workspace, "a")
    assert ask(workspace, "a") == made
    assert ask(workspace, "a") == made
    assert count(workspace) == 1


def test_what_a_dead_process_had_not_begun_is_done_at_once(workspace: Workspace) -> None:
    claim(workspace, "a", DEAD)
    assert ask(workspace, "a") == ask(workspace, "a")
    assert count(workspace) == 1


@pytest.mark.parametrize("holder", ["this process", ELSEWHERE])
def test_what_somebody_is_at_is_not_done_twice(workspace: Workspace, holder: str) -> None:
    claim(workspace, "a", workspace.owners.hold() if holder == "this process" else holder)
    with pytest.raises(Conflict) as refused:
        ask(workspace, "a")
    assert refused.value.code == "idempotency_in_progress"
    assert count(workspace) == 0


def test_what_failed_may_be_asked_again(workspace: Workspace) -> None:
    def fail() -> RunId:
        raise Conflict("not now")

    with pytest.raises(Conflict, match="not now"):
        ask(workspace, "a", fail)
    assert ask(workspace, "a") > 0


def test_what_failed_after_its_run_was_made_answers_with_that_run(workspace: Workspace) -> None:
    def late() -> RunId:
        start(workspace, "a")
        raise Conflict("the answer was not to be had")

    with pytest.raises(Conflict, match="not to be had"):
        ask(workspace, "a", late)
    assert ask(workspace, "a") > 0
    assert count(workspace) == 1
