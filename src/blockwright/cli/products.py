"""Commands about data products: values that several pipelines use, computed when they are out of date."""

from __future__ import annotations

from pathlib import Path

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, App, emit, json_option, pass_app, project_option
from blockwright.cli.audit import record


@click.group("products")
def products_command() -> None:
    """See and compute the data products of `global_data_products.yaml`.

    A block of type `global_data_product` takes the latest value of one, which is computed when it is out of date.
    """


@products_command.command("list")
@project_option
@json_option
@pass_app
def list_products(app: App, project: Path | None, as_json: bool) -> int:
    """List the data products: which pipeline makes each, and whether its value is fresh."""
    from blockwright.core.errors import BlockwrightError
    from blockwright.services import products

    workspace = app.workspace(project)
    reports = []
    for uuid, product in sorted(workspace.files.products().items()):
        try:
            reports.append(products.report(products.standing(workspace, products.named(workspace, uuid))))
        except BlockwrightError as error:
            reports.append({"uuid": uuid, "pipeline": product.pipeline, "fresh": False, "why": str(error), "run": None})
    if as_json:
        emit({"products": reports})
        return DONE
    if not reports:
        click.echo("No data products. They stand in `global_data_products.yaml`.")
        return DONE
    rows = [
        [
            one["uuid"],
            one["pipeline"],
            click.style("● fresh", fg="green") if one["fresh"] else click.style("○ outdated", fg="yellow"),
            f"run {one['run']}" if one["run"] else "",
            text.cut(str(one["why"]), 80),
        ]
        for one in reports
    ]
    click.echo(text.table(["product", "pipeline", "", "", ""], rows))
    return DONE


@products_command.command("show")
@click.argument("product")
@project_option
@json_option
@pass_app
def show_product(app: App, product: str, project: Path | None, as_json: bool) -> int:
    """Show PRODUCT: how it stands, and of which outputs its value is made."""
    from blockwright.services import products

    workspace = app.workspace(project)
    found = products.standing(workspace, products.named(workspace, product))
    outputs = products.outputs(workspace, found.product) if found.latest is not None else ()
    whole = products.report(found)
    if as_json:
        shown = [{"name": one.name, "type": one.type, "bytes": one.bytes, "rows": one.rows} for one in outputs]
        emit({**whole, "outputs": shown})
        return DONE
    state = click.style("fresh", fg="green") if whole["fresh"] else click.style("out of date", fg="yellow")
    click.echo(f"{click.style(product, bold=True)}  made by {found.product.pipeline}  {state}: {whole['why']}")
    if found.latest is not None:
        click.echo(f"  its value was made by run {found.latest.id}")
    if found.computing is not None:
        click.echo(f"  run {found.computing.id} computes it now")
    rows = [[one.name, text.outputs_brief([one]), text.size(one.bytes)] for one in outputs]
    if rows:
        click.echo(text.table(["output", "", ""], rows))
    return DONE


@products_command.command("refresh")
@click.argument("product")
@project_option
@json_option
@pass_app
def refresh_product(app: App, product: str, project: Path | None, as_json: bool) -> int:
    """Compute PRODUCT anew, fresh or not: queue its pipeline, unless something computes it already."""
    from blockwright.core.runs.model import Queue
    from blockwright.services import products
    from blockwright.services.triggers.requests import wake_engines

    workspace = app.workspace(project)
    wanted = products.named(workspace, product)
    run = products.compute(workspace, wanted, queue=Queue.ENGINE, by="the command line")
    made_by = f"{run.pipeline}/{product}"
    record(app, project, "product.refresh", project=run.project, object=made_by, run=run.id)
    wake_engines(app.platform.installation(app.root(project)).bus, run.project)
    if as_json:
        emit({"product": product, "run": run.id, "state": run.state.value})
    else:
        click.echo(f"run {run.id} of {run.pipeline} computes {product}; `blockwright start` or `scheduler` drives it")
    return DONE
