"""Git as people who build pipelines need it: which pipelines a change belongs to, and what a pull would do to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from blockwright.core.errors import Conflict, Forbidden, Invalid, NotFound
from blockwright.core.git import Changed, Commit, Mark, Tree
from blockwright.core.guarded_files import guarded
from blockwright.core.runs.model import Run
from blockwright.ports.git import Author
from blockwright.ports.workspace import Workspace
from blockwright.services import editing

MARKS = ("<<<<<<< ", ">>>>>>> ")


@dataclass(frozen=True, slots=True)
class Look:
    """``tree`` None: the project is in no repository. ``pipelines`` says for each changed file which ones have it."""

    tree: Tree | None
    pipelines: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a pull would bring: ``runs`` are unfinished ones of pipelines that it would change."""

    commits: int
    files: Sequence[str]
    pipelines: Sequence[str]
    runs: Sequence[Run]


class Side(StrEnum):
    OURS = "ours"
    THEIRS = "theirs"


def look(workspace: Workspace) -> Look:
    try:
        tree = workspace.git.tree()
    except NotFound as error:
        if error.code != "no_repository":
            raise
        return Look(None, {})
    return Look(tree, owners_of(workspace, [file.path for file in tree.files]))


def owners_of(workspace: Workspace, paths: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """The pipelines that each file belongs to: whose folder it is in, or who has a block of it."""
    wanted = set(paths)
    found: dict[str, list[str]] = {path: [] for path in wanted}
    if not wanted:
        return found
    for pipeline in workspace.files.pipelines():
        folder = f"pipelines/{pipeline}/"
        spec = workspace.files.examined(pipeline).spec
        blocks = {entry.path for entry in spec.by_uuid.values()} if spec is not None else set()
        for path in wanted:
            if path.startswith(folder) or path in blocks:
                found[path].append(pipeline)
    return found


def author_of(name: str) -> Author:
    """The caller as Git names people: the part before the `@`, and the address."""
    plain = "".join(letter for letter in name if letter.isprintable() and letter not in "<>").strip() or "somebody"
    return Author(plain.partition("@")[0] or plain, plain if "@" in plain else f"{plain}@localhost")


def stage(workspace: Workspace, paths: Sequence[str]) -> Sequence[str]:
    """Stage these files. Empty: all but new ones that may hold passwords, and those in conflict. Gives what was."""
    chosen = paths or [file.path for file in workspace.git.tree().files if _goes_along(file)]
    if chosen:
        workspace.git.stage(chosen)
    return chosen


def _goes_along(file: Changed) -> bool:
    fresh = file.unstaged is Mark.UNTRACKED
    return file.unstaged is not Mark.NONE and not file.conflict and not (fresh and guarded(file.path))


def unstage(workspace: Workspace, paths: Sequence[str]) -> Sequence[str]:
    """Empty: everything that is staged."""
    chosen = paths or [file.path for file in workspace.git.tree().files if file.staged is not Mark.NONE]
    if chosen:
        workspace.git.unstage(chosen)
    return chosen


def log(workspace: Workspace, *, first: int, limit: int, path: str | None) -> Sequence[Commit]:
    if path is not None and (path.startswith("/") or ".." in path.split("/") or "\0" in path):
        raise Forbidden(f"{path!r} is no path inside the project.", hint="Name a file of the project.")
    return workspace.git.log(first=first, limit=limit, path=path)


# Pulling ----------------------------------------------------------------------------------------------------------


def incoming(workspace: Workspace, *, fetch: bool) -> Incoming:
    """What a pull would bring; ``fetch``: ask the remote first."""
    if fetch:
        workspace.git.fetch()
    files = workspace.git.incoming()
    pipelines = sorted({owner for owners in owners_of(workspace, files).values() for owner in owners})
    runs = [run for run in workspace.runs.unfinished(workspace.project.name) if run.pipeline in pipelines]
    return Incoming(workspace.git.tree().behind, files, pipelines, runs)


def pull(workspace: Workspace, author: Author, *, anyway: bool) -> Sequence[str]:
    """Fetch and merge; the files that changed. Raises Conflict (code ``pipelines_running``) when pipelines that it
    would change have unfinished runs, unless ``anyway``."""
    would = incoming(workspace, fetch=True)
    if would.runs and not anyway:
        running = sorted({run.pipeline for run in would.runs})
        raise Conflict(
            f"The pull would change pipelines that are running: {', '.join(f'`{name}`' for name in running)}.",
            hint="Their runs go on with the code they began with; pull anyway, or wait until they have ended.",
            code="pipelines_running",
        )
    return workspace.git.merge(author) if would.commits else []


# Conflicts --------------------------------------------------------------------------------------------------------


def solve(
    workspace: Workspace, path: str, *, side: Side | None, content: str | None, seen: str | None, by: str
) -> None:
    """Write one side, or this content, and stage it. ``seen`` is the digest of the file that was looked at."""
    sides = workspace.git.sides(path)
    if side is None and content is None:
        raise Invalid("Say which side holds, or what the file is to hold.", code="no_solution")
    chosen = content.encode() if content is not None else sides.ours if side is Side.OURS else sides.theirs
    if content is not None and any(line.startswith(MARKS) for line in content.splitlines()):
        raise Invalid(
            f"`{path}` still has the marks of a conflict.",
            hint="Take out the lines with `<<<<<<<` and `>>>>>>>`.",
            code="unsolved",
        )
    now = editing.digest_of(editing.current(workspace, path))
    if seen is not None and seen != now:
        raise Conflict(f"`{path}` was changed since.", hint="Look at it anew.", code="changed")
    if chosen is not None:
        editing.save_file(workspace, path, chosen, now, by=by)
    elif now is not None:
        editing.delete_file(workspace, path, now, recursive=False, by=by)
    workspace.git.stage([path])
