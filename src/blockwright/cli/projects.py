"""Commands about a project's files: init, check, pipelines, blocks, new."""

from __future__ import annotations

import contextlib
import getpass
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, FAILED, App, emit, json_option, pass_app, problem_document, project_option
from blockwright.core.errors import BlockwrightError
from blockwright.core.problems import Problem, ProjectInvalid, Severity
from blockwright.ports.editing import Draft
from blockwright.ports.projects import ProjectStore
from blockwright.ports.workspace import Workspace


@click.command("init")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--template", type=click.Choice(["blank", "etl", "mlops", "tuning"]), default="blank", show_default=True)
@json_option
@pass_app
def init_command(app: App, path: Path, template: str, as_json: bool) -> int:
    """Make a new project at PATH. Files that are already there are never overwritten."""
    files = app.platform.init_project(path, template)
    if as_json:
        emit({"project": str(path), "template": template, "files": list(files)})
        return DONE
    click.echo(f"Made {text.plural(len(files), 'file')} in {path}.")
    run = "new pipeline my_pipeline" if template == "blank" else "pipelines"
    click.echo(f"  next: cd {path} && blockwright {run}")
    return DONE


@click.command("check")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@json_option
@pass_app
def check_command(app: App, path: Path | None, as_json: bool) -> int:
    """Validate every file of the project at PATH (default: here). Exit code 1 when something cannot run."""
    root = app.root(path)
    files = app.platform.files(root)
    problems = [*files.check(), *_not_runnable(files)]
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    pipelines = files.pipelines()
    if as_json:
        emit(
            {
                "project": root.name,
                "pipelines": len(pipelines),
                "ok": not errors,
                "problems": [problem_document(problem) for problem in problems],
            }
        )
        return FAILED if errors else DONE
    for problem in problems:
        click.echo(_problem_line(problem))
    if not problems:
        click.echo(f"{text.state('completed')}: {text.plural(len(pipelines), 'pipeline')}, nothing to mend")
    else:
        warnings = len(problems) - len(errors)
        click.echo(f"{text.plural(len(errors), 'error')}, {text.plural(warnings, 'warning')}")
    return FAILED if errors else DONE


def _not_runnable(files: ProjectStore) -> list[Problem]:
    """What is written well and yet does not run here; a warning, as another installation may run it."""
    from blockwright.services.runs import not_runnable

    found: list[Problem] = []
    for uuid in files.pipelines():
        with contextlib.suppress(BlockwrightError):
            problems = not_runnable(files.pipeline(uuid), None)
            found += [replace(problem, severity=Severity.WARNING) for problem in problems]
    return found


def _problem_line(problem: Problem) -> str:
    place = problem.file if problem.line is None else f"{problem.file}:{problem.line}"
    word = click.style("error", fg="red") if problem.severity is Severity.ERROR else click.style("warning", fg="yellow")
    key = f" {click.style(problem.key, dim=True)}" if problem.key else ""
    advice = f"\n    {problem.advice}" if problem.advice else ""
    return f"{click.style(place, bold=True)}: {word}:{key} {problem.message}{advice}"


@click.command("pipelines")
@project_option
@json_option
@pass_app
def pipelines_command(app: App, project: Path | None, as_json: bool) -> int:
    """List the project's pipelines, with the state of the last run of each."""
    workspace = app.workspace(project)
    rows: list[dict[str, Any]] = []
    for uuid in workspace.files.pipelines():
        last = workspace.runs.latest(workspace.project.name, uuid)
        run = {"run": last.id, "state": last.state.value} if last else None
        try:
            spec = workspace.files.pipeline(uuid)
        except ProjectInvalid as error:
            rows.append({"uuid": uuid, "type": None, "blocks": None, "error": error.message, "last_run": run})
            continue
        runs = sum(block.type.runs for block in spec.blocks)
        rows.append(
            {
                "uuid": uuid,
                "name": spec.name,
                "type": spec.type.value,
                "description": spec.description,
                "tags": list(spec.tags),
                "blocks": runs,
                "error": None,
                "last_run": run,
            }
        )
    if as_json:
        emit({"project": workspace.project.name, "pipelines": rows})
        return DONE
    if not rows:
        click.echo("The project has no pipelines. `blockwright new pipeline NAME` makes one.")
        return DONE
    lines = []
    for row in rows:
        last_run = row["last_run"]
        told = (
            f"run {last_run['run']}  {text.state(str(last_run['state']))}"
            if isinstance(last_run, dict)
            else "never ran"
        )
        lines.append([row["uuid"], row["type"] or click.style("broken", fg="red"), row["blocks"], told])
    click.echo(text.table(["pipeline", "type", "blocks", "last run"], lines, right=[2]))
    for row in rows:
        if row["error"]:
            click.echo(f"{row['uuid']}: {row['error']}", err=True)
    return DONE


@click.command("blocks")
@click.argument("pipeline")
@project_option
@json_option
@pass_app
def blocks_command(app: App, pipeline: str, project: Path | None, as_json: bool) -> int:
    """List the blocks of PIPELINE in the order they run."""
    from blockwright.core.graph import topological

    spec = app.platform.files(app.root(project)).pipeline(pipeline)
    by_uuid = {block.uuid: block for block in spec.blocks}
    order = topological({block.uuid: block.upstream for block in spec.blocks})
    ordered = [by_uuid[uuid] for uuid in order] + [*spec.callbacks, *spec.conditionals]
    if as_json:
        emit(
            {
                "pipeline": pipeline,
                "blocks": [
                    {
                        "id": block.uuid,
                        "name": block.name,
                        "type": block.type.value,
                        "language": block.language.value,
                        "upstream": list(block.upstream),
                        "file": block.path,
                        "dynamic": block.dynamic,
                        "reduce_output": block.reduce_output,
                        "cache": block.cache.mode,
                        "trigger_rule": block.trigger_rule.value,
                    }
                    for block in ordered
                ],
            }
        )
        return DONE
    lines = []
    for block in ordered:
        marks = [word for word, on in (("dynamic", block.dynamic), ("reduced", block.reduce_output)) if on]
        kind = block.type.value if block.language.value == "python" else f"{block.type.value} ({block.language.value})"
        lines.append([block.uuid, kind, ", ".join(block.upstream), " ".join(marks), block.path or ""])
    click.echo(text.table(["block", "type", "upstream", "", "file"], lines))
    return DONE


@click.group("new")
def new_command() -> None:
    """Create a pipeline, or a block in one."""


@new_command.command("pipeline")
@click.argument("name")
@click.option("--template", help="Begin with a template; `blockwright templates list` lists them.")
@project_option
@json_option
@pass_app
def new_pipeline(app: App, name: str, template: str | None, project: Path | None, as_json: bool) -> int:
    """Create an empty pipeline, or one made of a template."""
    from blockwright.services import editing

    workspace = app.workspace(project)
    if template is not None:
        draft = workspace.files.templates.new_pipeline(template, name)
        return _drafted(workspace, draft, as_json)
    files = list(workspace.files.new_pipeline(name, type="python"))
    editing.created(workspace, files, f"create pipeline `{files[0].split('/')[1]}`", by=_person())
    return _made(files, as_json)


@new_command.command("block")
@click.argument("pipeline")
@click.argument("name")
@click.option(
    "--type",
    "block_type",
    type=click.Choice(
        [
            "data_loader",
            "transformer",
            "data_exporter",
            "custom",
            "sensor",
            "conditional",
            "callback",
            "scratchpad",
            "markdown",
        ]
    ),
    default="transformer",
    show_default=True,
)
@click.option("--language", type=click.Choice(["python", "sql"]), default="python", show_default=True)
@click.option("--upstream", multiple=True, metavar="BLOCK", help="A block that feeds it (may be repeated).")
@click.option("--template", help="Begin with a template; `blockwright templates list` lists them.")
@project_option
@json_option
@pass_app
def new_block(
    app: App,
    pipeline: str,
    name: str,
    block_type: str,
    language: str,
    upstream: tuple[str, ...],
    template: str | None,
    project: Path | None,
    as_json: bool,
) -> int:
    """Add a block to PIPELINE; its file comes from a template unless it is there already."""
    workspace = app.workspace(project)
    draft = workspace.files.editor.add_block(
        pipeline, name, type=block_type, language=language, upstream=upstream, template=template, after=None
    )
    return _drafted(workspace, draft, as_json)


def _drafted(workspace: Workspace, draft: Draft, as_json: bool) -> int:
    from blockwright.services.editing import apply

    apply(workspace, draft, by=_person())
    return _made([change.path for change in draft.changes], as_json)


def _person() -> str:
    from blockwright.services.access.audit import command_line

    return command_line(getpass.getuser()).actor.name


def _made(files: list[str], as_json: bool) -> int:
    if as_json:
        emit({"files": files})
    else:
        for file in files:
            click.echo(f"wrote {file}")
    return DONE
