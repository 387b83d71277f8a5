"""The catalogue: outputs and data products by name, column and tag; versions and what people keep of them; lineage."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Path, Query

from blockwright.core.access import Permission
from blockwright.core.catalog.lineage import Node, NodeKind
from blockwright.core.catalog.model import Version, VersionId
from blockwright.core.errors import Invalid, NotFound
from blockwright.ports.bus import Topic
from blockwright.ports.workspace import Workspace
from blockwright.services.catalog import assets, keeping, lineage, reports
from blockwright.services.catalog.lineage import Sees
from blockwright.web import paging, problems
from blockwright.web.catalog_documents import (
    AliasMoved,
    AssetDetail,
    AssetDocument,
    DescribedVersion,
    HistoryStep,
    Lineage,
    VersionDiff,
    VersionDocument,
)
from blockwright.web.routing import Routes, needs
from blockwright.web.runs import visible_pipelines
from blockwright.web.site import Caller, ProjectTables, ProjectWorkspace, TheCaller, require_within

routes = Routes(
    prefix="/api/v1/projects/{project}", tags=["catalog"], responses=problems.responses(401, 403, 404, 409, 422, 503)
)

MOST_NODES = 2_000

BlockPath = Annotated[str, Path(max_length=1_000)]
OutputName = Annotated[str | None, Query(max_length=400, description="Which of the block's outputs; else the first.")]
Word = Annotated[str, Query(max_length=200)]
Steps = Annotated[int, Query(ge=0, le=50)]


def version_of(caller: TheCaller, workspace: ProjectWorkspace, version: Annotated[int, paging.AnyNumber]) -> Version:
    """The path's version, of a pipeline that the caller may see."""
    return _version(caller, workspace, version, Permission.VIEW)


def editable_version_of(
    caller: TheCaller, workspace: ProjectWorkspace, version: Annotated[int, paging.AnyNumber]
) -> Version:
    return _version(caller, workspace, version, Permission.EDIT)


PathVersion = Annotated[Version, Depends(version_of)]
EditableVersion = Annotated[Version, Depends(editable_version_of)]


@routes.get("/catalog", summary="List outputs and data products")
@needs(Permission.VIEW, within=True)
def list_assets(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    search: Word = "",
    column: Word = "",
    tag: Word = "",
    limit: paging.Limit = paging.FIRST,
    cursor: paging.Cursor = None,
) -> paging.Page[AssetDocument]:
    """Outputs by name, then data products. ``search`` is a part of the name, ``column`` of a column's name, ``tag`` a
    tag of the pipeline."""
    project = workspace.project.name
    whole = caller.actor.may(Permission.VIEW, project)
    visible = None if whole else visible_pipelines(caller.actor, project, None)
    wanted = assets.Wanted(_sees(caller, workspace), search, column, tag, visible)
    found = assets.entries(workspace, wanted, after=paging.name(cursor), limit=limit + 1)
    return paging.page(
        found, limit, lambda one: one.place, lambda one: AssetDocument.model_validate(reports.entry(one))
    )


@routes.get("/catalog/lineage", summary="Where values come from and go to")
@needs(Permission.VIEW, within=True)
def show_lineage(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    pipeline: Word = "",
    block: Annotated[str, Query(max_length=1_000)] = "",
    product: Word = "",
    up: Steps = 3,
    down: Steps = 3,
    most: Annotated[int, Query(ge=1, le=MOST_NODES, description="Nodes at most.")] = 500,
) -> Lineage:
    """Around a block (``pipeline`` and ``block``), a data product, or a pipeline as something that is started; of the
    whole project when nothing is named."""
    land = lineage.landscape(workspace, _sees(caller, workspace))
    start = _node(pipeline, block, product)
    if start is None:
        view = lineage.whole(land, most=most)
    else:
        view = lineage.lineage(land, start, up=up, down=down, most=most)
    return Lineage.model_validate(reports.lineage(workspace, land, view))


@routes.get("/catalog/outputs/{pipeline}/{block:path}", summary="Show an output with its newest version")
@needs(Permission.VIEW)
def show_asset(
    caller: TheCaller, workspace: ProjectWorkspace, pipeline: str, block: BlockPath, name: OutputName = None
) -> AssetDetail:
    sees = _sees(caller, workspace)
    asset = assets.asset_of(workspace, pipeline, block, name)
    found = assets.entry(workspace, sees, asset)
    assert found.newest is not None
    current = assets.current(workspace, asset)
    return AssetDetail.model_validate(
        {
            **reports.entry(found),
            "names": workspace.oversight.catalog.names(workspace.project.name, pipeline, asset.block),
            "use": assets.use(asset),
            "newest": _renamed(reports.version_with_schema(workspace, found.newest, sees)),
            "current": current.id if current else None,
        }
    )


@routes.get("/catalog/versions/{pipeline}/{block:path}", summary="List the versions of an output, newest first")
@needs(Permission.VIEW)
def list_asset_versions(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    pipeline: str,
    block: BlockPath,
    name: OutputName = None,
    limit: paging.Limit = paging.FIRST,
    cursor: paging.Cursor = None,
) -> paging.Page[VersionDocument]:
    sees = _sees(caller, workspace)
    asset = assets.asset_of(workspace, pipeline, block, name)
    before = _moment(paging.name(cursor))
    found = workspace.oversight.catalog.versions(workspace.project.name, asset, before=before, limit=limit + 1)
    return paging.page(
        found,
        limit,
        lambda one: f"{one.made.isoformat()} {one.id}",
        lambda one: VersionDocument.model_validate(_renamed(reports.version(workspace, one, sees))),
    )


@routes.get("/catalog/history/{pipeline}/{block:path}", summary="Sizes, columns and statistics of an output over time")
@needs(Permission.VIEW)
def show_history(
    workspace: ProjectWorkspace,
    pipeline: str,
    block: BlockPath,
    name: OutputName = None,
    column: Annotated[str | None, Query(max_length=1_000, description="Statistics of this column alone.")] = None,
    limit: Annotated[int, Query(ge=1, le=assets.MOST_STEPS)] = 30,
) -> list[HistoryStep]:
    """The newest versions, oldest first. Statistics are over the first rows, as they were when the version was made."""
    asset = assets.asset_of(workspace, pipeline, block, name)
    steps = assets.history(workspace, asset, steps=limit, column=column)
    return [HistoryStep.model_validate(_renamed(reports.step(one))) for one in steps]


@routes.get("/output-versions/{version}", summary="Show a version with its columns and how they changed")
@needs(Permission.VIEW, within=True)
def show_asset_version(caller: TheCaller, workspace: ProjectWorkspace, version: PathVersion) -> DescribedVersion:
    return _described(caller, workspace, version)


@routes.get(
    "/output-versions/{version}/diff/{other}", summary="Rows and columns that differ between two versions of tables"
)
@needs(Permission.VIEW, within=True)
def diff_asset_versions(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    tables: ProjectTables,
    version: PathVersion,
    other: Annotated[int, paging.AnyNumber],
    key: Annotated[list[str] | None, Query(max_length=20, description="Columns to match rows by.")] = None,
) -> VersionDiff:
    """From ``version`` to ``other``."""
    after = _version(caller, workspace, other, Permission.VIEW)
    found = assets.compare(workspace, tables, version, after, key)
    return VersionDiff.model_validate({"before": version.id, "after": after.id, **asdict(found)})


@routes.put("/output-versions/{version}/pin", summary="Keep a version for ever")
@needs(Permission.EDIT, within=True)
def pin_version(caller: TheCaller, workspace: ProjectWorkspace, version: EditableVersion) -> DescribedVersion:
    return _changed(caller, workspace, "pin", keeping.pin(workspace, version, pinned=True))


@routes.delete("/output-versions/{version}/pin", summary="Keep a version as long as the policy says")
@needs(Permission.EDIT, within=True)
def unpin_version(caller: TheCaller, workspace: ProjectWorkspace, version: EditableVersion) -> DescribedVersion:
    return _changed(caller, workspace, "unpin", keeping.pin(workspace, version, pinned=False))


AliasPath = Annotated[str, Path(max_length=200)]


@routes.put("/output-versions/{version}/aliases/{alias}", summary="Give a version an alias, whichever had it before")
@needs(Permission.EDIT, within=True)
def set_alias(caller: TheCaller, workspace: ProjectWorkspace, version: EditableVersion, alias: AliasPath) -> AliasMoved:
    before = keeping.call(workspace, version, alias)
    _changed(caller, workspace, "alias", version, alias=alias, before=before)
    return AliasMoved(alias=alias, version=version.id, before=before)


@routes.delete("/output-versions/{version}/aliases/{alias}", summary="Take an alias away", status_code=204)
@needs(Permission.EDIT, within=True)
def remove_alias(caller: TheCaller, workspace: ProjectWorkspace, version: EditableVersion, alias: AliasPath) -> None:
    if alias not in version.aliases:
        raise NotFound(f"Version {version.id} is not called `{alias}`.", code="alias_not_found")
    keeping.uncall(workspace, version.asset, alias)
    _changed(caller, workspace, "alias_removed", version, alias=alias)


@routes.put("/output-versions/{version}/restore", summary="Let a version stand in for its block's latest result")
@needs(Permission.EDIT, within=True)
def restore_asset_version(caller: TheCaller, workspace: ProjectWorkspace, version: EditableVersion) -> DescribedVersion:
    """For runs of some blocks, ``get_variable``, scratchpads and block tests; whole runs go on as ever."""
    return _changed(caller, workspace, "restore", keeping.restore(workspace, version))


@routes.delete("/output-versions/{version}/restore", summary="Let the newest result be the latest again")
@needs(Permission.EDIT, within=True)
def unrestore_asset_version(
    caller: TheCaller, workspace: ProjectWorkspace, version: EditableVersion
) -> DescribedVersion:
    keeping.unrestore(workspace, version.asset)
    anew = workspace.oversight.catalog.version(version.project, version.id)
    return _changed(caller, workspace, "unrestore", anew)


def _sees(caller: Caller, workspace: Workspace) -> Sees:
    project = workspace.project.name
    return lambda pipeline: caller.actor.may(Permission.VIEW, project, pipeline)


def _version(caller: Caller, workspace: Workspace, version: int, permission: Permission) -> Version:
    missing = NotFound(f"There is no version {version}.", code="version_not_found")
    try:
        found = workspace.oversight.catalog.version(workspace.project.name, VersionId(version))
    except NotFound:
        raise missing from None  # in the very words of one that is hidden
    pipeline = found.asset.pipeline
    require_within(caller, permission, workspace.project.name, pipeline, missing=missing, things="versions")
    return found


def _described(caller: Caller, workspace: Workspace, version: Version) -> DescribedVersion:
    report = reports.version_with_schema(workspace, version, _sees(caller, workspace))
    return DescribedVersion.model_validate(_renamed(report))


def _changed(caller: Caller, workspace: Workspace, what: str, version: Version, **data: Any) -> DescribedVersion:
    """Audit it, and have those who look know."""
    project, asset = version.project, version.asset
    caller.record(f"catalog.{what}", project, str(asset), version=version.id, **data)
    installation = caller.site.installation
    told = {"pipeline": asset.pipeline, "outputs": [str(asset)], "count": 1, "change": what, "version": version.id}
    installation.feed.add(project, "catalog", told, now=installation.clock.now())
    caller.tell(Topic.FEED, project)
    return _described(caller, workspace, version)


def _renamed(report: dict[str, Any]) -> dict[str, Any]:
    """`schema` is a word of its own in the classes of documents."""
    return {("schema_digest" if name == "schema" else name): value for name, value in report.items()}


def _node(pipeline: str, block: str, product: str) -> Node | None:
    if product and (pipeline or block):
        raise Invalid("Name a data product, or a pipeline's block, not both.", code="lineage")
    if product:
        return lineage.product_node(product)
    if block and not pipeline:
        raise Invalid("Name the pipeline of the block.", code="lineage")
    if block:
        return lineage.block_node(pipeline, block)
    return Node(NodeKind.PIPELINE, pipeline) if pipeline else None


def _moment(place: str | None) -> tuple[datetime, VersionId] | None:
    if place is None:
        return None
    made, _, number = place.partition(" ")
    try:
        moment = datetime.fromisoformat(made)
        if moment.tzinfo is None or not 0 <= int(number) <= paging.LARGEST_NUMBER:
            raise ValueError
        return moment, VersionId(int(number))
    except ValueError:
        raise Invalid("This cursor is none of this list.", hint="Begin anew without a cursor.", code="cursor") from None
