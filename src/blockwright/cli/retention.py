"""The command that deletes what the retention policy no longer keeps."""

from __future__ import annotations

from pathlib import Path

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, App, emit, json_option, pass_app, project_option


@click.command("gc")
@project_option
@click.option("--dry-run", is_flag=True, help="Only show what would go.")
@click.option("--days", type=click.FloatRange(min=0), help="Keep runs this many days instead of 30 (interactive: 7).")
@json_option
@pass_app
def gc_command(app: App, project: Path | None, dry_run: bool, days: float | None, as_json: bool) -> int:
    """Delete ended runs that the retention policy no longer keeps, then every stored value that no run names.

    The newest run of each pipeline and pinned runs always stay, and so does whatever they refer to.
    """
    from datetime import timedelta

    from blockwright.core.retention import Policy
    from blockwright.services import retention

    workspace = app.workspace(project)
    policy = Policy()
    if days is not None:
        policy = Policy(interactive=min(timedelta(days=days), policy.interactive), scheduled=timedelta(days=days))
    result = retention.collect(workspace, policy, dry_run=dry_run)
    if as_json:
        emit(
            {
                "dry_run": dry_run,
                "runs": [{"run": run, "pipeline": name, "reason": why} for run, name, why in result.runs],
                "run_bytes": result.run_bytes,
                "blobs": result.blobs,
                "blob_bytes": result.blob_bytes,
            }
        )
        return DONE
    word = "would go" if dry_run else "gone"
    for run, name, why in result.runs:
        click.echo(f"  run {run} of {name}: {why}")
    click.echo(
        f"{word}: {text.plural(len(result.runs), 'run')}, {text.plural(result.blobs, 'stored value')} "
        f"({text.size(result.blob_bytes)})"
    )
    return DONE
