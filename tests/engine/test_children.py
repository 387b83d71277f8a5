"""Runs that block code starts: of which run they are, without a slot for who waits, and what stops them."""

from __future__ import annotations

from blockwright.core.runs.model import RunState
from blockwright.ports.runs import RunFilter
from blockwright.services import runs
from tests.engines import engine
from tests.faults.gates import arriving, gated
from tests.project import Project

PARENT = """
    from mage_ai.orchestration.triggers.api import trigger_pipeline

    @custom
    def start(*args, **kwargs):
        return trigger_pipeline("child", check_status=True, error_on_failure=True).id
"""


def test_a_child_needs_no_second_slot_and_stops_with_who_waits_for_it(project: Project) -> None:
    with gated(project) as gate:
        go = project.root.parent / "go"
        code = arriving("while not os.path.exists(kwargs['go']): time.sleep(0.01)", decorator="custom")
        variables = {"gate": str(gate.path), "go": str(go)}
        project.pipeline("child", {"kind": "custom", "id": "wait", "code": code}, variables=variables)
        project.pipeline("parent", {"kind": "custom", "id": "start", "code": PARENT})
        project.environ = {**project.environ, "BLOCKWRIGHT_SLOTS": "1"}
        with engine(project) as at_work:
            stopped = at_work.start("parent")
            gate.hear()  # it runs though there is one slot only
            (child,) = at_work.workspace.runs.list(RunFilter("shop", "child"), limit=9)
            assert (child.parent_run, child.kind.value) == (stopped, "pipeline")
            runs.ask_cancel(at_work.workspace, stopped, "no longer wanted")
            at_work.host.look()
            assert at_work.ended(stopped).state is RunState.CANCELLED
            ended = at_work.ended(child.id)
            assert ended.state is RunState.CANCELLED
            assert ended.reason == f"run {stopped}, which waited for it, was stopped"
            go.write_text("")
            assert at_work.ended(at_work.start("parent")).state is RunState.COMPLETED
