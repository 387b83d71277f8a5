"""The command that deletes what the retention policy no longer keeps."""

from __future__ import annotations

from pathlib import Path

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, App, emit, json_option, pass_app, project_option


@click.command("gc")
@project_option
@click.option("--dry-run", is_flag=True, help="Only show what would go.")
@click.option("--days", type=click.FloatRange(min=0), help="Keep runs at most this many days.")
@json_option
@pass_app
def gc_command(app: App, project: Path | None, dry_run: bool, days: float | None, as_json: bool) -> int:
    """Delete ended runs that the retention policy no longer keeps, then every stored value that no run names.

    The policy stands under `retention` in the project's metadata.yaml. The newest run of each pipeline always stays,
    and so do runs with a result that is pinned, aliased or restored, and whatever they refer to.
    """
    from dataclasses import replace
    from datetime import timedelta

    from blockwright.services import retention

    workspace = app.workspace(project)
    policy = retention.policy(workspace)
    if days is not None:
        longest = timedelta(days=days)
        sources = {**policy.sources, "scheduled": "--days"}
        policy = replace(policy, interactive=min(longest, policy.interactive), scheduled=longest, sources=sources)
    result = retention.collect(workspace, policy, dry_run=dry_run)
    if as_json:
        emit({"policy": retention.policy_report(policy), **retention.report(result)})
        return DONE
    word = "would go" if dry_run else "gone"
    for run, name, why in result.runs:
        click.echo(f"  run {run} of {name}: {why}")
    click.echo(
        f"{word}: {text.plural(len(result.runs), 'run')}, {text.plural(result.blobs, 'stored value')} "
        f"({text.size(result.blob_bytes)})"
    )
    return DONE
