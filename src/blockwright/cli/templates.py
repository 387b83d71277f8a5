"""Commands about templates: what new blocks and pipelines begin with."""

from __future__ import annotations

from pathlib import Path

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, App, emit, json_option, pass_app, project_option
from blockwright.cli.editing import preview_option, write


@click.group("templates")
def templates_command() -> None:
    """See, make and delete templates: the project's own stand in `custom_templates/`.

    They are used by `blockwright new block --template` and `blockwright new pipeline --template`.
    """


@templates_command.command("list")
@project_option
@json_option
@pass_app
def list_templates(app: App, project: Path | None, as_json: bool) -> int:
    """List the templates of pipelines and blocks, the project's own first."""
    files = app.platform.files(app.root(project)).templates
    blocks, pipelines = files.blocks(), files.pipelines()
    if as_json:
        emit(
            {
                "blocks": [
                    {
                        "name": one.name,
                        "type": one.type,
                        "language": one.language,
                        "description": one.description,
                        "own": one.own,
                    }
                    for one in blocks
                ],
                "pipelines": [
                    {"name": one.name, "title": one.title, "blocks": list(one.blocks), "own": one.own}
                    for one in pipelines
                ],
            }
        )
        return DONE
    rows = [["pipeline", one.name, "own" if one.own else "", one.title] for one in pipelines]
    for template in blocks:
        kind = f"{template.type or 'any block'} ({template.language})"
        rows.append(
            [kind, template.name or "(plain)", "own" if template.own else "", text.cut(template.description, 70)]
        )
    click.echo(text.table(["of", "template", "", ""], rows))
    return DONE


@templates_command.command("show")
@click.argument("template")
@click.option("--pipeline", "of_pipeline", is_flag=True, help="A template of a pipeline.")
@click.option("--type", "block_type", default="custom", show_default=True, help="The type of the block.")
@click.option("--language", default="python", show_default=True)
@project_option
@json_option
@pass_app
def show_template(
    app: App,
    template: str,
    of_pipeline: bool,
    block_type: str,
    language: str,
    project: Path | None,
    as_json: bool,
) -> int:
    """Print what TEMPLATE writes."""
    files = app.platform.files(app.root(project)).templates
    found = files.pipeline_text(template) if of_pipeline else files.block_text(template, block_type, language)
    if as_json:
        emit({"template": template, "text": found})
    else:
        click.echo(found, nl=False)
    return DONE


@templates_command.command("new")
@click.argument("name")
@click.argument("pipeline")
@click.argument("block", required=False)
@click.option("--description", default="", help="What it is for.")
@preview_option
@project_option
@json_option
@pass_app
def new_template(
    app: App,
    name: str,
    pipeline: str,
    block: str | None,
    description: str,
    preview: bool,
    project: Path | None,
    as_json: bool,
) -> int:
    """Make the template NAME of PIPELINE, or of its BLOCK."""
    workspace = app.workspace(project)
    files = workspace.files.templates
    if block is None:
        draft = files.from_pipeline(pipeline, name, description)
    else:
        draft = files.from_block(pipeline, block, name, description)
    return write(workspace, draft, preview, as_json)


@templates_command.command("remove")
@click.argument("template")
@click.option("--pipeline", "of_pipeline", is_flag=True, help="A template of a pipeline.")
@preview_option
@project_option
@json_option
@pass_app
def remove_template(
    app: App, template: str, of_pipeline: bool, preview: bool, project: Path | None, as_json: bool
) -> int:
    """Delete TEMPLATE of the project. What was made of it stays."""
    workspace = app.workspace(project)
    files = workspace.files.templates
    draft = files.remove_pipeline(template) if of_pipeline else files.remove_block(template)
    return write(workspace, draft, preview, as_json)
