"""Commands about the catalogue: find outputs and data products, their versions, and keep what matters."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, App, emit, json_option, pass_app, project_option

if TYPE_CHECKING:
    from blockwright.core.catalog.lineage import Node
    from blockwright.core.catalog.model import AssetKey, Version
    from blockwright.ports.workspace import Workspace
    from blockwright.services.catalog.lineage import Landscape


class SearchFirst(click.Group):
    """A group whose first argument may be something to search for instead of a command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group("catalog", cls=SearchFirst)
def catalog_command() -> None:
    """Find what blocks gave: outputs and data products, their versions, columns and lineage.

    `blockwright catalog SEARCH` is short for `blockwright catalog list SEARCH`. ASSET is `pipeline/block` (its first
    output) or `pipeline/block/output`; VERSION is a number, an alias, `run:5`, `newest`, or `current`: what readers of
    the latest result get.
    """


asset_argument = click.argument("asset")


def _everything(_: str) -> bool:
    """Whoever sits at the project's files may see all of its pipelines."""
    return True


@catalog_command.command("list")
@click.argument("search", required=False, default="")
@click.option("--column", default="", metavar="NAME", help="Only outputs with a column of this name, or part of it.")
@click.option("--tag", default="", metavar="TAG", help="Only of pipelines with this tag.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000), help="How many at most.")
@project_option
@json_option
@pass_app
def list_assets(app: App, search: str, column: str, tag: str, limit: int, project: Path | None, as_json: bool) -> int:
    """List outputs and data products whose name has SEARCH in it."""
    from blockwright.services.catalog import assets, reports

    workspace = _workspace(app, project)
    found = assets.entries(workspace, assets.Wanted(_everything, search, column, tag), limit=limit + 1)
    shown = [reports.entry(one) for one in found[:limit]]
    if as_json:
        emit({"assets": shown, "more": len(found) > limit})
        return DONE
    if not shown:
        click.echo("Nothing is found." if search or column or tag else "Nothing was made yet: run a pipeline.")
        return DONE
    rows = [
        [
            one["id"],
            _standing(one),
            _what(one),
            text.size(one["bytes"]),
            f"run {one['run']}" if one["run"] else "",
            _day(one["made"]),
            one["readers"] or "",
            _marks(one),
        ]
        for one in shown
    ]
    click.echo(text.table(["output", "", "is", "size", "made by", "at", "readers", ""], rows, right=[3, 6]))
    if len(found) > limit:
        click.secho(f"… more; `--limit` shows more than {limit}", dim=True)
    return DONE


@catalog_command.command("show")
@asset_argument
@click.argument("version", required=False)
@project_option
@json_option
@pass_app
def show_asset(app: App, asset: str, version: str | None, project: Path | None, as_json: bool) -> int:
    """Show ASSET, or a data product: its newest version (or VERSION), columns, and how they changed."""
    from blockwright.services.catalog import assets, reports

    workspace = _workspace(app, project)
    if "/" not in asset:
        found = reports.entry(assets.product_entry(workspace, _everything, asset))
        if as_json:
            emit(found)
        else:
            click.echo(f"{click.style(asset, bold=True)}  data product of {found['pipeline']}  {_standing(found)}")
            click.echo(f"  {found['why']}")
        return DONE
    key = assets.named(workspace, asset)
    whole = reports.entry(assets.entry(workspace, _everything, key))
    one = assets.version_of(workspace, key, version or "newest")
    described = reports.version_with_schema(workspace, one, _everything)
    if as_json:
        emit({**whole, "use": assets.use(key), "shown": described})
        return DONE
    click.echo(f"{click.style(str(key), bold=True)}  {_what(described)}, {text.size(described['bytes'])}")
    click.echo(f"  version {one.id} of run {one.run}, {_day(described['made'])} {_marks(described)}".rstrip())
    if described["reused_by"]:
        click.echo(f"  reused by run {', '.join(str(run) for run in described['reused_by'])}")
    if not described["available"]:
        click.secho("  its bytes are gone", fg="yellow")
    for line in _changes(described["change"]):
        click.echo(f"  {line}")
    if described["columns_described"]:
        rows = [[column["name"], column["type"]] for column in described["columns_described"]]
        click.echo(text.table(["column", "type"], rows))
    click.secho(f"  {assets.use(key)}", dim=True)
    return DONE


@catalog_command.command("versions")
@asset_argument
@click.option("--limit", default=30, show_default=True, type=click.IntRange(1, 10_000), help="How many at most.")
@project_option
@json_option
@pass_app
def list_versions(app: App, asset: str, limit: int, project: Path | None, as_json: bool) -> int:
    """List the versions of ASSET, newest first."""
    from blockwright.services.catalog import assets, reports

    workspace = _workspace(app, project)
    key = assets.named(workspace, asset)
    found = workspace.oversight.catalog.versions(workspace.project.name, key, limit=limit)
    shown = [reports.version(workspace, one, _everything) for one in found]
    if as_json:
        emit({"asset": str(key), "versions": shown})
        return DONE
    rows = [
        [
            one["version"],
            f"run {one['run']}",
            _day(one["made"]),
            _what(one),
            text.size(one["bytes"]),
            one["digest"][:8],
            one["schema"][:6],
            text.plural(len(one["reused_by"]), "reuse") if one["reused_by"] else "",
            _marks(one),
        ]
        for one in shown
    ]
    click.echo(text.table(["", "run", "made", "is", "size", "digest", "schema", "", ""], rows, right=[0, 4]))
    return DONE


@catalog_command.command("history")
@asset_argument
@click.option("--column", metavar="NAME", help="Show the statistics of this column.")
@click.option("--limit", default=30, show_default=True, type=click.IntRange(1, 100), help="How many versions.")
@project_option
@json_option
@pass_app
def show_history(app: App, asset: str, column: str | None, limit: int, project: Path | None, as_json: bool) -> int:
    """Show how ASSET moved over time: rows, bytes, columns, and the statistics of one column."""
    from blockwright.services.catalog import assets, reports

    workspace = _workspace(app, project)
    key = assets.named(workspace, asset)
    steps = [reports.step(one) for one in assets.history(workspace, key, steps=limit, column=column)]
    if as_json:
        emit({"asset": str(key), "history": steps})
        return DONE
    names = ["nulls", "distinct", "min", "max", "mean"] if column else []
    rows = []
    for one in steps:
        profile: dict[str, Any] = next(iter(one["profile"]), {}) if column else {}
        figures = [text.cut(f"{profile[name]}", 20) if profile.get(name) is not None else "" for name in names]
        size = [f"{one['rows']:,}" if one["rows"] is not None else "", text.size(one["bytes"])]
        rows.append([one["version"], _day(one["made"]), *size, *figures, "; ".join(_changes(one["change"]))])
    headers = ["", "made", "rows", "size", *names, "columns"]
    click.echo(text.table(headers, rows, right=[0, 2, 3, *range(4, 4 + len(names))]))
    return DONE


@catalog_command.command("diff")
@asset_argument
@click.argument("before")
@click.argument("after", required=False, default="newest")
@click.option("--key", "key", metavar="COL[,COL]", help="Match rows by these columns.")
@project_option
@json_option
@pass_app
def diff_versions(
    app: App, asset: str, before: str, after: str, key: str | None, project: Path | None, as_json: bool
) -> int:
    """Show which rows differ from version BEFORE to AFTER of ASSET."""
    from blockwright.services.catalog import assets

    workspace = _workspace(app, project)
    name = assets.named(workspace, asset)
    first, second = (assets.version_of(workspace, name, one) for one in (before, after))
    columns = [column.strip() for column in key.split(",")] if key else None
    found = asdict(assets.compare(workspace, app.platform.tables(app.root(project)), first, second, columns))
    if as_json:
        emit({"asset": str(name), "before": first.id, "after": second.id, **found})
        return DONE
    click.secho(f"{name}: version {first.id} → {second.id}", bold=True)
    click.echo(f"  rows: {', '.join(f'{found[word]:,} {word}' for word in ('added', 'removed', 'changed', 'same'))}")
    for word in ("columns_added", "columns_removed"):
        if found[word]:
            click.echo(f"  {word.replace('_', ' ')}: {', '.join(found[word])}")
    for column, was, now in found["types_changed"]:
        click.echo(f"  type of {column}: {was} → {now}")
    return DONE


@catalog_command.command("pin")
@asset_argument
@click.argument("version", required=False, default="newest")
@project_option
@json_option
@pass_app
def pin_version(app: App, asset: str, version: str, project: Path | None, as_json: bool) -> int:
    """Keep VERSION of ASSET, with its run, for ever."""
    return _pin(app, asset, version, project, as_json, pinned=True)


@catalog_command.command("unpin")
@asset_argument
@click.argument("version")
@project_option
@json_option
@pass_app
def unpin_version(app: App, asset: str, version: str, project: Path | None, as_json: bool) -> int:
    """Keep VERSION of ASSET only as long as the retention policy says."""
    return _pin(app, asset, version, project, as_json, pinned=False)


@catalog_command.command("alias")
@asset_argument
@click.argument("name")
@click.argument("version", required=False, default="newest")
@click.option("--remove", is_flag=True, help="Take the name away, whichever version has it.")
@project_option
@json_option
@pass_app
def alias_version(
    app: App, asset: str, name: str, version: str, remove: bool, project: Path | None, as_json: bool
) -> int:
    """Call VERSION of ASSET by NAME, which another version may have had; it is kept as long as it has one."""
    from blockwright.services.catalog import assets, keeping

    workspace = _workspace(app, project)
    key = assets.named(workspace, asset)
    if remove:
        keeping.uncall(workspace, key, name)
        _told(as_json, {"asset": str(key), "alias": name, "version": None}, f"no version of {key} is called {name}")
        return DONE
    found = assets.version_of(workspace, key, version)
    before = keeping.call(workspace, found, name)
    moved = f"; version {before} was" if before is not None else ""
    document = {"asset": str(key), "alias": name, "version": found.id, "before": before}
    _told(as_json, document, f"version {found.id} of {key} is called {name}{moved}")
    return DONE


@catalog_command.command("restore")
@asset_argument
@click.argument("version", required=False)
@click.option("--newest", is_flag=True, help="Take it back: the newest result is the latest again.")
@project_option
@json_option
@pass_app
def restore_version(
    app: App, asset: str, version: str | None, newest: bool, project: Path | None, as_json: bool
) -> int:
    """Let an earlier VERSION of ASSET stand in for the latest result of its block, until `--newest`.

    Runs of some blocks, `get_variable`, scratchpads and block tests then take it, with all outputs of that block run.
    Runs of the whole pipeline make and use new results as ever.
    """
    from blockwright.core.errors import Invalid
    from blockwright.services.catalog import assets, keeping

    workspace = _workspace(app, project)
    key = assets.named(workspace, asset)
    if newest == (version is not None):
        raise Invalid("Name a version to restore, or `--newest`.", hint=f"`blockwright catalog versions {key}`.")
    block = f"{key.pipeline}/{key.block}"
    if version is None:
        was = keeping.unrestore(workspace, key)
        said = "readers get the newest result again" if was else "readers got the newest result already"
        _told(as_json, {"asset": str(key), "restored": None, "was_restored": was}, f"{block}: {said}")
        return DONE
    found = keeping.restore(workspace, assets.version_of(workspace, key, version))
    document = {"asset": str(key), "restored": found.id, "run": found.run}
    _told(as_json, document, f"{block}: readers of the latest result get that of run {found.run} (version {found.id})")
    return DONE


@catalog_command.command("lineage")
@click.argument("asset", required=False)
@click.option("--up", default=3, show_default=True, type=click.IntRange(0, 50), help="Steps towards the sources.")
@click.option("--down", default=3, show_default=True, type=click.IntRange(0, 50), help="Steps towards the readers.")
@click.option("--most", default=500, show_default=True, type=click.IntRange(1, 5_000), help="Nodes at most.")
@project_option
@json_option
@pass_app
def show_lineage(
    app: App, asset: str | None, up: int, down: int, most: int, project: Path | None, as_json: bool
) -> int:
    """Show where ASSET comes from and goes to; also of a data product or a pipeline by its name. Without: of all."""
    from blockwright.services.catalog import lineage, reports

    workspace = _workspace(app, project)
    land = lineage.landscape(workspace, _everything)
    if asset is None:
        view = lineage.whole(land, most=most)
    else:
        view = lineage.lineage(land, _node(workspace, land, asset), up=up, down=down, most=most)
    if as_json:
        emit(reports.lineage(workspace, land, view))
        return DONE
    for edge in view.edges:
        seen = f"  (seen in run {edge.run})" if edge.run is not None else ""
        click.echo(f"{_name(edge.source)} → {_name(edge.target)}  {click.style(edge.kind.value, dim=True)}{seen}")
    if not view.edges:
        click.echo("Nothing comes in and nothing goes out.")
    if view.left_out:
        click.secho(f"… {text.plural(view.left_out, 'node')} more; `--most` shows more than {most}", dim=True)
    return DONE


def _workspace(app: App, project: Path | None) -> Workspace:
    """With everything in the catalogue: nobody else may have written what runs of the terminal gave."""
    from blockwright.services.catalog import recording

    workspace = app.workspace(project)
    recording.catch_up(workspace)
    return workspace


def _pin(app: App, asset: str, version: str, project: Path | None, as_json: bool, *, pinned: bool) -> int:
    from blockwright.services.catalog import assets, keeping

    workspace = _workspace(app, project)
    key: AssetKey = assets.named(workspace, asset)
    found: Version = keeping.pin(workspace, assets.version_of(workspace, key, version), pinned=pinned)
    said = "is pinned, and its run is kept" if pinned else "is no longer pinned"
    document = {"asset": str(key), "version": found.id, "run": found.run, "pinned": found.pinned}
    _told(as_json, document, f"version {found.id} of {key} {said}")
    return DONE


def _told(as_json: bool, document: dict[str, Any], sentence: str) -> None:
    if as_json:
        emit(document)
    else:
        click.echo(sentence)


def _node(workspace: Workspace, land: Landscape, name: str) -> Node:
    """What the terminal names: a data product, a pipeline, or the block of an output."""
    from blockwright.core.catalog.lineage import Node, NodeKind
    from blockwright.core.errors import NotFound
    from blockwright.services.catalog import assets, lineage

    if "/" not in name:
        return lineage.product_node(name) if name in land.products else Node(NodeKind.PIPELINE, name)
    pipeline, _, block = name.partition("/")
    node = lineage.block_node(pipeline, block)
    if lineage.knows(land, node):
        return node
    try:
        asset = assets.named(workspace, name)
    except NotFound:
        return node
    return lineage.block_node(asset.pipeline, asset.block)


def _name(node: Node) -> str:
    match node.kind.value:
        case "block":
            return f"{node.pipeline}/{node.name}"
        case "product":
            return f"product {node.name}"
        case _:
            return f"pipeline {node.pipeline}"


def _what(one: dict[str, Any]) -> str:
    """``336,776 rows × 12``, ``dict``, ``500 × int``."""
    if one["type"] is None:
        return "data product"
    if one["rows"] is not None and one["columns"] is not None:
        told = f"{text.plural(one['rows'], 'row')} × {one['columns']}"
    else:
        told = str(one["type"])
    return f"{told} in {one['parts']} parts" if one["parts"] is not None else told


def _standing(one: dict[str, Any]) -> str:
    if one["fresh"] is None:
        return "" if one["kind"] == "output" else click.style("✗ unknown", fg="red")
    return click.style("● fresh", fg="green") if one["fresh"] else click.style("○ outdated", fg="yellow")


def _marks(one: dict[str, Any]) -> str:
    marks = [f"@{name}" for name in one["aliases"]]
    marks += ["pinned"] * bool(one["pinned"]) + ["current"] * bool(one.get("restored"))
    return " ".join([*marks, *([] if one.get("defined", True) else ["no longer in its pipeline"])])


def _day(moment: str | None) -> str:
    return moment[:16].replace("T", " ") if moment else ""


def _changes(change: dict[str, Any]) -> list[str]:
    told = [f"added {column['name']} ({column['type']})" for column in change["added"]]
    told += [f"removed {column['name']}" for column in change["removed"]]
    told += [f"{one['name']}: {one['before']} → {one['after']}" for one in change["changed"]]
    return [*told, *(["columns in another order"] if change["moved"] else [])]
