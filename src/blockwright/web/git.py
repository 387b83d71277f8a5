"""The project's work tree in Git: what changed, by pipeline; staging by file and hunk; commits, branches, stashes; the
remote; conflicts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from blockwright.core.access import Permission
from blockwright.core.git import Changed, Commit, Difference, Mark
from blockwright.core.guarded_files import guarded
from blockwright.services import editing
from blockwright.services import git as verbs
from blockwright.services.git import Incoming, Side
from blockwright.web import paging, problems
from blockwright.web.reading import require_readable
from blockwright.web.routing import Routes, needs
from blockwright.web.site import Caller, ProjectWorkspace, TheCaller

routes = Routes(
    prefix="/api/v1/projects/{project}/git",
    tags=["git"],
    responses=problems.responses(401, 403, 404, 409, 412, 422, 503),
)

MOST_COMMITS_BACK = 1_000_000
Path = Annotated[str, Field(min_length=1, max_length=4_096)]
Paths = Annotated[list[Path], Field(default_factory=list, max_length=10_000)]
BranchName = Annotated[str, Field(min_length=1, max_length=200)]


class GitFile(BaseModel):
    """``staged`` says how the next commit differs from the last one, ``unstaged`` the file from the next commit.
    ``before`` is its old path when it was renamed. ``pipelines`` are those that have it. ``guarded``: it usually holds
    passwords."""

    path: str
    before: str | None
    staged: Mark
    unstaged: Mark
    conflict: bool
    guarded: bool
    pipelines: list[str]


class GitDocument(BaseModel):
    """``repository`` False: the project is in none. ``branch`` null: a commit is checked out and no branch; ``commit``
    null: there is none yet. ``doing``: `merge`, `rebase`, `cherry-pick` or `revert` has begun and is not done.
    ``shared``: the project is a folder of a larger repository, so that branches, stashes, pulls and pushes are not for
    it alone and are refused. ``cut``: there are more changes than ``files`` lists."""

    repository: bool
    branch: str | None
    commit: str | None
    upstream: str | None
    ahead: int
    behind: int
    stashes: int
    doing: str
    shared: bool
    cut: bool
    files: list[GitFile]


class GitHunk(BaseModel):
    """``id`` names its content: `stage` and `unstage` take it. Every line begins with ` `, `+`, `-` or `\\`."""

    id: str
    old: int
    new: int
    section: str
    lines: list[str]


class GitDifference(BaseModel):
    """``binary``: there are no lines to show. ``cut``: it is longer than what is shown."""

    path: str
    staged: bool
    binary: bool
    cut: bool
    hunks: list[GitHunk]


class Staging(BaseModel):
    """``paths`` empty: all (when staging, without new files that may hold passwords, and conflicts). ``hunks``: only
    these of the one path."""

    paths: Paths
    hunks: list[Annotated[str, Field(max_length=40)]] = Field(default_factory=list, max_length=10_000)


class NewCommit(BaseModel):
    message: str = Field(min_length=1, max_length=20_000, pattern=r"\S")


class GitCommit(BaseModel):
    """``names`` are branches and tags that point to it."""

    id: str
    parents: list[str]
    author: str
    email: str
    time: datetime
    subject: str
    names: list[str]


class GitBranch(BaseModel):
    """``remote``: it is what a remote had when it was last asked. ``gone``: its upstream is no more."""

    name: str
    commit: str
    current: bool
    remote: bool
    upstream: str | None
    time: datetime
    subject: str
    ahead: int
    behind: int
    gone: bool


class GitBranches(BaseModel):
    items: list[GitBranch]


class NewBranch(BaseModel):
    """``start`` is a branch or commit, null: where you are. ``switch``: check it out as well."""

    name: BranchName
    start: BranchName | None = None
    switch: bool = True


class GitSwitch(BaseModel):
    branch: BranchName


class GitStash(BaseModel):
    number: int
    commit: str
    time: datetime
    subject: str


class GitStashes(BaseModel):
    items: list[GitStash]


class NewStash(BaseModel):
    message: str = Field(default="", max_length=500, pattern=r"^[^\x00-\x1f]*$")


class WantedStash(BaseModel):
    """``commit`` is the stash that you saw under its number."""

    number: int = Field(ge=0, le=10_000)
    commit: str = Field(pattern=r"^[0-9a-f]{40,64}$")


class Pull(BaseModel):
    """``anyway``: also when it changes pipelines that are running."""

    anyway: bool = False


class RunningPipeline(BaseModel):
    run: int
    pipeline: str
    state: str


class GitIncoming(BaseModel):
    """``running`` are unfinished runs of pipelines that a pull would change."""

    commits: int
    files: list[str]
    pipelines: list[str]
    running: list[RunningPipeline]


class ChangedFiles(BaseModel):
    """The files that changed."""

    files: list[str]


class GitConflict(BaseModel):
    """The sides of a file in conflict; null: it was not there, or is no text. ``now`` is the file with its marks,
    ``etag`` its version."""

    path: str
    base: str | None
    ours: str | None
    theirs: str | None
    now: str | None
    etag: str | None


class Solution(BaseModel):
    """``side``, or ``content`` in its place. ``etag`` is the version of the file that you have seen."""

    path: Path
    side: Side | None = None
    content: str | None = Field(default=None, max_length=900_000)
    etag: str | None = Field(default=None, max_length=64)


# What is ----------------------------------------------------------------------------------------------------------


@routes.get("", summary="The branch, and what has changed")
@needs(Permission.VIEW)
def show_git(workspace: ProjectWorkspace) -> GitDocument:
    found = verbs.look(workspace)
    tree = found.tree
    if tree is None:
        return GitDocument(
            repository=False,
            branch=None,
            commit=None,
            upstream=None,
            ahead=0,
            behind=0,
            stashes=0,
            doing="",
            shared=False,
            cut=False,
            files=[],
        )
    return GitDocument(
        repository=True,
        branch=None if tree.branch is None else _shown(tree.branch),
        commit=tree.commit,
        upstream=None if tree.upstream is None else _shown(tree.upstream),
        ahead=tree.ahead,
        behind=tree.behind,
        stashes=tree.stashes,
        doing=tree.doing,
        shared=tree.shared,
        cut=tree.cut,
        files=[_file(file, found.pipelines.get(file.path, ())) for file in tree.files],
    )


def _file(file: Changed, pipelines: Sequence[str]) -> GitFile:
    return GitFile(
        path=_shown(file.path),
        before=None if file.before is None else _shown(file.before),
        staged=file.staged,
        unstaged=file.unstaged,
        conflict=file.conflict,
        guarded=guarded(file.path),
        pipelines=list(pipelines),
    )


@routes.get("/difference", summary="How a file differs, by hunk")
@needs(Permission.VIEW)
def show_difference(
    caller: TheCaller,
    workspace: ProjectWorkspace,
    path: Annotated[str, Query(min_length=1, max_length=4_096)],
    staged: Annotated[
        bool, Query(description="The next commit against the last one, not the file against it.")
    ] = False,
) -> GitDifference:
    require_readable(caller, workspace.project.name, path)
    return _difference(path, workspace.git.difference(path, staged=staged), staged=staged)


def _difference(path: str, found: Difference, *, staged: bool) -> GitDifference:
    hunks = [
        GitHunk(
            id=hunk.id,
            old=hunk.old,
            new=hunk.new,
            section=_shown(hunk.section),
            lines=[_shown(line) for line in hunk.lines],
        )
        for hunk in found.hunks
    ]
    return GitDifference(path=path, staged=staged, binary=found.binary, cut=found.cut, hunks=hunks)


@routes.post("", summary="Make a repository of the project", status_code=204)
@needs(Permission.EDIT)
def create_repository(caller: TheCaller, workspace: ProjectWorkspace) -> None:
    workspace.git.create()
    _did(caller, workspace.project.name, "create")


# Commits ----------------------------------------------------------------------------------------------------------


@routes.post("/stage", summary="Choose files or hunks for the next commit")
@needs(Permission.EDIT)
def stage_files(caller: TheCaller, workspace: ProjectWorkspace, wanted: Staging) -> ChangedFiles:
    if wanted.hunks and len(wanted.paths) == 1:
        workspace.git.stage_hunks(wanted.paths[0], wanted.hunks, undo=False)
        files: Sequence[str] = wanted.paths
    else:
        files = verbs.stage(workspace, wanted.paths)
    return _staged(caller, workspace.project.name, files)


@routes.post("/unstage", summary="Take files or hunks out of the next commit; the files stay as they are")
@needs(Permission.EDIT)
def unstage_files(caller: TheCaller, workspace: ProjectWorkspace, wanted: Staging) -> ChangedFiles:
    if wanted.hunks and len(wanted.paths) == 1:
        workspace.git.stage_hunks(wanted.paths[0], wanted.hunks, undo=True)
        files: Sequence[str] = wanted.paths
    else:
        files = verbs.unstage(workspace, wanted.paths)
    return _staged(caller, workspace.project.name, files)


def _staged(caller: Caller, project: str, files: Sequence[str]) -> ChangedFiles:
    caller.only_asks()  # nothing that the audit log is for: the commit is
    caller.files_changed(project)
    return ChangedFiles(files=[_shown(file) for file in files])


@routes.post("/commits", summary="Commit what is staged", status_code=201)
@needs(Permission.EDIT)
def commit_staged(caller: TheCaller, workspace: ProjectWorkspace, wanted: NewCommit) -> GitCommit:
    made = workspace.git.commit(wanted.message, verbs.author_of(caller.actor.name))
    _did(caller, workspace.project.name, "commit", made.id)
    return _commit(made)


@routes.get("/commits", summary="The commits of the current branch, newest first")
@needs(Permission.VIEW)
def list_commits(
    workspace: ProjectWorkspace,
    path: Annotated[str | None, Query(min_length=1, max_length=4_096, description="Only those of this file.")] = None,
    limit: paging.Limit = paging.FIRST,
    cursor: paging.Cursor = None,
) -> paging.Page[GitCommit]:
    first = min(paging.number(cursor) or 0, MOST_COMMITS_BACK)
    numbered = list(enumerate(verbs.log(workspace, first=first, limit=limit + 1, path=path), start=first + 1))
    return paging.page(numbered, limit, lambda item: item[0], lambda item: _commit(item[1]))


def _commit(commit: Commit) -> GitCommit:
    return GitCommit(
        id=commit.id,
        parents=list(commit.parents),
        author=_shown(commit.author),
        email=_shown(commit.email),
        time=commit.time,
        subject=_shown(commit.subject),
        names=[_shown(name) for name in commit.names],
    )


# Branches and stashes ---------------------------------------------------------------------------------------------


@routes.get("/branches", summary="The branches, the latest first")
@needs(Permission.VIEW)
def list_branches(workspace: ProjectWorkspace) -> GitBranches:
    return GitBranches(
        items=[
            GitBranch(
                name=_shown(branch.name),
                commit=branch.commit,
                current=branch.current,
                remote=branch.remote,
                upstream=None if branch.upstream is None else _shown(branch.upstream),
                time=branch.time,
                subject=_shown(branch.subject),
                ahead=branch.ahead,
                behind=branch.behind,
                gone=branch.gone,
            )
            for branch in workspace.git.branches()
        ]
    )


@routes.post("/branches", summary="Make a branch", status_code=201)
@needs(Permission.EDIT)
def create_branch(caller: TheCaller, workspace: ProjectWorkspace, wanted: NewBranch) -> ChangedFiles:
    workspace.git.new_branch(wanted.name, start=wanted.start)
    files = workspace.git.switch(wanted.name) if wanted.switch else ()
    return _changed(caller, workspace.project.name, "branch", wanted.name, files)


@routes.post("/switch", summary="Check out a branch")
@needs(Permission.EDIT)
def switch_branch(caller: TheCaller, workspace: ProjectWorkspace, wanted: GitSwitch) -> ChangedFiles:
    """Refused (409, `would_lose`) when changes that are not committed would be lost."""
    return _changed(caller, workspace.project.name, "switch", wanted.branch, workspace.git.switch(wanted.branch))


@routes.get("/stashes", summary="What was put away")
@needs(Permission.VIEW)
def list_stashes(workspace: ProjectWorkspace) -> GitStashes:
    return GitStashes(
        items=[
            GitStash(number=stash.number, commit=stash.commit, time=stash.time, subject=_shown(stash.subject))
            for stash in workspace.git.stashes()
        ]
    )


@routes.post("/stashes", summary="Put away everything that is not committed", status_code=201)
@needs(Permission.EDIT)
def stash_changes(caller: TheCaller, workspace: ProjectWorkspace, wanted: NewStash) -> ChangedFiles:
    files = workspace.git.stash(wanted.message, verbs.author_of(caller.actor.name))
    return _changed(caller, workspace.project.name, "stash", "", files)


@routes.post("/stashes/pop", summary="Bring back what was put away")
@needs(Permission.EDIT)
def pop_stash(caller: TheCaller, workspace: ProjectWorkspace, wanted: WantedStash) -> ChangedFiles:
    """It is gone from the stashes afterwards, unless it conflicts with what is there now."""
    files = workspace.git.unstash(wanted.number, commit=wanted.commit)
    return _changed(caller, workspace.project.name, "unstash", wanted.commit, files)


@routes.post("/stashes/drop", summary="Forget what was put away", status_code=204)
@needs(Permission.EDIT)
def drop_stash(caller: TheCaller, workspace: ProjectWorkspace, wanted: WantedStash) -> None:
    workspace.git.drop_stash(wanted.number, commit=wanted.commit)
    _did(caller, workspace.project.name, "drop-stash", wanted.commit)


# The remote -------------------------------------------------------------------------------------------------------


@routes.post("/fetch", summary="Ask the remote what is new, and say what a pull would change")
@needs(Permission.EDIT)
def fetch_remote(caller: TheCaller, workspace: ProjectWorkspace) -> GitIncoming:
    found = verbs.incoming(workspace, fetch=True)
    _did(caller, workspace.project.name, "fetch")
    return _incoming(found)


def _incoming(found: Incoming) -> GitIncoming:
    return GitIncoming(
        commits=found.commits,
        files=[_shown(file) for file in found.files],
        pipelines=list(found.pipelines),
        running=[RunningPipeline(run=run.id, pipeline=run.pipeline, state=run.state.value) for run in found.runs],
    )


@routes.post("/pull", summary="Fetch and merge what the remote has")
@needs(Permission.EDIT)
def pull_remote(caller: TheCaller, workspace: ProjectWorkspace, wanted: Pull) -> ChangedFiles:
    """Refused (409, `pipelines_running`) when it would change pipelines that are running, unless `anyway`. Conflicts
    are left to be solved."""
    files = verbs.pull(workspace, verbs.author_of(caller.actor.name), anyway=wanted.anyway)
    return _changed(caller, workspace.project.name, "pull", "", files)


@routes.post("/push", summary="Give the branch's commits to the remote", status_code=204)
@needs(Permission.EDIT)
def push_remote(caller: TheCaller, workspace: ProjectWorkspace) -> None:
    workspace.git.push()
    _did(caller, workspace.project.name, "push")


# Conflicts --------------------------------------------------------------------------------------------------------


@routes.get("/conflict", summary="The sides of a file in conflict")
@needs(Permission.VIEW)
def show_conflict(
    caller: TheCaller, workspace: ProjectWorkspace, path: Annotated[str, Query(min_length=1, max_length=4_096)]
) -> GitConflict:
    require_readable(caller, workspace.project.name, path)
    sides = workspace.git.sides(path)
    now = editing.current(workspace, path)
    return GitConflict(
        path=path,
        base=_text(sides.base),
        ours=_text(sides.ours),
        theirs=_text(sides.theirs),
        now=_text(now),
        etag=editing.digest_of(now),
    )


@routes.post("/solve", summary="Solve a conflict by a side or by content", status_code=204)
@needs(Permission.EDIT)
def solve_conflict(caller: TheCaller, workspace: ProjectWorkspace, wanted: Solution) -> None:
    by = caller.actor.name
    verbs.solve(workspace, wanted.path, side=wanted.side, content=wanted.content, seen=wanted.etag, by=by)
    caller.record("git.solve", workspace.project.name, wanted.path)
    caller.files_changed(workspace.project.name, wanted.path)


@routes.post("/abort", summary="Take back a merge that is not done")
@needs(Permission.EDIT)
def abort_merge(caller: TheCaller, workspace: ProjectWorkspace) -> ChangedFiles:
    return _changed(caller, workspace.project.name, "abort", "", workspace.git.abort())


def _changed(caller: Caller, project: str, verb: str, object: str, files: Sequence[str]) -> ChangedFiles:
    _did(caller, project, verb, object, files)
    return ChangedFiles(files=[_shown(file) for file in files])


def _did(caller: Caller, project: str, verb: str, object: str = "", files: Sequence[str] = ()) -> None:
    caller.record(f"git.{verb}", project, object)
    caller.files_changed(project, *(_shown(file) for file in files))


def _shown(text: str) -> str:
    """Bytes that are no text as replacement characters: JSON has no others."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _text(data: bytes | None) -> str | None:
    if data is None or b"\0" in data:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None
