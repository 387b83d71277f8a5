"""The command that runs blocks' own tests on what they last gave."""

from __future__ import annotations

from pathlib import Path

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, FAILED, App, emit, json_option, pass_app, project_option


@click.command("test")
@click.argument("pipeline", required=False)
@project_option
@json_option
@pass_app
def test_command(app: App, pipeline: str | None, project: Path | None, as_json: bool) -> int:
    """Run the `@test` functions of PIPELINE's blocks (default: all) on their latest outputs, without running blocks."""
    root = app.root(project)
    app.platform.warm_up(root)
    from blockwright.services import blocktests

    workspace = app.platform.workspace(root)
    results = blocktests.run_tests(workspace, app.platform.executor(root), pipeline)
    failed = sum(result.failed or result.error is not None for result in results)
    if as_json:
        emit({"ok": not failed, "blocks": [result.document() for result in results]})
        return FAILED if failed else DONE
    for result in results:
        if result.skipped:
            click.echo(f"  {text.sign('skipped')} {result.pipeline}/{result.block}  {result.skipped}")
            continue
        good = not result.failed and result.error is None
        counts = f"{result.passed}/{result.passed + result.failed} passed"
        click.echo(f"  {text.sign('completed' if good else 'failed')} {result.pipeline}/{result.block}  {counts}")
        for failure in result.failures:
            place = f" ({failure.file}:{failure.line})" if failure.file else ""
            click.echo(f"      {failure.name}: {failure.message}{place}")
        if result.error:
            click.echo(f"      {result.error}")
    if not results:
        click.echo("No block has tests. A function decorated with `@test` is one.")
    return FAILED if failed else DONE
