"""A run cannot be run again once its pipeline is another one: who asks is told at once, and what was asked before is
answered in the run itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from blockwright.core.errors import Conflict
from blockwright.core.runs.model import RunId, RunState
from blockwright.services import runs
from blockwright.services.why import why
from tests.engines import Running, engine
from tests.project import Project

FAILS = "@data_loader\ndef load(*args, **kwargs):\n    raise ValueError('no')\n"
FINE = "@data_loader\ndef load(*args, **kwargs):\n    return 1\n"


def failed(at_work: Running) -> RunId:
    run = at_work.start("p")
    assert at_work.ended(run).state is RunState.FAILED
    return run


def change(project: Project) -> None:
    project.pipeline("p", {"kind": "loader", "id": "other", "code": FINE})


@pytest.fixture
def shop(project: Project) -> Project:
    project.pipeline("p", {"kind": "loader", "id": "load", "code": FAILS})
    return project


def test_who_asks_is_refused_at_once_unless_the_same_code_will_do(shop: Project) -> None:
    with engine(shop) as at_work:
        run = failed(at_work)
        change(shop)
        with pytest.raises(Conflict, match="other blocks or connections") as refused:
            runs.ask_retry(at_work.workspace, run)
        assert refused.value.code == "pipeline_changed"
        assert not at_work.workspace.runs.inbox(run)
        runs.ask_retry(at_work.workspace, run, same_code=True)


@pytest.mark.parametrize("gone", [False, True])
def test_what_was_asked_before_the_change_is_answered_in_the_run(shop: Project, gone: bool) -> None:
    with engine(shop) as at_work:
        run = failed(at_work)
        if gone:
            Path(shop.root, "pipelines/p/metadata.yaml").unlink()
        else:
            change(shop)
        at_work.workspace.runs.push(run, "retry", {"start": [], "same_code": False, "by": "ada"})
        at_work.host.look()
        at_work.until(lambda: not at_work.workspace.runs.inbox(run))
        ended = at_work.workspace.runs.get(run)
        assert ended.state is RunState.FAILED
        told = "There is no pipeline `p`" if gone else "Pipeline `p` has other blocks or connections"
        assert f"It was not run again: {told}" in ended.reason
        assert any(told in reason.text for reason in why(at_work.workspace, ended))
        kinds = [event.kind for event in at_work.workspace.runs.events(run)]
        assert kinds[-1] == "run.retry_refused"
