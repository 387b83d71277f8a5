"""Commands about forms: inputs that a pipeline asks people for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, App, emit, json_option, parse_variables, pass_app, project_option
from blockwright.cli.audit import record

if TYPE_CHECKING:
    from blockwright.core.interactions import Field
    from blockwright.ports.interactions import FoundForm


@click.group("forms")
def forms_command() -> None:
    """See and run the forms of a project: `interactions/*.yaml`, offered by a pipeline's `interactions.yaml`."""


@forms_command.command("list")
@project_option
@json_option
@pass_app
def list_forms(app: App, project: Path | None, as_json: bool) -> int:
    """List the forms: which pipeline each runs, and whether it has errors."""
    workspace = app.workspace(project)
    found = list(workspace.files.forms.all())
    if as_json:
        emit({"forms": [_summary(one) for one in found]})
        return DONE
    if not found:
        click.echo("No forms. A pipeline offers them in its `interactions.yaml`.")
        return DONE
    rows = [
        [
            one.form.id,
            one.form.title,
            one.form.pipeline,
            f"{len(one.form.fields)} inputs",
            "" if one.sound else click.style("has errors", fg="red"),
        ]
        for one in found
    ]
    click.echo(text.table(["form", "title", "pipeline", "", ""], rows))
    return DONE


@forms_command.command("show")
@click.argument("form")
@project_option
@json_option
@pass_app
def show_form(app: App, form: str, project: Path | None, as_json: bool) -> int:
    """Show FORM: what it asks for, who may run it, what it shows."""
    from blockwright.cli.app import problem_document
    from blockwright.services import interactions

    found = interactions.named(app.workspace(project), form)
    one = found.form
    if as_json:
        fields = [_field(entry) for entry in one.fields]
        wrong = [problem_document(problem) for problem in found.problems]
        emit({**_summary(found), "inputs": fields, "file": one.file, "link": one.link, "problems": wrong})
        return DONE
    click.echo(f"{click.style(one.title, bold=True)}  runs {one.pipeline}  ({one.file})")
    if one.description:
        click.echo(f"  {one.description}")
    roles = ", ".join(role.value for role in one.roles)
    click.echo(f"  run by {roles} and above" if roles else "  run by whoever may run the pipeline")
    rows = [
        [
            entry.variable,
            entry.title,
            entry.kind.value,
            "required" if entry.required else "",
            "" if entry.default is None else f"else {text.cut(str(entry.default), 40)}",
        ]
        for entry in one.fields
    ]
    click.echo(text.table(["input", "title", "kind", "", ""], rows))
    for problem in found.problems:
        click.echo(f"  {problem}", err=True)
    return DONE


@forms_command.command("run")
@click.argument("form")
@click.option("--input", "-i", "inputs", multiple=True, metavar="NAME=VALUE", help="What an input is filled with.")
@click.option(
    "--file",
    "-f",
    "files",
    multiple=True,
    metavar="NAME=PATH",
    help="The file that an input of that kind takes.",
)
@project_option
@json_option
@pass_app
def run_form(
    app: App, form: str, inputs: tuple[str, ...], files: tuple[str, ...], project: Path | None, as_json: bool
) -> int:
    """Run FORM: queue its pipeline with what the inputs say, judged as in the browser."""
    from blockwright.core.errors import Invalid
    from blockwright.core.interactions import InputsInvalid
    from blockwright.services import interactions
    from blockwright.services.triggers.requests import wake_engines

    workspace = app.workspace(project)
    found = interactions.named(workspace, form)
    given = {**_as_text(found, parse_variables(inputs), inputs), **_read_files(files)}
    try:
        run = interactions.start(workspace, found, given, actor=None, by="the command line")
    except InputsInvalid as error:
        lines = " ".join(f"`{problem.key}`: {problem.message}" for problem in error.problems)
        raise Invalid(lines, hint=f"`blockwright forms show {form}` lists the inputs.", code=error.code) from None
    record(app, project, "form.run", project=run.project, object=f"{run.pipeline}/{run.id}", form=form)
    wake_engines(app.platform.installation(app.root(project)).bus, run.project)
    if as_json:
        emit({"form": form, "run": run.id, "pipeline": run.pipeline, "state": run.state.value})
    else:
        click.echo(f"run {run.id} of {run.pipeline}; `blockwright start` or `scheduler` drives it")
    return DONE


def _as_text(found: FoundForm, given: Any, pairs: tuple[str, ...]) -> dict[str, Any]:
    """What was typed for inputs that want text stays text, whatever JSON would make of it."""
    typed = {pair.partition("=")[0].strip(): pair.partition("=")[2] for pair in pairs}
    words = {entry.variable for entry in found.form.fields if entry.kind.value in ("text", "choice", "code", "date")}
    return {name: typed[name] if name in words else value for name, value in given.items()}


def _read_files(pairs: tuple[str, ...]) -> dict[str, Any]:
    from blockwright.core.interactions import LARGEST_FILE

    found = {}
    for pair in pairs:
        name, equals, place = pair.partition("=")
        if not equals or not name.strip():
            raise click.BadParameter(f"{pair!r} is not of the form NAME=PATH.", param_hint="--file")
        path = Path(place).expanduser()
        try:
            if path.stat().st_size > 4 * LARGEST_FILE:
                raise click.BadParameter(f"{place} is too large.", param_hint="--file")
            found[name.strip()] = {"name": path.name, "text": path.read_text(encoding="utf-8")}
        except (OSError, UnicodeDecodeError) as error:
            raise click.BadParameter(f"{place} cannot be read: {error}", param_hint="--file") from None
    return found


def _summary(found: FoundForm) -> dict[str, Any]:
    form = found.form
    return {
        "id": form.id,
        "title": form.title,
        "description": form.description,
        "pipeline": form.pipeline,
        "block": form.block,
        "roles": [role.value for role in form.roles],
        "results": [one.block for one in form.results],
        "sound": found.sound,
    }


def _field(entry: Field) -> dict[str, Any]:
    return {
        "variable": entry.variable,
        "title": entry.title,
        "kind": entry.kind.value,
        "required": entry.required,
        "types": [kind.value for kind in entry.types],
        "options": [{"label": one.label, "value": one.value} for one in entry.options],
        "default": entry.default,
    }
