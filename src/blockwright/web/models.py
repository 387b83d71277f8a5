"""Models: versions, what is served, promotions and the people's word on them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from blockwright.core.access import Permission
from blockwright.core.endpoints import Bounds, Mode, Traffic
from blockwright.core.models.promotion import State
from blockwright.ports.bus import Topic
from blockwright.ports.workspace import Workspace
from blockwright.services.models import comparing, describing, mirroring, promoting, registering, reports
from blockwright.services.models.promoting import Outcome
from blockwright.web import paging, problems
from blockwright.web.creations import IdempotencyKey, created
from blockwright.web.model_documents import (
    Because,
    ModelComparison,
    ModelDescription,
    ModelDocument,
    ModelVersionBrief,
    ModelVersionDocument,
    NewModelVersionDocument,
    PromotionDocument,
    PromotionOutcome,
    PromotionWish,
    TrafficWish,
)
from blockwright.web.routing import Routes, needs
from blockwright.web.site import Caller, ProjectWorkspace, TheCaller, require_run

routes = Routes(
    prefix="/api/v1/projects/{project}", tags=["models"], responses=problems.responses(401, 403, 404, 409, 422, 503)
)

ModelName = Annotated[str, Path(max_length=100)]
Which = Annotated[str, Path(max_length=50, description="A number, `champion`, `challenger`, `previous` or `newest`.")]
WhichOne = Annotated[str, Query(max_length=50)]
Number = Annotated[int, paging.AnyNumber]


@routes.get("/models", summary="List models")
@needs(Permission.VIEW)
def list_models(
    workspace: ProjectWorkspace, limit: paging.Limit = paging.FIRST, cursor: paging.Cursor = None
) -> paging.Page[ModelDocument]:
    after = paging.name(cursor) or ""
    found = workspace.learning.models.models(workspace.project.name, after=after, limit=limit + 1)
    return paging.page(
        found, limit, lambda one: one.name, lambda one: ModelDocument.model_validate(reports.summary(one))
    )


@routes.get("/models/{model}", summary="Show a model: its newest version and what is served")
@needs(Permission.VIEW)
def show_model(workspace: ProjectWorkspace, model: ModelName) -> ModelDocument:
    store, project = workspace.learning.models, workspace.project.name
    newest = store.newest(project, model)
    endpoint = store.endpoint(project, model)
    return ModelDocument.model_validate(
        {
            "model": model,
            "versions": newest.number,
            "newest": reports.brief(newest, endpoint),
            "endpoint": None if endpoint is None else reports.endpoint(endpoint),
            "mirror": None if endpoint is None else reports.mirror(mirroring.standing(workspace, endpoint)),
        }
    )


@routes.get("/models/{model}/versions", summary="List the versions of a model, newest first")
@needs(Permission.VIEW)
def list_model_versions(
    workspace: ProjectWorkspace, model: ModelName, limit: paging.Limit = paging.FIRST, cursor: paging.Cursor = None
) -> paging.Page[ModelVersionBrief]:
    store, project = workspace.learning.models, workspace.project.name
    found = store.versions(project, model, before=paging.number(cursor), limit=limit + 1)
    endpoint = store.endpoint(project, model)
    return paging.page(
        found,
        limit,
        lambda one: one.number,
        lambda one: ModelVersionBrief.model_validate(reports.brief(one, endpoint)),
    )


@routes.post("/models/{model}/versions", summary="Register what a run gave as the next version", status_code=201)
@needs(Permission.EDIT)
def register_model_version(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    model: ModelName,
    body: NewModelVersionDocument,
    key: IdempotencyKey = None,
) -> ModelVersionDocument:
    def make() -> ModelVersionDocument:
        run = require_run(caller, workspace, body.run, Permission.VIEW)
        facts = body.model_dump(exclude={"run", "block", "output"})
        by = caller.actor.name
        made = registering.from_output(workspace, model, run, body.block, body.output, facts=facts, by=by)
        caller.record("model.register", made.project, str(made), run=run.id)
        return _version(workspace, model, str(made.number))

    asked = {"register_model": model, **body.model_dump(mode="json")}
    return created(caller, workspace, key, asked, make)


@routes.get("/models/{model}/versions/{which}", summary="Show everything that is known of a version")
@needs(Permission.VIEW)
def show_model_version(workspace: ProjectWorkspace, model: ModelName, which: Which) -> ModelVersionDocument:
    return _version(workspace, model, which)


@routes.patch("/models/{model}/versions/{which}", summary="Change the card and the tags of a version")
@needs(Permission.EDIT)
def describe_model_version(
    caller: TheCaller, workspace: ProjectWorkspace, model: ModelName, which: Which, body: ModelDescription
) -> ModelVersionDocument:
    version = promoting.named(workspace, model, which)
    describing.describe(workspace, version, card=body.card, tags=body.tags)
    caller.record("model.describe", version.project, str(version))
    return _version(workspace, model, str(version.number))


@routes.get("/models/{model}/comparison", summary="Compare two versions, and see what a promotion would say")
@needs(Permission.VIEW)
def compare_model_versions(
    workspace: ProjectWorkspace, model: ModelName, first: WhichOne = "champion", second: WhichOne = "newest"
) -> ModelComparison:
    old, new = promoting.named(workspace, model, first), promoting.named(workspace, model, second)
    return ModelComparison.model_validate(comparing.compare(workspace, old, new))


@routes.post("/models/{model}/promote", summary="Let a version answer, if the checks hold")
@needs(Permission.EDIT)
def promote_model(
    caller: TheCaller, workspace: ProjectWorkspace, model: ModelName, body: PromotionWish
) -> PromotionOutcome:
    """Where the project's rules want a person's word, it waits for that (``promotion.state``)."""
    by = caller.actor.name
    outcome = promoting.promote(workspace, model, body.version, by=by, force=body.force, reason=body.reason)
    return _told(caller, "model.promote", outcome, forced=body.force)


@routes.post("/models/{model}/rollback", summary="Let the previous champion answer again")
@needs(Permission.EDIT)
def roll_back_model(
    caller: TheCaller, workspace: ProjectWorkspace, model: ModelName, body: Because
) -> PromotionOutcome:
    outcome = promoting.roll_back(workspace, model, by=caller.actor.name, reason=body.reason)
    return _told(caller, "model.roll_back", outcome)


@routes.put("/models/{model}/traffic", summary="Give a challenger a share of the requests")
@needs(Permission.EDIT)
def split_model_traffic(
    caller: TheCaller, workspace: ProjectWorkspace, model: ModelName, body: TrafficWish
) -> PromotionOutcome:
    bounds = Bounds(body.most_errors, body.most_milliseconds, body.fewest_requests)
    traffic = Traffic(Mode(body.mode), body.challenger, body.share, bounds)
    outcome = promoting.set_traffic(workspace, model, traffic, by=caller.actor.name, reason=body.reason)
    return _told(caller, "model.traffic", outcome, mode=body.mode, share=body.share)


@routes.get("/promotions", summary="List promotions, refusals and roll backs, newest first")
@needs(Permission.VIEW)
def list_promotions(
    workspace: ProjectWorkspace,
    model: Annotated[str, Query(max_length=100)] = "",
    state: State | None = None,
    limit: paging.Limit = paging.FIRST,
    cursor: paging.Cursor = None,
) -> paging.Page[PromotionDocument]:
    """``state`` `waiting`: those that a person has to decide."""
    found = workspace.learning.models.promotions(
        workspace.project.name, model, state=state, before=paging.number(cursor), limit=limit + 1
    )
    return paging.page(
        found, limit, lambda one: one.id, lambda one: PromotionDocument.model_validate(reports.promotion(one))
    )


@routes.post("/promotions/{promotion}/approve", summary="Agree to a promotion that waits")
@needs(Permission.ADMIN)
def approve_promotion(
    caller: TheCaller, workspace: ProjectWorkspace, promotion: Number, body: Because
) -> PromotionOutcome:
    outcome = promoting.approve(workspace, promotion, by=caller.actor.name, reason=body.reason)
    return _told(caller, "model.approve", outcome)


@routes.post("/promotions/{promotion}/reject", summary="Say no to a promotion that waits")
@needs(Permission.ADMIN)
def reject_promotion(
    caller: TheCaller, workspace: ProjectWorkspace, promotion: Number, body: Because
) -> PromotionOutcome:
    outcome = promoting.reject(workspace, promotion, by=caller.actor.name, reason=body.reason)
    return _told(caller, "model.reject", outcome)


def _version(workspace: Workspace, model: str, which: str) -> ModelVersionDocument:
    version = promoting.named(workspace, model, which)
    endpoint = workspace.learning.models.endpoint(version.project, model)
    return ModelVersionDocument.model_validate(reports.version(version, endpoint))


def _told(caller: Caller, action: str, outcome: Outcome, **data: object) -> PromotionOutcome:
    entry = outcome.promotion
    told = {"before": entry.before, "after": entry.after, "state": entry.state.value}
    caller.record(action, entry.project, entry.model, **told, **data)
    installation = caller.site.installation
    installation.feed.add(entry.project, "models", {"model": entry.model, **told}, now=installation.clock.now())
    caller.tell(Topic.FEED, entry.project)
    return PromotionOutcome.model_validate(reports.outcome(outcome))
