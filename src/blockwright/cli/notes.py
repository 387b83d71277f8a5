"""Commands with which people say something about runs: tags and notes."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Any

import click

from blockwright.cli.app import DONE, App, emit, json_option, pass_app, project_option
from blockwright.cli.audit import record


@click.command("tag")
@click.argument("run")
@click.argument("tags", nargs=-1)
@click.option("--remove", is_flag=True, help="Take these tags away.")
@project_option
@json_option
@pass_app
def tag_command(app: App, run: str, tags: tuple[str, ...], remove: bool, project: Path | None, as_json: bool) -> int:
    """Give RUN the TAGS (`good`, `reviewed=yes`), or list those that it has."""
    from blockwright.core.notes import parse_tag
    from blockwright.services import notes, runs

    workspace = app.workspace(project)
    found = runs.resolve(workspace, run)
    for name, value in [parse_tag(tag) for tag in tags]:
        if remove:
            notes.untag(workspace, found, name)
        else:
            notes.tag(workspace, found, name, value, by=getpass.getuser())
        action = "run.untag" if remove else "run.tag"
        record(app, project, action, project=found.project, object=str(found.id), tag=name)
    left = notes.tags(workspace, found.id)
    if as_json:
        emit({"run": found.id, "tags": [tag_document(tag) for tag in left]})
    else:
        click.echo(f"run {found.id}: {', '.join(map(str, left)) or 'no tags'}")
    return DONE


@click.command("note")
@click.argument("run")
@click.argument("text", required=False)
@click.option("--delete", "number", type=int, metavar="NUMBER", help="Delete this note instead.")
@project_option
@json_option
@pass_app
def note_command(app: App, run: str, text: str | None, number: int | None, project: Path | None, as_json: bool) -> int:
    """Write TEXT about RUN for those who look at it later, or list what was written."""
    from blockwright.services import notes, runs

    workspace = app.workspace(project)
    found = runs.resolve(workspace, run)
    if number is not None:
        notes.delete(workspace, found, number, by=None)
        record(app, project, "run.note_deleted", project=found.project, object=str(found.id), note=number)
    elif text is not None:
        note = notes.write(workspace, found, text, by=getpass.getuser())
        record(app, project, "run.note", project=found.project, object=str(found.id), note=note.id)
    written = notes.notes(workspace, found.id)
    if as_json:
        emit({"run": found.id, "notes": [note_document(note) for note in written]})
        return DONE
    if not written:
        click.echo(f"run {found.id}: no notes")
    for note in written:
        print_note(note)
    return DONE


def print_note(note: Any) -> None:
    when = note.created.astimezone().strftime("%Y-%m-%d %H:%M")
    changed = ", changed since" if note.changed else ""
    click.echo(f"{click.style(f'{note.id}  {note.author}, {when}{changed}', dim=True)}")
    for line in note.text.splitlines():
        click.echo(f"   {line}")


def tag_document(tag: Any) -> dict[str, Any]:
    return {"name": tag.name, "value": tag.value, "author": tag.author, "created": tag.created.isoformat()}


def note_document(note: Any) -> dict[str, Any]:
    changed = note.changed.isoformat() if note.changed else None
    return {
        "id": note.id,
        "author": note.author,
        "text": note.text,
        "created": note.created.isoformat(),
        "changed": changed,
    }
