"""Forms run: who may, with which variables, and what was filled in last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blockwright.core.access import Actor, Permission
from blockwright.core.errors import Conflict, Forbidden, NotFound
from blockwright.core.interactions import Form, InputKind, may_run, variables_of
from blockwright.core.runs.model import Queue, Run, RunKind, RunRequest
from blockwright.ports.interactions import FoundForm
from blockwright.ports.runs import RunFilter
from blockwright.ports.workspace import Workspace
from blockwright.services import runs
from blockwright.wire import values

LOOKED_BACK = 200
"""Runs of a pipeline among which somebody's last inputs are looked for."""
MARK = "form"
"""The keyword argument of ours that names the form of a run."""


def listed(workspace: Workspace, actor: Actor) -> list[FoundForm]:
    """The forms that ``actor`` may see: those of pipelines that may be seen; one with errors only if it can be mended
    by those who see it."""
    project = workspace.project.name
    seen = [found for found in workspace.files.forms.all() if actor.may(Permission.VIEW, project, found.form.pipeline)]
    return [found for found in seen if found.sound or actor.may(Permission.EDIT, project, found.form.pipeline)]


def named(workspace: Workspace, form: str, actor: Actor | None = None) -> FoundForm:
    """The form; raises NotFound, in the same words for one that ``actor`` may not see."""
    for pipeline in workspace.files.pipelines():
        if not form.startswith(f"{pipeline}."):
            continue
        if actor is not None and not actor.may(Permission.VIEW, workspace.project.name, pipeline):
            continue
        for found in workspace.files.forms.of(pipeline):
            if found.form.id == form:
                return found
    raise NotFound(f"There is no form `{form}`.", hint="`blockwright forms list` lists them.", code="form_not_found")


def start(
    workspace: Workspace,
    found: FoundForm,
    given: Mapping[str, Any],
    *,
    actor: Actor | None,
    by: str,
    queue: Queue = Queue.ENGINE,
    key: str = "",
) -> Run:
    """A run of the form's whole pipeline with what was filled in, and with nothing else. ``actor`` None: whoever has
    the files. Raises Forbidden, InputsInvalid, Conflict (code ``form_broken``), and as ``services.runs.start``."""
    form, project = found.form, workspace.project.name
    if actor is not None and not may_run(actor, form, project):
        raise Forbidden(
            f"You may not run the form `{form.id}`.",
            hint="Whoever may edit its pipeline can name your role in its permissions.",
            code="not_allowed",
        )
    if not found.sound:
        first = next(problem for problem in found.problems if problem.severity.value == "error")
        raise Conflict(f"The form `{form.id}` has errors: {first}", hint="Correct it first.", code="form_broken")
    request = RunRequest(
        project=project,
        pipeline=form.pipeline,
        kind=RunKind.API,
        variables=variables_of(form, given),
        env=workspace.options.env,
        queue=queue,
        requested_by=by,
        key=key,
    )
    return runs.start(workspace, request, system={MARK: form.id})


def last_inputs(workspace: Workspace, form: Form, person: str) -> dict[str, Any]:
    """What ``person`` filled in the last time, as JSON values; files are not handed out again."""
    if not person:
        return {}
    which = RunFilter(project=workspace.project.name, pipeline=form.pipeline, kind=RunKind.API)
    for run in workspace.runs.list(which, limit=LOOKED_BACK):
        if run.requested_by == person and run.system.get(MARK) == form.id:
            return _inputs(workspace, form, run)
    return {}


def _inputs(workspace: Workspace, form: Form, run: Run) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in form.fields:
        if entry.kind is InputKind.FILE or entry.variable not in run.variables:
            continue
        value = values.decode(run.variables[entry.variable])
        if value == entry.default:
            continue
        found[entry.variable] = value.isoformat() if hasattr(value, "isoformat") else value
    return found
