"""What people say about runs: tags to find them by, notes to remember why."""

from __future__ import annotations

from collections.abc import Sequence

from blockwright.core.notes import MOST_TAGS, Note, Tag, parse_tag, require_name, require_note, require_value
from blockwright.core.runs.model import Run, RunId
from blockwright.ports.workspace import Workspace


def tags(workspace: Workspace, run: RunId) -> Sequence[Tag]:
    return workspace.learning.annotations.tags(workspace.project.name, [run]).get(run, ())


def tag(workspace: Workspace, run: Run, name: str, value: str, *, by: str) -> Sequence[Tag]:
    """Set a tag, whatever it was before; all tags of the run then. Raises Invalid."""
    workspace.learning.annotations.tag(
        workspace.project.name,
        run.id,
        require_name(name),
        require_value(value),
        author=by,
        now=workspace.clock.now(),
        most=MOST_TAGS,
    )
    return tags(workspace, run.id)


def untag(workspace: Workspace, run: Run, name: str) -> Sequence[Tag]:
    """Take a tag away; all tags of the run then. Raises NotFound."""
    workspace.learning.annotations.untag(workspace.project.name, run.id, require_name(name))
    return tags(workspace, run.id)


def tagged(workspace: Workspace, wanted: str, *, before: RunId | None = None, limit: int = 50) -> Sequence[Run]:
    """The runs with the tag ``name`` or ``name=value``, newest first."""
    name, value = parse_tag(wanted)
    found = workspace.learning.annotations.tagged(
        workspace.project.name, name, value if "=" in wanted else None, before=before, limit=limit
    )
    return [workspace.runs.get(run) for run in found]


def names(workspace: Workspace) -> Sequence[tuple[str, int]]:
    """The tags in use, with the number of runs of each."""
    return workspace.learning.annotations.names(workspace.project.name)


def notes(workspace: Workspace, run: RunId) -> Sequence[Note]:
    """Oldest first."""
    return workspace.learning.annotations.notes(workspace.project.name, run)


def write(workspace: Workspace, run: Run, text: str, *, by: str) -> Note:
    return workspace.learning.annotations.note(
        workspace.project.name, run.id, require_note(text), author=by, now=workspace.clock.now()
    )


def change(workspace: Workspace, run: Run, note: int, text: str, *, by: str) -> Note:
    """Only who wrote a note may change it; raises NotFound."""
    return workspace.learning.annotations.change_note(
        workspace.project.name, run.id, note, require_note(text), author=by, now=workspace.clock.now()
    )


def delete(workspace: Workspace, run: Run, note: int, *, by: str | None) -> None:
    """Who wrote it may; ``by`` None: somebody who may delete anybody's. Raises NotFound."""
    workspace.learning.annotations.delete_note(workspace.project.name, run.id, note, author=by)
