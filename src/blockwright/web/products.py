"""Data products: whether they are fresh, and computing one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel

from blockwright.core.access import Permission
from blockwright.core.errors import BlockwrightError, Forbidden, NotFound
from blockwright.core.products import Product
from blockwright.core.runs.model import Queue
from blockwright.ports.workspace import Workspace
from blockwright.services import products, shared_products
from blockwright.web import paging, problems
from blockwright.web.creations import IdempotencyKey, created
from blockwright.web.routing import Routes, needs
from blockwright.web.runs import queued
from blockwright.web.site import Caller, ProjectWorkspace, TheCaller

routes = Routes(prefix="/api/v1", tags=["products"], responses=problems.responses(401, 403, 404, 409, 422, 503))

PROJECT = "/projects/{project}"
ProductName = Annotated[str, Path(max_length=200)]


class ProductDocument(BaseModel):
    """``run`` made the latest value, ``computing`` computes the next one. ``why`` says why it is fresh or not, or what
    is wrong with its entry."""

    uuid: str
    pipeline: str
    project: str = ""
    outdated_after: dict[str, int] = {}
    outdated_starting_at: dict[str, int] = {}
    settings: dict[str, Any] = {}
    fresh: bool
    why: str
    outdated_at: datetime | None = None
    run: int | None = None
    computed: datetime | None = None
    computing: int | None = None


class ProductRun(BaseModel):
    product: str
    run: int
    pipeline: str
    state: str


@routes.get(PROJECT + "/products", summary="List data products")
@needs(Permission.VIEW, within=True)
def list_products(
    caller: TheCaller, workspace: ProjectWorkspace, limit: paging.Limit = paging.FIRST, cursor: paging.Cursor = None
) -> paging.Page[ProductDocument]:
    known = workspace.files.products()
    visible = sorted(uuid for uuid, product in known.items() if sees_product(caller, workspace, product))
    return paging.page_of_names(visible, limit, cursor, lambda uuid: _document(caller, workspace, known[uuid]))


@routes.get(PROJECT + "/products/{product}", summary="Show a data product")
@needs(Permission.VIEW, within=True)
def show_product(caller: TheCaller, workspace: ProjectWorkspace, product: ProductName) -> ProductDocument:
    return _document(caller, workspace, _named(caller, workspace, product, Permission.VIEW))


@routes.post(PROJECT + "/products/{product}/refresh", summary="Compute a data product anew", status_code=201)
@needs(Permission.RUN, within=True)
def refresh_product(
    caller: TheCaller, workspace: ProjectWorkspace, product: ProductName, key: IdempotencyKey = None
) -> ProductRun:
    """The run that computes it already, if there is one."""

    def start() -> ProductRun:
        wanted = _named(caller, workspace, product, Permission.RUN)
        run = products.compute(workspace, wanted, queue=Queue.ENGINE, by=caller.actor.name)
        caller.record("product.refresh", run.project, f"{run.pipeline}/{product}", run=run.id)
        queued(caller, run)
        return ProductRun(product=product, run=run.id, pipeline=run.pipeline, state=run.state.value)

    return created(caller, workspace, key, {"refresh_product": product}, start)


def _named(caller: Caller, workspace: Workspace, uuid: str, permission: Permission) -> Product:
    """The product; one whose pipeline the caller may not see does not exist."""
    known = workspace.files.products()
    if uuid in known and not sees_product(caller, workspace, known[uuid]):
        raise NotFound(f"There is no data product `{uuid}`.", code="product_not_found")
    found = products.named(workspace, uuid)
    if uuid not in known and not sees_product(caller, workspace, found):
        raise NotFound(f"There is no data product `{uuid}`.", code="product_not_found")
    if permission is not Permission.VIEW and not _may(caller, workspace, found, permission):
        whose = f" of project `{found.project}`" if found.project else ""
        raise Forbidden(f"You may not run pipeline `{found.pipeline}`{whose}.", hint="Ask an admin of the project.")
    return found


def sees_product(caller: Caller, workspace: Workspace, product: Product) -> bool:
    """What another project makes is seen by whoever may see all of this one, whose blocks show its value."""
    if shared_products.foreign(workspace, product):
        return caller.actor.may(Permission.VIEW, workspace.project.name)
    return caller.actor.may(Permission.VIEW, workspace.project.name, product.pipeline)


def _may(caller: Caller, workspace: Workspace, product: Product, permission: Permission) -> bool:
    """Judged where its pipeline is."""
    return caller.actor.may(permission, product.project or workspace.project.name, product.pipeline)


def _document(caller: Caller, workspace: Workspace, product: Product) -> ProductDocument:
    """The numbers of runs only for who may see them where they are."""
    try:
        found = products.standing(workspace, products.named(workspace, product.uuid))
        if not _may(caller, workspace, found.product, Permission.VIEW):
            found = replace(found, latest=None, computing=None)
    except BlockwrightError as error:  # it is listed in any case, with what is wrong
        return ProductDocument(uuid=product.uuid, pipeline=product.pipeline, fresh=False, why=str(error))
    return ProductDocument.model_validate(products.report(found))
