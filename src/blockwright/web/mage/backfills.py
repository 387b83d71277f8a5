"""Backfills and data products as old callers know them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Query

from blockwright.core.access import Permission
from blockwright.core.backfills.model import Backfill, BackfillState
from blockwright.core.backfills.states import Wish
from blockwright.core.errors import BlockwrightError, Forbidden, Invalid, NotFound
from blockwright.core.products import Product
from blockwright.ports.backfills import BackfillFilter
from blockwright.ports.workspace import Workspace
from blockwright.services.backfills import asking
from blockwright.web import paging
from blockwright.web.backfills import changed
from blockwright.web.mage.errors import OldBody, OldRoute, part
from blockwright.web.mage.lists import Document, Limit, Offset, require_pipeline, workspaces
from blockwright.web.mage.words import date_text
from blockwright.web.products import sees_product
from blockwright.web.routing import Routes, signed_in
from blockwright.web.runs import decoded
from blockwright.web.site import Caller, TheCaller
from blockwright.wire import values

routes = Routes(prefix="/api", tags=["mage"], route_class=OldRoute)

Number = Annotated[int, paging.AnyNumber]
WORDS = {
    BackfillState.QUEUED: "initial",
    BackfillState.RUNNING: "running",
    BackfillState.PAUSED: None,  # one that was made and not started has no word
    BackfillState.CANCELLING: "running",
    BackfillState.COMPLETED: "completed",
    BackfillState.FAILED: "failed",
    BackfillState.CANCELLED: "cancelled",
}


@routes.get("/backfills", summary="Backfills, newest first (as Mage's)")
@signed_in
def mage_backfills(
    caller: TheCaller,
    pipeline_uuid: Annotated[str | None, Query(max_length=200)] = None,
    limit: Limit = 40,
    offset: Offset = 0,
) -> Document:
    return _listed(caller, list(workspaces(caller)), pipeline_uuid, limit, offset)


@routes.get("/pipelines/{uuid}/backfills", summary="The backfills of a pipeline (as Mage's)")
@signed_in
def mage_pipeline_backfills(caller: TheCaller, uuid: str, limit: Limit = 40, offset: Offset = 0) -> Document:
    return _listed(caller, [require_pipeline(caller, uuid)], uuid, limit, offset)


@routes.post("/pipelines/{uuid}/backfills", summary="Make a backfill, which does not start yet (as Mage's)")
@signed_in
def mage_new_backfill(caller: TheCaller, uuid: str, body: OldBody) -> Document:
    workspace = require_pipeline(caller, uuid)
    if not caller.actor.may(Permission.RUN, workspace.project.name, uuid):
        raise Forbidden(f"You may not run pipeline `{uuid}`.", hint="Ask an admin of the project.")
    asked = part(body, "backfill")
    units = asked.get("interval_units") or 1
    if not isinstance(units, int) or isinstance(units, bool):
        raise Invalid("`interval_units` must be a whole number.")
    wanted = asking.Asked(
        uuid,
        start=str(asked.get("start_datetime") or ""),
        end=str(asked.get("end_datetime") or ""),
        every=str(asked.get("interval_type") or "day"),
        units=units,
        variables=decoded(part(asked, "variables")),
        name=str(asked.get("name") or ""),
        paused=True,
    )
    made = asking.create(workspace, wanted, by=caller.actor.name)
    changed(caller, "backfill.create", made)
    return {"backfill": _document(made), "metadata": None}


@routes.get("/backfills/{number}", summary="One backfill (as Mage's)")
@signed_in
def mage_backfill(caller: TheCaller, number: Number) -> Document:
    return {"backfill": _document(_required(caller, number, Permission.VIEW)[1]), "metadata": None}


@routes.put("/backfills/{number}", summary="Start or stop a backfill (as Mage's)")
@signed_in
def mage_change_backfill(caller: TheCaller, number: Number, body: OldBody) -> Document:
    workspace, backfill = _required(caller, number, Permission.RUN)
    status = part(body, "backfill").get("status")
    match status:
        case "initial":
            wish = Wish.RETRY if backfill.state.final else Wish.RESUME
        case "cancelled":
            wish = Wish.CANCEL
        case _:
            raise Invalid("`status` can be set to `initial` (start) and `cancelled`.", code="backfill")
    done = asking.wish(workspace, backfill, wish)
    changed(caller, f"backfill.{wish.value}", done)
    return {"backfill": _document(done), "metadata": None}


@routes.get("/global_data_products", summary="Data products (as Mage's)")
@signed_in
def mage_products(caller: TheCaller) -> Document:
    found = [
        _product(workspace, product)
        for workspace in workspaces(caller)
        for product in workspace.files.products().values()
        if sees_product(caller, workspace, product)
    ]
    return {"global_data_products": found, "metadata": {"count": len(found), "next": False}}


@routes.get("/global_data_products/{uuid}", summary="One data product (as Mage's)")
@signed_in
def mage_product(caller: TheCaller, uuid: str) -> Document:
    for workspace in workspaces(caller):
        product = workspace.files.products().get(uuid)
        if product and sees_product(caller, workspace, product):
            return {"global_data_product": _product(workspace, product), "metadata": None}
    raise NotFound(f"There is no data product `{uuid}`.", code="product_not_found")


def _listed(caller: Caller, of: list[Workspace], pipeline: str | None, limit: int, offset: int) -> Document:
    found: list[Backfill] = []
    for workspace in of:
        which = BackfillFilter(workspace.project.name, pipeline)
        listed = workspace.triggering.backfills.list(which, limit=offset + limit + 1)
        found += [one for one in listed if caller.actor.may(Permission.VIEW, one.project, one.pipeline)]
    found.sort(key=lambda one: -one.id)
    shown = [_document(one) for one in found[offset : offset + limit]]
    return {"backfills": shown, "metadata": {"count": len(found), "next": len(found) > offset + limit}}


def _required(caller: Caller, number: int, permission: Permission) -> tuple[Workspace, Backfill]:
    for workspace in workspaces(caller):
        try:
            found = asking.find(workspace, number)
        except BlockwrightError as error:
            if not isinstance(error, NotFound):
                raise
            continue
        if caller.actor.may(permission, found.project, found.pipeline):
            return workspace, found
    raise NotFound(
        f"There is no backfill {number}.", hint="`GET /api/backfills` lists them.", code="backfill_not_found"
    )


def _document(backfill: Backfill) -> dict[str, Any]:
    dates = backfill.definition.dates
    ended = date_text(backfill.finished)
    return {
        "id": backfill.id,
        "name": backfill.name,
        "block_uuid": None,
        "pipeline_uuid": backfill.pipeline,
        "pipeline_schedule_id": None,
        "interval_type": None if dates is None else dates.interval.value,
        "interval_units": None if dates is None else dates.units,
        "start_datetime": _date(None if dates is None else dates.start),
        "end_datetime": _date(None if dates is None else dates.end),
        "status": WORDS[backfill.state],
        "variables": values.encode(dict(backfill.definition.variables)),
        "settings": {},
        "created_at": date_text(backfill.created),
        "started_at": date_text(backfill.started),
        "completed_at": ended if backfill.state is BackfillState.COMPLETED else None,
        "failed_at": ended if backfill.state is BackfillState.FAILED else None,
        "metrics": None,
    }


def _date(moment: datetime | None) -> str | None:
    return date_text(None if moment is None else moment.astimezone(UTC))


def _product(workspace: Workspace, product: Product) -> dict[str, Any]:
    return {
        "uuid": product.uuid,
        "object_type": "pipeline",
        "object_uuid": product.pipeline,
        "outdated_after": dict(product.outdated_after),
        "outdated_starting_at": dict(product.outdated_starting_at),
        "project": product.project or None,
        "repo_path": workspace.project.root,
        "settings": {block: {"partitions": count} for block, count in product.settings.items()},
    }
