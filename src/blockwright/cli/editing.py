"""Commands that change pipelines and blocks, and take changes back: rename, connect, disconnect, remove, undo, history;
and search, which finds places in the project's files."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Any

import click

from blockwright.cli import text
from blockwright.cli.app import DONE, FAILED, App, emit, json_option, pass_app, project_option
from blockwright.core.errors import NotFound
from blockwright.ports.editing import Draft
from blockwright.ports.history import Change
from blockwright.ports.workspace import Workspace

preview_option = click.option("--preview", is_flag=True, help="Only say what would be written.")


@click.group("rename")
def rename_command() -> None:
    """Rename a block or a pipeline, and whatever names it."""


@rename_command.command("block")
@click.argument("pipeline")
@click.argument("block")
@click.argument("name")
@preview_option
@project_option
@json_option
@pass_app
def rename_block(
    app: App, pipeline: str, block: str, name: str, preview: bool, project: Path | None, as_json: bool
) -> int:
    """Give BLOCK of PIPELINE another NAME: its file, and references in every pipeline that shares it, follow."""
    workspace = app.workspace(project)
    return write(workspace, workspace.files.editor.rename_block(pipeline, block, name), preview, as_json)


@rename_command.command("pipeline")
@click.argument("pipeline")
@click.argument("name")
@preview_option
@project_option
@json_option
@pass_app
def rename_pipeline(app: App, pipeline: str, name: str, preview: bool, project: Path | None, as_json: bool) -> int:
    """Give PIPELINE another NAME: its folder moves. Runs so far stay under the old name."""
    from blockwright.services.editing import require_no_records_only

    workspace = app.workspace(project)
    draft = workspace.files.editor.rename_pipeline(pipeline, name)
    if draft.name != pipeline:
        require_no_records_only(workspace, pipeline, "renamed")
    return write(workspace, draft, preview, as_json)


@click.command("connect")
@click.argument("pipeline")
@click.argument("source")
@click.argument("target")
@preview_option
@project_option
@json_option
@pass_app
def connect_command(
    app: App, pipeline: str, source: str, target: str, preview: bool, project: Path | None, as_json: bool
) -> int:
    """Make block SOURCE the last input of block TARGET."""
    workspace = app.workspace(project)
    return write(workspace, workspace.files.editor.connect(pipeline, source, target), preview, as_json)


@click.command("disconnect")
@click.argument("pipeline")
@click.argument("source")
@click.argument("target")
@preview_option
@project_option
@json_option
@pass_app
def disconnect_command(
    app: App, pipeline: str, source: str, target: str, preview: bool, project: Path | None, as_json: bool
) -> int:
    """Take block SOURCE out of the inputs of block TARGET."""
    workspace = app.workspace(project)
    return write(workspace, workspace.files.editor.disconnect(pipeline, source, target), preview, as_json)


@click.command("remove")
@click.argument("pipeline")
@click.argument("block")
@click.option("--delete-file", is_flag=True, help="Delete its file as well, if no other pipeline uses it.")
@preview_option
@project_option
@json_option
@pass_app
def remove_command(
    app: App, pipeline: str, block: str, delete_file: bool, preview: bool, project: Path | None, as_json: bool
) -> int:
    """Take BLOCK out of PIPELINE; its file stays unless it is told to go."""
    workspace = app.workspace(project)
    draft = workspace.files.editor.remove_block(pipeline, block, delete_file=delete_file)
    return write(workspace, draft, preview, as_json)


@click.command("undo")
@click.argument("change", type=int, required=False)
@preview_option
@project_option
@json_option
@pass_app
def undo_command(app: App, change: int | None, preview: bool, project: Path | None, as_json: bool) -> int:
    """Take CHANGE back (default: the last one), byte for byte, unless its files were changed since."""
    from blockwright.services.editing import undoing

    workspace = app.workspace(project)
    if change is None:
        newest = workspace.files.history.list(limit=1)
        if not newest:
            raise NotFound("Nothing was changed yet.", code="change_not_found")
        change = newest[0].id
    return write(workspace, undoing(workspace, workspace.files.history.get(change)), preview, as_json)


@click.command("history")
@click.argument("path", required=False)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--version", "version", metavar="DIGEST", help="Print what the file held in this version.")
@project_option
@json_option
@pass_app
def history_command(
    app: App, path: str | None, limit: int, version: str | None, project: Path | None, as_json: bool
) -> int:
    """List what was changed in the project's files, or in the file PATH, newest first."""
    history = app.workspace(project).files.history
    if version is not None:
        found = [
            digest for digest in _digests(history.list(path=path, limit=100_000), path) if digest.startswith(version)
        ]
        if len(set(found)) != 1:
            raise NotFound(f"`{version}` is no version, or several.", hint="Give more of it.", code="content_gone")
        click.echo(history.content(found[0]), nl=False)
        return DONE
    changes = history.list(path=path, limit=limit)
    if as_json:
        emit({"changes": [_change_document(change) for change in changes]})
        return DONE
    rows = [
        [change.id, f"{change.time.astimezone():%Y-%m-%d %H:%M:%S}", change.by, change.what, _after(change, path)]
        for change in changes
    ]
    click.echo(text.table(["change", "time", "by", "what", "version"], rows, right=[0]) if rows else "No changes.")
    return DONE


@click.command("search")
@click.argument("wanted", metavar="TEXT")
@click.option("--regex", is_flag=True, help="TEXT is a pattern in RE2's syntax.")
@click.option("--case", is_flag=True, help="Capital letters count.")
@click.option("--word", is_flag=True, help="Whole words only.")
@click.option("--glob", default="", metavar="PATTERNS", help="Which files: `*.py,!tests/*`.")
@click.option("--limit", type=click.IntRange(1, 5000), default=500, show_default=True)
@project_option
@json_option
@pass_app
def search_command(
    app: App,
    wanted: str,
    regex: bool,
    case: bool,
    word: bool,
    glob: str,
    limit: int,
    project: Path | None,
    as_json: bool,
) -> int:
    """Find TEXT in the project's code files. Exit code 1 when it is nowhere."""
    from blockwright.services.file_search import FileQuery, search

    found = search(app.workspace(project), FileQuery(wanted, regex, case, word, glob), limit=limit)
    if as_json:
        files = [
            {
                "path": file.path,
                "digest": file.digest,
                "hits": [{"line": hit.line, "column": hit.column, "text": hit.text} for hit in file.hits],
            }
            for file in found.files
        ]
        emit({"files": files, "searched": found.searched, "reason": found.reason})
        return DONE if found.files else FAILED
    for file in found.files:
        for hit in file.hits:
            place = click.style(f"{file.path}:{hit.line}:{hit.column}", bold=True)
            click.echo(f"{place}: {hit.text.strip()}")
    if found.reason:
        click.echo(found.reason, err=True)
    return DONE if found.files else FAILED


def write(workspace: Workspace, draft: Draft, preview: bool, as_json: bool) -> int:
    """Write a draft, unless it is only to be seen, and say what it is."""
    from blockwright.services.editing import apply

    change = None if preview else apply(workspace, draft, by=_person())
    files = [{"path": one.path, "action": _action(one.before, one.after)} for one in draft.changes]
    mentions = [{"file": one.file, "line": one.line, "text": one.text} for one in draft.mentions]
    if as_json:
        number = None if change is None else change.id
        emit({"what": draft.what, "name": draft.name, "change": number, "files": files, "mentions": mentions})
        return DONE
    for file in files:
        click.echo(f"{'would ' if preview else ''}{file['action']} {file['path']}")
    for mention in draft.mentions:
        click.echo(f"look at {mention.file}:{mention.line}: {mention.text}")
    if not files:
        click.echo("Nothing is to be changed.")
    elif change is not None:
        click.echo(f"  undo: blockwright undo {change.id}")
    return DONE


def _person() -> str:
    from blockwright.services.access.audit import command_line

    return command_line(getpass.getuser()).actor.name


def _action(before: bytes | None, after: bytes | None) -> str:
    return "create" if before is None else "delete" if after is None else "change"


def _digests(changes: Any, path: str | None) -> list[str]:
    return [
        digest
        for change in changes
        for file in change.files
        if file.kept and path in (None, file.path)
        for digest in (file.after, file.before)
        if digest is not None
    ]


def _after(change: Change, path: str | None) -> str:
    """The version of the one file that is asked for, or that was changed; else how many there were."""
    files = [file for file in change.files if path in (None, file.path)]
    if len(files) != 1:
        return text.plural(len(files), "file")
    return (files[0].after or "gone")[:12]


def _change_document(change: Change) -> dict[str, Any]:
    files = [
        {"path": file.path, "before": file.before, "after": file.after, "kept": file.kept} for file in change.files
    ]
    return {"id": change.id, "time": change.time.isoformat(), "by": change.by, "what": change.what, "files": files}
