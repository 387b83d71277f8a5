"""The port ``Git`` over the command line."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import RLock

from blockwright.adapters.git.command import REMOTE_SECONDS, Answer, Command
from blockwright.adapters.git.programs import require_none
from blockwright.core.errors import Conflict, Invalid, NotFound
from blockwright.core.git import (
    BRANCH_FIELDS,
    COMMIT_FIELDS,
    Branch,
    Changed,
    Commit,
    Difference,
    Mark,
    Sides,
    Stash,
    Tree,
    branch_name,
    parse_branches,
    parse_difference,
    parse_log,
    parse_stashes,
    parse_status,
    patch_of,
)
from blockwright.ports.git import Author

OURS = ".blockwright"
"""Our data folder: the key of the secrets lies there, so it is neither shown nor staged."""

_DIFF = ("diff", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--src-prefix=a/", "--dst-prefix=b/")
_DOING = {
    "MERGE_HEAD": "merge",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
}
_MOST_BRANCHES = 1_000
_MOST_STASHES = 200
_MAGIC = {"GIT_LITERAL_PATHSPECS": "0"}  # `git stash` calls itself with `:/`
_NAMES = ("diff", "--name-only", "-z", "--no-ext-diff", "--no-textconv", "--no-renames")


@dataclass(frozen=True, slots=True)
class _Place:
    """``top`` is the work tree's folder, ``prefix`` the project's in it (empty or with `/` at its end)."""

    top: Path
    prefix: str
    store: Path


class CommandLineGit:
    """A project's work tree."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        self._git = Command(root, environ)
        self._lock = RLock()  # Git's own lock file refuses at once; here the second one waits

    # What is ----------------------------------------------------------------------------------------------------------

    def tree(self) -> Tree:
        return self._tree(self._place())

    def _tree(self, place: _Place) -> Tree:
        asked = ("status", "--porcelain=v2", "-z", "--branch", "--show-stash", "--untracked-files=all", "--ignored=no")
        # Not limited to the project's folder: what is staged elsewhere would go into a commit as well.
        answer = self._git.call(*asked, folder=place.top, environ={"GIT_OPTIONAL_LOCKS": "0"})
        tree = parse_status(answer.text, prefix=place.prefix, cut=answer.cut)
        files = tuple(file for file in tree.files if OURS not in file.path.casefold().split("/"))
        doing = next((word for name, word in _DOING.items() if (place.store / name).exists()), "")
        return replace(tree, files=files, doing=doing)

    def _place(self) -> _Place:
        """Where the repository is; raises Forbidden when its configuration would run something."""
        require_none(self._git.call("config", "--list", "--show-scope", "--name-only", "-z").text)
        answer = self._git.call("rev-parse", "--show-toplevel", "--absolute-git-dir", "--show-prefix")
        top, store, prefix = answer.text.split("\n")[:3]
        return _Place(Path(top), prefix, Path(store))

    def create(self) -> None:
        with self._lock:
            if self._git.call("rev-parse", "--git-dir", fine=(0, 128)).code == 0:
                raise Conflict("The project is in a Git repository already.", code="exists")
            self._git.call("init", "--quiet", "--initial-branch=main", "--template=")

    def difference(self, path: str, *, staged: bool) -> Difference:
        place = self._place()
        return self._difference(place, path, staged=staged)

    def _difference(self, place: _Place, path: str, *, staged: bool) -> Difference:
        (file,) = self._require(self._tree(place), [path])
        if file.unstaged is Mark.UNTRACKED and not staged:
            # To compare with nothing takes no index; status 1 says that there is a difference.
            answer = self._git.call(*_DIFF, "--no-index", "--", "/dev/null", path, fine=(0, 1))
        else:
            which = ("--cached",) if staged else ()
            answer = self._git.call(*_DIFF, *which, "--", path)
        return parse_difference(answer.text, cut=answer.cut)

    @staticmethod
    def _require(tree: Tree, paths: Sequence[str]) -> list[Changed]:
        known = {file.path: file for file in tree.files}
        for path in paths:
            if path not in known:
                raise NotFound(
                    f"`{path}` is not among the changed files.",
                    hint="Look at what has changed anew.",
                    code="not_changed",
                )
        return [known[path] for path in paths]

    # The index --------------------------------------------------------------------------------------------------------

    def stage(self, paths: Sequence[str]) -> None:
        with self._lock:
            place = self._place()
            files = self._require(self._tree(place), paths)
            wanted = [file.path for file in files if file.unstaged is not Mark.NONE]
            self._on_paths("add", "--all", paths=wanted)

    def unstage(self, paths: Sequence[str]) -> None:
        with self._lock:
            place = self._place()
            tree = self._tree(place)
            wanted = [name for file in self._require(tree, paths) for name in (file.path, file.before) if name]
            if tree.commit is None:
                self._on_paths("rm", "--cached", "--quiet", "--ignore-unmatch", "-r", paths=wanted)
            else:
                self._on_paths("reset", "--quiet", paths=wanted, fine=(0, 1))

    def _on_paths(self, *arguments: str, paths: Sequence[str], fine: Sequence[int] = (0,)) -> None:
        """The paths go in by the standard input: there may be more than fit on a command line."""
        if paths:
            given = b"".join(os.fsencode(path) + b"\0" for path in paths)
            self._git.call(*arguments, "--pathspec-from-file=-", "--pathspec-file-nul", stdin=given, fine=fine)

    def stage_hunks(self, path: str, hunks: Collection[str], *, undo: bool) -> None:
        with self._lock:
            place = self._place()
            difference = self._difference(place, path, staged=undo)
            patch = patch_of(difference, hunks)
            if patch is None:
                raise Conflict(f"`{path}` was changed since.", hint="Look at its difference anew.", code="changed")
            direction = ("--reverse",) if undo else ()
            self._git.call(
                *("apply", "--cached", "--whitespace=nowarn", *direction, "-"),
                stdin=patch.encode("utf-8", "surrogateescape"),
                folder=place.top,
            )

    # Commits ----------------------------------------------------------------------------------------------------------

    def commit(self, message: str, author: Author) -> Commit:
        with self._lock:
            place = self._place()
            tree = self._tree(place)
            if any(file.conflict for file in tree.files):
                raise Conflict(
                    "There are conflicts that are not solved.", hint="Solve each and stage it.", code="unsolved"
                )
            if tree.staged_elsewhere:
                raise Conflict(
                    "Changes outside of the project are staged, and would go into the commit.",
                    hint="Take them out with `git reset` first.",
                    code="shared_repository",
                )
            if tree.doing != "merge" and all(file.staged is Mark.NONE for file in tree.files):
                raise Conflict("Nothing is staged.", hint="Stage what belongs into the commit.", code="nothing_staged")
            self._git.call(
                *("commit", "--quiet", "--no-verify", "--cleanup=whitespace", "--file=-"),
                stdin=message.encode(),
                environ=_as(author),
            )
            return self.log(first=0, limit=1)[0]

    def log(self, *, first: int, limit: int, path: str | None = None) -> Sequence[Commit]:
        place = self._place()
        if self._tree(place).commit is None:
            return []
        where = ("--", path) if path is not None else ("--", ".") if place.prefix else ()
        answer = self._git.call(
            "log", "-z", "--decorate=short", f"--format={COMMIT_FIELDS}", f"--skip={first}", f"-{limit}", *where
        )
        return parse_log(answer.text)

    # Branches ---------------------------------------------------------------------------------------------------------

    def branches(self) -> Sequence[Branch]:
        self._place()
        answer = self._git.call(
            *("for-each-ref", f"--format={BRANCH_FIELDS}", f"--count={_MOST_BRANCHES}", "--sort=-committerdate"),
            *("refs/heads", "refs/remotes"),
        )
        return parse_branches(answer.text)

    def new_branch(self, name: str, *, start: str | None) -> None:
        if not branch_name(name):
            raise Invalid(
                f"`{name[:200]}` cannot be the name of a branch.",
                hint="Take letters, digits, `-`, `_`, `.` and `/`.",
                code="branch_name",
            )
        with self._lock:
            if any(branch.name == name and not branch.remote for branch in self.branches()):
                raise Conflict(f"There is a branch `{name}` already.", hint="Take another name.", code="exists")
            if self.tree().commit is None:
                raise Conflict("There is no commit to begin at.", hint="Commit something first.", code="no_commit")
            begin = "HEAD" if start is None else self._require_commit(start)
            self._git.call("branch", "--no-track", "--", name, begin)

    def _require_commit(self, name: str) -> str:
        """The commit's id; raises NotFound."""
        wanted = name if branch_name(name) else "?"
        answer = self._git.call(
            "rev-parse", "--quiet", "--verify", "--end-of-options", f"{wanted}^{{commit}}", fine=(0, 1)
        )
        if answer.code:
            raise NotFound(f"There is no branch or commit `{name[:200]}`.", code="branch_not_found")
        return answer.text.strip()

    def switch(self, name: str) -> Sequence[str]:
        with self._changing() as place:
            found = next((branch for branch in self.branches() if branch.name == name), None)
            if found is None:
                raise NotFound(f"There is no branch `{name[:200]}`.", code="branch_not_found")
            before = self._tree(place).commit
            if found.remote:
                self._git.call("switch", "--quiet", "--no-guess", "--track", found.name)
            else:
                self._git.call("switch", "--quiet", "--no-guess", found.name)
            return self._between(before)

    @contextmanager
    def _changing(self) -> Iterator[_Place]:
        """For what changes files of the whole work tree."""
        with self._lock:
            place = self._place()
            if place.prefix:
                raise Conflict(
                    f"The project is the folder `{place.prefix}` of a repository, all of which this would change.",
                    hint="Do it in a terminal, in the repository's own folder.",
                    code="shared_repository",
                )
            yield place

    def _between(self, before: str | None, after: str = "HEAD") -> list[str]:
        """The files that differ between two commits."""
        if before is None:
            return []
        return _names(self._git.call(*_NAMES, before, after, "--"))

    # Stashes ----------------------------------------------------------------------------------------------------------

    def stashes(self) -> Sequence[Stash]:
        self._place()
        form = "--format=%gd%x00%H%x00%cI%x00%gs"
        # `%gd` would be a time when the user's configuration says so.
        answer = self._git.call("-c", "log.date=default", "stash", "list", "-z", form, f"-{_MOST_STASHES}")
        return parse_stashes(answer.text)

    def stash(self, message: str, author: Author) -> Sequence[str]:
        with self._changing() as place:
            tree = self._tree(place)
            if tree.commit is None:
                raise Conflict("There is no commit to go back to.", hint="Commit something first.", code="no_commit")
            if not tree.files:
                raise Conflict("Nothing has changed.", code="nothing_changed")
            words = ("--message", message) if message else ()
            self._git.call("stash", "push", "--quiet", "--include-untracked", *words, environ={**_as(author), **_MAGIC})
            return [file.path for file in tree.files]

    def unstash(self, number: int, *, commit: str) -> Sequence[str]:
        with self._changing() as place:
            self._require_stash(number, commit)
            names = self._git.call("stash", "show", "--name-only", "-z", "--include-untracked", f"stash@{{{number}}}")
            answer = self._git.call("stash", "pop", "--quiet", "--index", f"stash@{{{number}}}", fine=(0, 1))
            if answer.code and not any(file.conflict for file in self._tree(place).files):
                # What was staged does not fit any more; the changes themselves may.
                answer = self._git.call("stash", "pop", "--quiet", f"stash@{{{number}}}", fine=(0, 1))
                if answer.code and not any(file.conflict for file in self._tree(place).files):
                    raise Conflict(
                        "The stash does not fit what is there now, and stays.",
                        hint="Commit or put away what has changed first.",
                        code="would_lose",
                    )
            return _names(names)

    def drop_stash(self, number: int, *, commit: str) -> None:
        with self._changing():
            self._require_stash(number, commit)
            self._git.call("stash", "drop", "--quiet", f"stash@{{{number}}}")

    def _require_stash(self, number: int, commit: str) -> None:
        """Numbers move on when another stash is made or goes."""
        if not any((stash.number, stash.commit) == (number, commit) for stash in self.stashes()):
            raise Conflict("The stashes have changed since.", hint="Look at them anew.", code="changed")

    # Remotes ----------------------------------------------------------------------------------------------------------

    def fetch(self) -> None:
        with self._lock:
            self._place()
            self._remote_call("fetch", "--quiet", "--prune", "--no-auto-maintenance", self._remote())

    def _remote(self) -> str:
        """The remote of the current branch, else the only one, else `origin`."""
        names = self._git.call("remote").text.split()
        branch = self.tree().branch
        if branch is not None:
            own = self._git.call("config", "--get", f"branch.{branch}.remote", fine=(0, 1)).text.strip()
            if own in names:
                return own
        if len(names) == 1:
            return names[0]
        if "origin" not in names:
            raise Conflict(
                "The repository has no remote." if not names else "None of the remotes is this branch's.",
                hint="Add one in a terminal: `git remote add origin ADDRESS`.",
                code="no_remote",
            )
        return "origin"

    def _remote_call(self, *arguments: str, environ: Mapping[str, str] | None = None) -> Answer:
        return self._git.call(*arguments, seconds=REMOTE_SECONDS, environ=environ)

    def incoming(self) -> Sequence[str]:
        self._place()
        upstream = self._require_upstream(self.tree())
        return _names(self._git.call(*_NAMES, f"HEAD...{upstream}", "--"))

    @staticmethod
    def _require_upstream(tree: Tree) -> str:
        if tree.branch is None or tree.upstream is None:
            raise Conflict(
                "The branch follows none of a remote." if tree.branch else "No branch is checked out.",
                hint="Push it first, or switch to a branch that does.",
                code="no_upstream",
            )
        # By its name, which the marks of a conflict and the merge's message then have.
        return tree.upstream if branch_name(tree.upstream) else "@{upstream}"

    def merge(self, author: Author) -> Sequence[str]:
        with self._changing() as place:
            tree = self._tree(place)
            upstream = self._require_upstream(tree)
            merging = ("merge", "--quiet", "--no-edit", "--no-verify", "--no-stat")
            answer = self._git.call(*merging, upstream, environ=_as(author), fine=(0, 1))
            after = self._tree(place)
            conflicts = [file.path for file in after.files if file.conflict]
            if answer.code and not conflicts:
                raise Conflict(
                    "Changes that are not committed would be lost.",
                    hint="Commit or stash them first.",
                    code="would_lose",
                )
            if after.doing:
                return sorted({*_names(self._git.call(*_NAMES, "HEAD", "--")), *conflicts})
            return self._between(tree.commit)

    def abort(self) -> Sequence[str]:
        with self._changing() as place:
            tree = self._tree(place)
            if tree.doing != "merge":
                raise Conflict("No merge has begun.", code="nothing_begun")
            self._git.call("merge", "--abort")
            return [file.path for file in tree.files]

    def push(self) -> None:
        with self._changing() as place:
            tree = self._tree(place)
            if tree.commit is None:
                raise Conflict("There is no commit to push.", hint="Commit something first.", code="no_commit")
            if tree.branch is None:
                raise Conflict("No branch is checked out.", hint="Switch to a branch first.", code="no_branch")
            remote = self._remote()
            target = self._git.call("config", "--get", f"branch.{tree.branch}.merge", fine=(0, 1)).text.strip()
            known = target.startswith("refs/heads/") and branch_name(target.removeprefix("refs/heads/"))
            there = target if known else f"refs/heads/{tree.branch}"
            self._remote_call(
                *("push", "--quiet", "--no-verify", "--set-upstream", remote, f"refs/heads/{tree.branch}:{there}")
            )

    # Conflicts --------------------------------------------------------------------------------------------------------

    def sides(self, path: str) -> Sides:
        place = self._place()
        (file,) = self._require(self._tree(place), [path])
        if not file.conflict:
            raise Conflict(f"`{path}` is in no conflict.", hint="Look at the list anew.", code="no_conflict")
        base, ours, theirs = (self._stage(place, number, path) for number in (1, 2, 3))
        return Sides(base, ours, theirs)

    def _stage(self, place: _Place, number: int, path: str) -> bytes | None:
        """What the index holds of a side; None: the file is not there on that side."""
        answer = self._git.call("cat-file", "blob", f":{number}:{place.prefix}{path}", fine=(0, 128))
        return answer.out if answer.code == 0 and not answer.cut else None


def _names(answer: Answer) -> list[str]:
    return answer.text.split("\0")[:-1]


def _as(author: Author) -> Mapping[str, str]:
    """Who wrote it is also who commits it: the server only lends its hand."""
    return {
        "GIT_AUTHOR_NAME": author.name,
        "GIT_AUTHOR_EMAIL": author.email,
        "GIT_COMMITTER_NAME": author.name,
        "GIT_COMMITTER_EMAIL": author.email,
    }
