"""The command that runs a scratchpad from the terminal."""

from __future__ import annotations

from pathlib import Path

import click

from blockwright.cli.app import DONE, FAILED, App, json_option, pass_app, project_option


@click.command("scratchpad")
@click.argument("name")
@project_option
@click.option("--pipeline", metavar="PIPELINE", help="Whose outputs `output('block')` finds (default: any).")
@json_option
@pass_app
def scratchpad_command(app: App, name: str, project: Path | None, pipeline: str | None, as_json: bool) -> int:
    """Run the scratchpad NAME (a file in `scratchpads/`) from top to bottom as one script.

    `output('block')` gives the latest recorded output of a block. Nothing it makes becomes an output.
    """
    root = app.root(project)
    app.platform.warm_up(root)
    from blockwright.cli.app import emit
    from blockwright.services import scratchpads

    workspace = app.platform.workspace(root)
    result = scratchpads.run_script(
        workspace,
        app.platform.executor(root),
        name,
        pipeline,
        on_line=(lambda line: None) if as_json else (lambda line: click.echo(line)),
    )
    if as_json:
        emit(result)
    elif result["error"]:
        error = result["error"]
        place = f" ({error['file']}:{error['line']})" if error["file"] else ""
        click.secho(f"{error['type']}: {error['message']}{place}", fg="red", err=True)
    return FAILED if result["error"] else DONE
