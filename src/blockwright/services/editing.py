"""Changes to project files as people make them: all of a change or nothing, over what was seen, with a way back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import TypeVar

from blake3 import blake3

from blockwright.core.errors import BlockwrightError, Conflict, Invalid, NotFound
from blockwright.core.triggers.model import Place
from blockwright.ports.editing import Draft, FileChange
from blockwright.ports.history import Change
from blockwright.ports.triggers import TriggerFilter
from blockwright.ports.workspace import Workspace

Value = TypeVar("Value")

MOST_FILES = 500
"""Files of a folder that are kept when it is deleted or moved; of a larger one only the change itself is noted."""


def digest_of(data: bytes | None) -> str | None:
    return None if data is None else blake3(data).hexdigest()


def apply(workspace: Workspace, draft: Draft, *, by: str) -> Change | None:
    """Write a draft and note it in the history; None when it changes nothing.

    Every file must be what the draft was made from, else Conflict (code ``changed``) and nothing is written. A write
    that fails takes back those before it.
    """
    if not draft.changes:
        return None
    for change in draft.changes:
        _require_as_seen(workspace, change)
    done: list[FileChange] = []
    for change in draft.changes:
        try:
            _write(workspace, change)
        except BlockwrightError:
            for earlier in reversed(done):
                with suppress(BlockwrightError):  # somebody else has it by now
                    _write(workspace, FileChange(earlier.path, earlier.after, earlier.before))
            raise
        done.append(change)
    _tidy(workspace, draft.changes)
    files = [(change.path, change.before, change.after) for change in draft.changes]
    return workspace.files.history.record(files, by=by, what=draft.what, now=workspace.clock.now())


def undoing(workspace: Workspace, change: Change) -> Draft:
    """The draft that takes a change back, byte for byte. Raises Conflict (code ``changed``) when somebody has changed
    one of the files since, NotFound (``content_gone``) when what was there before is not kept."""
    history, back = workspace.files.history, []
    for file in change.files:
        if not file.kept:
            raise NotFound(
                f"What `{file.path}` held before is not kept.",
                hint="Files that may hold passwords, and very large ones, have no history.",
                code="content_gone",
            )
        now = current(workspace, file.path)
        if digest_of(now) != file.after:
            raise Conflict(
                f"`{file.path}` was changed since.", hint="Look at its history, then restore it.", code="changed"
            )
        back.append(FileChange(file.path, now, None if file.before is None else history.content(file.before)))
    back.reverse()  # what came last goes first
    return Draft(f"undo: {change.what.removeprefix('undo: ')}", tuple(back))


def current(workspace: Workspace, path: str) -> bytes | None:
    """What the file holds, None when there is none."""
    try:
        return workspace.files.read_file(path)
    except NotFound:
        return None


# Plain files ------------------------------------------------------------------------------------------------------


def save_file(workspace: Workspace, path: str, data: bytes, expected: str | None, *, by: str) -> str:
    """As ``ProjectStore.write_file``, noted; saves one after another by somebody who types are one change."""
    before = None if expected is None else current(workspace, path)
    digest = workspace.files.write_file(path, data, expected)
    if before != data:
        what = f"save `{path}`" if expected is not None else f"create `{path}`"
        now = workspace.clock.now()
        workspace.files.history.record([(path, before, data)], by=by, what=what, now=now, join=expected is not None)
    return digest


def delete_file(workspace: Workspace, path: str, expected: str | None, *, recursive: bool, by: str) -> None:
    """As ``ProjectStore.delete_file``; what was deleted can be restored."""
    before = _below(workspace, path)
    workspace.files.delete_file(path, expected, recursive=recursive)
    _note(workspace, [(one, data, None) for one, data in before], by, f"delete `{path}`")


def move_file(workspace: Workspace, source: str, target: str, *, by: str) -> None:
    before = _below(workspace, source)
    workspace.files.move_file(source, target)
    gone = [(one, data, None) for one, data in before]
    made = [(target + one.removeprefix(source), None, data) for one, data in before]
    _note(workspace, [*gone, *made], by, f"move `{source}` to `{target}`")


def noted(workspace: Workspace, paths: Sequence[str], what: str, act: Callable[[], Value], *, by: str) -> Value:
    """Do what changes these files, and note it."""
    before = [current(workspace, path) for path in paths]
    done = act()
    after = [current(workspace, path) for path in paths]
    files = [entry for entry in zip(paths, before, after, strict=True) if entry[1] != entry[2]]
    _note(workspace, files, by, what)
    return done


def created(workspace: Workspace, paths: Iterable[str], what: str, *, by: str) -> None:
    """Note files that were just made."""
    _note(workspace, [(path, None, current(workspace, path)) for path in paths], by, what)


def _note(workspace: Workspace, files: Sequence[tuple[str, bytes | None, bytes | None]], by: str, what: str) -> None:
    if files:
        workspace.files.history.record(files, by=by, what=what, now=workspace.clock.now())


def _below(workspace: Workspace, path: str) -> list[tuple[str, bytes]]:
    """The files at and below a path with what they hold, as far as that can be kept."""
    found: list[tuple[str, bytes]] = []
    todo = [path]
    while todo and len(found) < MOST_FILES:
        place = todo.pop()
        try:
            found.append((place, workspace.files.read_file(place)))
            continue
        except Invalid as error:
            if error.code != "no_file":
                continue  # too large
        except BlockwrightError:
            continue
        with suppress(BlockwrightError):
            todo += [node.path for node in workspace.files.list_folder(place)]
    return found


# Pipelines --------------------------------------------------------------------------------------------------------


def require_no_records_only(workspace: Workspace, pipeline: str, deed: str) -> None:
    """Raises Conflict while the pipeline has triggers that stand in the records and in no file: they go by its name,
    and would be left without it."""
    which = TriggerFilter(workspace.project.name, pipeline)
    found = workspace.triggering.records.list(which, limit=100)
    names = [trigger.spec.name for trigger in found if trigger.place is not Place.FILE]
    if names:
        listed = ", ".join(f"`{name}`" for name in names[:5])
        raise Conflict(
            f"Pipeline `{pipeline}` cannot be {deed}: its triggers {listed} stand in no file.",
            hint="Save them to the pipeline's file, or delete them, first.",
            code="has_triggers",
        )


def _require_as_seen(workspace: Workspace, change: FileChange) -> None:
    if current(workspace, change.path) != change.before:
        raise Conflict(f"`{change.path}` was changed since it was read.", hint="Read it again.", code="changed")


def _write(workspace: Workspace, change: FileChange) -> None:
    if change.after is None:
        workspace.files.delete_file(change.path, digest_of(change.before))
    else:
        workspace.files.write_file(change.path, change.after, digest_of(change.before))


def _tidy(workspace: Workspace, changes: Iterable[FileChange]) -> None:
    """Take away the folders of pipelines that nothing is left in."""
    folders = {change.path.rpartition("/")[0] for change in changes if change.after is None}
    for folder in sorted(folders, key=len, reverse=True):
        if folder.startswith("pipelines/"):
            with suppress(BlockwrightError):
                workspace.files.delete_file(folder)
