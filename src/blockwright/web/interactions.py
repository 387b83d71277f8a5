"""Forms: inputs that people fill in to run a pipeline, listed, shown, run, and built."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, Field

from blockwright.core.access import Permission, Role
from blockwright.core.errors import Forbidden, Invalid
from blockwright.core.interactions import Field as FormField
from blockwright.core.interactions import Form, may_run
from blockwright.core.runs.model import Run
from blockwright.ports.interactions import FoundForm
from blockwright.ports.workspace import Workspace
from blockwright.services import interactions
from blockwright.web import paging, problems
from blockwright.web.creations import IdempotencyKey, started
from blockwright.web.editing import TheEdit
from blockwright.web.editing_documents import Edited
from blockwright.web.problems import Finding, finding
from blockwright.web.routing import Routes, needs
from blockwright.web.run_documents import RunSummary, summary_of
from blockwright.web.runs import queued
from blockwright.web.site import Caller, ProjectWorkspace, TheCaller

routes = Routes(
    prefix="/api/v1/projects/{project}", tags=["forms"], responses=problems.responses(401, 403, 404, 409, 412, 422, 503)
)

FormId = Annotated[str, Path(max_length=400)]
MOST_DRAFT = 200_000  # characters of a text that is only looked at


class FormSummary(BaseModel):
    """``may_run``: whether you may; ``sound``: whether it has no errors, without which it does not run."""

    id: str
    title: str
    description: str
    pipeline: str
    block: str
    may_run: bool
    sound: bool


class OptionDocument(BaseModel):
    label: str
    value: Any


class InputDocument(BaseModel):
    """``kind``: `text`, `number`, `date`, `datetime`, `switch`, `choice`, `code`, `file` or `table`. ``default`` is the
    pipeline's own value, which counts where the input is left empty."""

    variable: str
    title: str
    kind: str
    description: str
    required: bool
    types: list[str]
    options: list[OptionDocument]
    columns: list[str]
    multiline: bool
    monospace: bool
    language: str
    default: Any = None
    disabled: bool


class CellDocument(BaseModel):
    variable: str
    width: int


class ResultDocument(BaseModel):
    """The outputs of a block that the form shows after a run."""

    block: str
    title: str


class FormDocument(FormSummary):
    """``roles`` may run it, with those above them; empty: whoever may run the pipeline. ``last`` is what you filled in
    last time. ``file`` says what is asked, ``link`` where it is offered; ``may_edit``: you may change it."""

    file: str
    link: str
    fields: list[InputDocument]
    rows: list[list[CellDocument]]
    results: list[ResultDocument]
    roles: list[Role]
    last: dict[str, Any]
    may_edit: bool
    problems: list[Finding]


class FormInputs(BaseModel):
    """By variable. A file is `{"name": …, "text": …}`, a table a list of rows. What is left out or empty keeps the
    pipeline's own value."""

    inputs: dict[str, Any] = Field(default_factory=dict, max_length=200)


class FormDraft(BaseModel):
    """The text that the form's file would have."""

    text: str = Field(max_length=MOST_DRAFT)


class NewForm(BaseModel):
    """``name`` becomes `interactions/<name>.yaml`."""

    pipeline: str = Field(max_length=200)
    block: str = Field(max_length=400)
    name: str = Field(max_length=100)
    title: str = Field(default="", max_length=200)


class FormChange(BaseModel):
    """What is left out stays. An empty text takes the form's own away, an empty list of roles names nobody."""

    title: str | None = Field(default=None, max_length=200)
    description: str | None = Field(default=None, max_length=2_000)
    roles: list[Role] | None = Field(default=None, max_length=4)


@routes.get("/forms", summary="List forms")
@needs(Permission.VIEW, within=True)
def list_forms(
    caller: TheCaller, workspace: ProjectWorkspace, limit: paging.Limit = paging.FIRST, cursor: paging.Cursor = None
) -> paging.Page[FormSummary]:
    """Those of pipelines that you may see. One with errors is listed for those who may correct it."""
    found = {one.form.id: one for one in interactions.listed(workspace, caller.actor)}
    return paging.page_of_names(sorted(found), limit, cursor, lambda name: _summary(caller, workspace, found[name]))


@routes.get("/forms/{form}", summary="Show a form")
@needs(Permission.VIEW, within=True)
def show_form(caller: TheCaller, workspace: ProjectWorkspace, form: FormId) -> FormDocument:
    return _document(caller, workspace, interactions.named(workspace, form, caller.actor))


@routes.post("/forms/{form}/runs", summary="Run a form", status_code=202)
@needs(Permission.VIEW, within=True)
def run_form(
    caller: TheCaller, workspace: ProjectWorkspace, form: FormId, filled: FormInputs, key: IdempotencyKey = None
) -> RunSummary:
    """Starts the form's pipeline with the inputs and with nothing else. Roles that the form names may do so, even where
    they may not run the pipeline otherwise. An input that does not fit is refused (422): `problems` name each."""
    found = interactions.named(workspace, form, caller.actor)
    asked = {"form": form, **filled.model_dump(mode="json")}

    def start(own: str) -> Run:
        actor = caller.actor
        run = interactions.start(workspace, found, filled.inputs, actor=actor, by=actor.name, key=own)
        caller.record("form.run", run.project, f"{run.pipeline}/{run.id}", form=form)
        queued(caller, run)
        return run

    # Who may not run it is told so, even with the key of an earlier run.
    if not may_run(caller.actor, found.form, workspace.project.name):
        start("")
    return started(caller, workspace, key, asked, start, lambda run: summary_of(workspace, run))


@routes.post("/forms/{form}/preview", summary="Show a form as it would be with another text")
@needs(Permission.EDIT, within=True)
def preview_form(caller: TheCaller, workspace: ProjectWorkspace, form: FormId, draft: FormDraft) -> FormDocument:
    """Nothing is written. `problems` say what is wrong with the text."""
    caller.only_asks()
    found = _editable(caller, workspace, form)
    drafts = {found.form.file: draft.text}
    again = workspace.files.forms.of(found.form.pipeline, drafts=drafts)
    return _document(caller, workspace, next((one for one in again if one.form.id == form), found))


@routes.post("/forms", summary="Make a form for a pipeline", status_code=201)
@needs(Permission.EDIT, within=True)
def new_form(edit: TheEdit, wanted: NewForm) -> Edited:
    """With an input for each variable of the pipeline. `name` of the answer is the form's id."""
    _require_edit(edit.caller, edit.workspace, wanted.pipeline)
    draft = edit.workspace.files.forms.new(wanted.pipeline, wanted.block, wanted.name, wanted.title)
    return edit.done(draft, None)


@routes.patch("/forms/{form}", summary="Change a form's title, description, or who may run it")
@needs(Permission.EDIT, within=True)
def change_form(edit: TheEdit, form: FormId, wanted: FormChange) -> Edited:
    found = _editable(edit.caller, edit.workspace, form)
    values = wanted.model_dump(include={"title", "description"}, exclude_none=True)
    if wanted.roles is None and not values:
        raise Invalid("The change says nothing.", hint="Send `title`, `description` or `roles`.")
    return edit.done(edit.workspace.files.forms.set(found.form, values, wanted.roles), None)


@routes.delete("/forms/{form}", summary="Take a form from its pipeline")
@needs(Permission.EDIT, within=True)
def remove_form(edit: TheEdit, form: FormId) -> Edited:
    """The file that says what is asked stays: other pipelines may offer it."""
    found = _editable(edit.caller, edit.workspace, form)
    return edit.done(edit.workspace.files.forms.remove(found.form), None)


def _editable(caller: Caller, workspace: Workspace, form: str) -> FoundForm:
    found = interactions.named(workspace, form, caller.actor)
    _require_edit(caller, workspace, found.form.pipeline)
    return found


def _require_edit(caller: Caller, workspace: Workspace, pipeline: str) -> None:
    if not caller.actor.may(Permission.EDIT, workspace.project.name, pipeline):
        raise Forbidden(f"You may not change forms of pipeline `{pipeline}`.", hint="Ask an admin of the project.")


def _summary(caller: Caller, workspace: Workspace, found: FoundForm) -> FormSummary:
    form = found.form
    return FormSummary(
        id=form.id,
        title=form.title,
        description=form.description,
        pipeline=form.pipeline,
        block=form.block,
        may_run=may_run(caller.actor, form, workspace.project.name),
        sound=found.sound,
    )


def _document(caller: Caller, workspace: Workspace, found: FoundForm) -> FormDocument:
    form: Form = found.form
    edits = caller.actor.may(Permission.EDIT, workspace.project.name, form.pipeline)
    return FormDocument(
        **_summary(caller, workspace, found).model_dump(),
        file=form.file,
        link=form.link,
        fields=[_input(entry) for entry in form.fields],
        rows=[[CellDocument(variable=one.variable, width=one.width) for one in row] for row in form.rows],
        results=[ResultDocument(block=one.block, title=one.title) for one in form.results],
        roles=list(form.roles),
        last=interactions.last_inputs(workspace, form, caller.actor.name),
        may_edit=edits,
        problems=[finding(problem) for problem in found.problems] if edits else [],
    )


def _input(entry: FormField) -> InputDocument:
    default = entry.default
    return InputDocument(
        variable=entry.variable,
        title=entry.title,
        kind=entry.kind.value,
        description=entry.description,
        required=entry.required,
        types=[kind.value for kind in entry.types],
        options=[OptionDocument(label=one.label, value=one.value) for one in entry.options],
        columns=list(entry.columns),
        multiline=entry.multiline,
        monospace=entry.monospace,
        language=entry.language,
        default=default.isoformat() if hasattr(default, "isoformat") else default,
        disabled=entry.disabled,
    )
