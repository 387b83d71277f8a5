"""The command that shows what a run would do before it does it."""

from __future__ import annotations

from pathlib import Path

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, App, emit, json_option, parse_variables, pass_app, project_option


@click.command("plan")
@click.argument("pipeline")
@project_option
@click.option("--var", "variables", multiple=True, metavar="NAME=VALUE", help="A run variable.")
@click.option("--block", "blocks", multiple=True, metavar="ID", help="Only this block (may be repeated).")
@click.option("--upstream", is_flag=True, help="With --block: also everything that block depends on.")
@click.option("--reuse/--no-reuse", default=True, show_default=True, help="As `run` would be told.")
@json_option
@pass_app
def plan_command(
    app: App,
    pipeline: str,
    project: Path | None,
    variables: tuple[str, ...],
    blocks: tuple[str, ...],
    upstream: bool,
    reuse: bool,
    as_json: bool,
) -> int:
    """Show what `run PIPELINE --reuse` would run and what it would reuse, and which part of the key differs.

    Nothing is run. What the key cannot see (files read by path, the network, the clock) is listed as not tracked.
    """
    from blockwright.core.blocks import BlockId
    from blockwright.core.runs.model import Selection
    from blockwright.services import plans

    workspace = app.workspace(project)
    selection = Selection(tuple(BlockId(name) for name in blocks), upstream)
    entries = plans.plan(workspace, pipeline, parse_variables(variables), selection, reuse=reuse, env=app.env)
    if as_json:
        emit(
            {
                "pipeline": pipeline,
                "run": sum(entry.action == "run" for entry in entries),
                "reuse": sum(entry.action == "reuse" for entry in entries),
                "blocks": [
                    {
                        "id": entry.block,
                        "action": str(entry.action),
                        "why": entry.why,
                        "differs": list(entry.differs),
                        "untracked": list(entry.untracked),
                    }
                    for entry in entries
                ],
            }
        )
        return DONE
    rows = []
    for entry in entries:
        mark = text.sign("completed", reused=True) if entry.action == "reuse" else text.sign("running")
        rows.append([f"{mark} {entry.action}", entry.block, entry.why])
    click.echo(text.table(["", "block", "why"], rows))
    untracked = [(entry.block, note) for entry in entries for note in entry.untracked]
    if untracked:
        click.secho("not tracked by the key:", dim=True)
        for block, note in untracked:
            click.echo(f"  {block}: {note}")
    return DONE
