"""The command that shows what declared checks found, over the runs of a pipeline."""

from __future__ import annotations

from pathlib import Path

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, App, emit, json_option, pass_app, project_option
from blockwright.core.errors import NotFound

_SIGNS = {"passed": ("✓", "green"), "warned": ("▲", "yellow"), "failed": ("✗", "red")}


@click.command("checks")
@click.argument("pipeline")
@click.argument("block", required=False)
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 1000), help="How many runs at most.")
@project_option
@json_option
@pass_app
def checks_command(app: App, pipeline: str, block: str | None, limit: int, project: Path | None, as_json: bool) -> int:
    """Show what the `checks` of PIPELINE's blocks (or of one BLOCK) found in its runs, newest first."""
    from blockwright.services import checks

    workspace = app.workspace(project)
    spec = workspace.files.pipeline(pipeline)
    if block is not None and block not in spec.by_uuid:
        has = ", ".join(f"`{one.uuid}`" for one in spec.blocks if one.checks)
        raise NotFound(
            f"Pipeline `{pipeline}` has no block `{block}`.",
            hint=f"Those with checks: {has}." if has else "None of its blocks declares checks.",
            code="block_not_found",
        )
    found = checks.history(workspace, pipeline, block, limit=limit)
    if as_json:
        emit({"pipeline": pipeline, "results": [one.document() for one in found]})
        return DONE
    if not found:
        declared = any(one.checks for one in spec.blocks)
        say = "No run with checks yet." if declared else "No block declares `checks` in the pipeline's file."
        click.echo(say)
        return DONE
    for one in found:
        sign, colour = _SIGNS[one.state]
        good = sum(result.passed for result in one.results)
        when = (one.row.finished or one.run.created).astimezone()
        click.echo(
            f"{click.style(sign, fg=colour)} run {one.run.id}  {one.row.name}  {good}/{len(one.results)} hold"
            f"  {click.style(f'{when:%Y-%m-%d %H:%M}', dim=True)}"
        )
        for result in one.results:
            if not result.passed:
                sign, colour = _SIGNS["failed" if result.severity == "fail" else "warned"]
                click.echo(f"    {click.style(sign, fg=colour)} {result.name}: {text.cut(result.message, 200)}")
    return DONE
