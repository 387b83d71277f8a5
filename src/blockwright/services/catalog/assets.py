"""Finding outputs and data products, their versions, how columns changed and how figures moved over time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from blockwright.core.blocks import BlockId
from blockwright.core.catalog import schemas
from blockwright.core.catalog.lineage import EdgeKind
from blockwright.core.catalog.model import CURRENT, NEWEST, AssetKey, Version, VersionId, together
from blockwright.core.catalog.schemas import SchemaChange, SchemaColumn
from blockwright.core.errors import BlockwrightError, Invalid, NotFound
from blockwright.core.outputs import OutputRecord
from blockwright.core.products import Product
from blockwright.ports.catalog import AssetFilter
from blockwright.ports.tables import TableDiff, Tables
from blockwright.ports.workspace import Workspace
from blockwright.services import outputs, products
from blockwright.services.catalog.lineage import (
    Landscape,
    Sees,
    block_node,
    landscape,
    product_node,
)
from blockwright.services.products import Standing
from blockwright.wire.outputs import Output

MOST_STEPS = 100
"""Of a history: each step reads a manifest."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """``text`` is a part of the name, ``column`` of a column's name; ``tag`` is one of the pipeline's, whole. ``sees``
    says which pipelines may be shown, ``pipelines`` is the same as a list (None: all)."""

    sees: Sees
    text: str = ""
    column: str = ""
    tag: str = ""
    pipelines: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An output with its newest version, or a data product (``product``) with how it stands; None there, when that
    cannot be told (``problem``). ``readers`` are blocks and products that take something from it; ``promise`` is the
    standing of the data product that an output is a part of. ``defined``: its pipeline's file has the block."""

    asset: AssetKey | None
    product: Product | None
    newest: Version | None = None
    promise: Standing | None = None
    problem: str = ""
    tags: tuple[str, ...] = ()
    readers: int = 0
    defined: bool = True

    @property
    def place(self) -> str:
        """What stands in a cursor."""
        if self.asset is not None:
            return json.dumps([self.asset.pipeline, self.asset.block, self.asset.name])
        assert self.product is not None
        return json.dumps([self.product.uuid])


def entries(workspace: Workspace, wanted: Wanted, *, after: str | None = None, limit: int) -> list[Entry]:
    """Outputs by name, then data products; those behind ``after`` (a place), at most ``limit``."""
    land = landscape(workspace, wanted.sees)
    place = _place(after)
    found: list[Entry] = []
    if isinstance(place, AssetKey | None):
        visible = _tagged(land, wanted) if wanted.tag else wanted.pipelines
        which = AssetFilter(workspace.project.name, wanted.text, wanted.column, visible, place)
        newest = workspace.oversight.catalog.assets(which, limit=limit)
        found = [_output_entry(workspace, land, version.asset, version) for version in newest]
    if len(found) < limit and not wanted.column:
        behind = place if isinstance(place, str) else ""
        found += [
            _product_entry(workspace, land, product)
            for uuid, product in sorted(land.products.items())
            if uuid > behind and _fits(land, product, wanted)
        ][: limit - len(found)]
    return found


def entry(workspace: Workspace, sees: Sees, asset: AssetKey) -> Entry:
    """Raises NotFound (code ``asset_not_found``)."""
    newest = workspace.oversight.catalog.newest(workspace.project.name, asset)
    if newest is None or not sees(asset.pipeline):
        raise _no_asset(workspace, sees, str(asset))
    return _output_entry(workspace, landscape(workspace, sees), asset, newest)


def product_entry(workspace: Workspace, sees: Sees, uuid: str) -> Entry:
    """Raises NotFound (code ``product_not_found``)."""
    land = landscape(workspace, sees)
    if uuid not in land.products:
        products.named(workspace, uuid)  # which says what is near
        raise NotFound(f"There is no data product `{uuid}`.", code="product_not_found")
    return _product_entry(workspace, land, land.products[uuid])


def named(workspace: Workspace, text: str) -> AssetKey:
    """The asset that ``pipeline/block`` (its first output) or ``pipeline/block/output`` means; raises NotFound (code
    ``asset_not_found``). A block's name may have a `/` itself."""
    store, project = workspace.oversight.catalog, workspace.project.name
    pipeline, _, rest = text.partition("/")
    names = store.names(project, pipeline, BlockId(rest)) if rest else ()
    if names:
        return AssetKey(pipeline, BlockId(rest), names[0])
    block, _, name = rest.rpartition("/")
    if block and name in store.names(project, pipeline, BlockId(block)):
        return AssetKey(pipeline, BlockId(block), name)
    raise _no_asset(workspace, lambda _: True, text)


def asset_of(workspace: Workspace, pipeline: str, block: str, name: str | None) -> AssetKey:
    """As ``named``, from its parts; without a name the first output."""
    names = workspace.oversight.catalog.names(workspace.project.name, pipeline, BlockId(block))
    if name is None and names:
        return AssetKey(pipeline, BlockId(block), names[0])
    if name is not None and name in names:
        return AssetKey(pipeline, BlockId(block), name)
    hint = f"It has: {', '.join(names)}." if names else "It is listed once a run has made it."
    what = f"{pipeline}/{block}" if name is None else f"{pipeline}/{block}/{name}"
    raise NotFound(f"There is no output `{what}`.", hint=hint, code="asset_not_found")


def version_of(workspace: Workspace, asset: AssetKey, text: str) -> Version:
    """The version that ``text`` means: its number, an alias, ``run:5``, ``newest``, or ``current`` (what readers of the
    latest result get). Raises NotFound (code ``version_not_found``)."""
    store, project = workspace.oversight.catalog, workspace.project.name
    found: Version | None = None
    if text == CURRENT:
        found = current(workspace, asset)
    elif text == NEWEST:
        found = store.newest(project, asset)
    elif text.isdecimal():
        one = store.version(project, VersionId(int(text)))
        found = one if one.asset == asset else None
    elif text.startswith("run:"):
        found = next((one for one in store.versions(project, asset, limit=1_000) if str(one.run) == text[4:]), None)
    else:
        found = store.aliased(project, asset, text)
    if found is None:
        raise NotFound(
            f"`{asset}` has no version `{text}`.",
            hint="Name one by its number, an alias, `run:5`, `newest` or `current`; "
            f"`blockwright catalog versions {asset}` lists them.",
            code="version_not_found",
        )
    return found


def current(workspace: Workspace, asset: AssetKey) -> Version | None:
    """What readers of the latest result get."""
    store, project = workspace.oversight.catalog, workspace.project.name
    restored = store.restored(project, asset.pipeline, asset.block)
    if restored is not None and _still_there(workspace, restored):
        of_this = store.versions(project, asset, limit=1_000)
        same = [one for one in of_this if (one.run, one.round) == (restored.run, restored.round)]
        if same:
            return same[0]
    return store.newest(project, asset)


def schema_change(
    workspace: Workspace, version: Version
) -> tuple[Sequence[SchemaColumn], SchemaChange, Version | None]:
    """The version's columns, how they differ from those of the version before it, and that one."""
    store = workspace.oversight.catalog
    columns = store.schema(version.project, version.schema)
    before = next(
        iter(store.versions(version.project, version.asset, before=(version.made, version.id), limit=1)), None
    )
    if before is None or before.schema == version.schema:
        return columns, SchemaChange(), before
    return columns, schemas.change(store.schema(version.project, before.schema), columns), before


@dataclass(frozen=True, slots=True)
class Step:
    """One version of a history; ``profile`` are statistics of its columns over its first rows, if they are still
    there."""

    version: Version
    change: SchemaChange
    profile: Sequence[Mapping[str, Any]] = ()


def history(workspace: Workspace, asset: AssetKey, *, steps: int, column: str | None = None) -> list[Step]:
    """The newest versions, oldest first: their sizes, how columns changed, and each column's statistics. Raises
    NotFound (code ``column_not_found``) for a column that none of them has."""
    store = workspace.oversight.catalog
    versions = store.versions(workspace.project.name, asset, limit=min(steps, MOST_STEPS) + 1)
    known = {digest: store.schema(workspace.project.name, digest) for digest in {one.schema for one in versions}}
    if column is not None and not any(one.name == column for columns in known.values() for one in columns):
        hint = f"`blockwright catalog show {asset}` lists its columns."
        raise NotFound(f"`{asset}` has no column `{column}`.", hint=hint, code="column_not_found")
    found = []
    for place, version in enumerate(versions[: min(steps, MOST_STEPS)]):
        change = SchemaChange()
        if place + 1 < len(versions):
            change = schemas.change(known[versions[place + 1].schema], known[version.schema])
        found.append(Step(version, change, _profile(workspace, version, column)))
    return found[::-1]


def output(workspace: Workspace, version: Version) -> Output:
    """The version as the readers of stored values want it, with its preview if that is still there."""
    if version.parts is not None:
        raise Invalid(
            f"Version {version.id} of `{version.asset}` is made of the outputs of {version.parts} children.",
            hint=f"`blockwright show {version.run}` lists them; look at one by `blockwright output`.",
            code="block_is_dynamic",
        )
    place = workspace.oversight.catalog.place(version)
    if place is None or version.record.in_memory or not workspace.artifacts.has(version.record.digest):
        raise _gone(version)
    return outputs.full(workspace, workspace.runs.block_run(place.run, place.block_run), version.record)


def records(workspace: Workspace, version: Version) -> tuple[OutputRecord, ...]:
    """What the version's value is read from: one output, or that of each child of a dynamic block. Raises NotFound
    (code ``version_gone``)."""
    if version.parts is None:
        found: tuple[OutputRecord, ...] = (version.record,)
    else:
        asset, project = version.asset, workspace.project.name
        children = workspace.runs.latest_result(project, asset.pipeline, asset.block, run=version.run)
        found = tuple(one for child in children for one in child.block_run.outputs if one.name == asset.name)
        if not found or together(found).digest != version.record.digest:
            raise _gone(version)
    if any(one.in_memory for one in found) or not workspace.artifacts.hold(one.digest for one in found):
        raise _gone(version)
    return found


def _gone(version: Version) -> NotFound:
    return NotFound(
        f"The bytes of version {version.id} of `{version.asset}` are gone.",
        hint="Pin a version, or give it an alias, to keep it.",
        code="version_gone",
    )


def compare(
    workspace: Workspace, tables: Tables, before: Version, after: Version, key: Sequence[str] | None
) -> TableDiff:
    """Rows added, removed and changed from one version to another, and column statistics."""
    return outputs.diff_tables(tables, output(workspace, before), output(workspace, after), key)


def use(asset: AssetKey) -> str:
    """The line of block code that gives the value."""
    return f"get_variable({asset.pipeline!r}, {asset.block!r}, {asset.name!r})"


def _profile(workspace: Workspace, version: Version, column: str | None) -> Sequence[Mapping[str, Any]]:
    if version.manifest is None or version.parts is not None or not version.schema:
        return ()
    try:
        manifest = workspace.artifacts.manifest(version.manifest)
    except BlockwrightError:
        return ()  # retention took it with its run: sizes and columns are what is left
    for each in manifest.outputs:
        if each.name == version.asset.name and isinstance(each.profile, dict):
            columns = each.profile.get("columns") or ()
            return [one for one in columns if column is None or one.get("name") == column]
    return ()


def _output_entry(workspace: Workspace, land: Landscape, asset: AssetKey, newest: Version) -> Entry:
    spec = land.pipelines.get(asset.pipeline)
    node = block_node(asset.pipeline, asset.block)
    part_of = [edge.target.name for edge in land.outgoing.get(node, ()) if edge.kind is EdgeKind.MAKES]
    promise = _standing(workspace, land.products[part_of[0]])[0] if part_of else None
    return Entry(
        asset,
        None,
        newest,
        promise,
        tags=spec.tags if spec is not None else (),
        readers=land.readers(node),
        defined=spec is not None and asset.block in spec.by_uuid,
    )


def _product_entry(workspace: Workspace, land: Landscape, product: Product) -> Entry:
    standing, problem = _standing(workspace, product)
    spec = None if product.project else land.pipelines.get(product.pipeline)
    return Entry(
        None,
        product,
        promise=standing,
        problem=problem,
        tags=spec.tags if spec is not None else (),
        readers=land.readers(product_node(product.uuid)),
        defined=spec is not None or bool(product.project),
    )


def _standing(workspace: Workspace, product: Product) -> tuple[Standing | None, str]:
    """How it stands, or what is wrong with it: it is listed in any case."""
    try:
        return products.standing(workspace, products.named(workspace, product.uuid)), ""
    except BlockwrightError as error:
        return None, str(error)


def _tagged(land: Landscape, wanted: Wanted) -> list[str]:
    return [name for name, spec in land.pipelines.items() if wanted.tag in spec.tags]


def _fits(land: Landscape, product: Product, wanted: Wanted) -> bool:
    spec = None if product.project else land.pipelines.get(product.pipeline)
    if wanted.tag and (spec is None or wanted.tag not in spec.tags):
        return False
    return wanted.text.lower() in product.uuid.lower()


def _still_there(workspace: Workspace, version: Version) -> bool:
    return workspace.oversight.catalog.place(version) is not None


def _place(after: str | None) -> AssetKey | str | None:
    """Behind an output, behind a data product, or at the beginning."""
    if after is None:
        return None
    try:
        match json.loads(after):
            case [str(pipeline), str(block), str(name)]:
                return AssetKey(pipeline, BlockId(block), name)
            case [str(uuid)]:
                return uuid
    except ValueError:
        pass
    raise Invalid("This cursor is none of this list.", hint="Begin anew without a cursor.", code="cursor")


def _no_asset(workspace: Workspace, sees: Sees, text: str) -> NotFound:
    project = workspace.project.name
    known = [str(one.asset) for one in workspace.oversight.catalog.assets(AssetFilter(project), limit=1_000)]
    visible = [name for name in known if sees(name.partition("/")[0])]
    near = get_close_matches(text, visible, n=1)
    hint = f"Did you mean `{near[0]}`?" if near else "`blockwright catalog` lists them; a run must have made it."
    return NotFound(f"There is no output `{text}`.", hint=hint, code="asset_not_found")
