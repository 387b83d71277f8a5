"""The project's work tree in Git."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from blockwright.core.git import Branch, Commit, Difference, Sides, Stash, Tree


@dataclass(frozen=True, slots=True)
class Author:
    name: str
    email: str


class Git(Protocol):
    """Safe to use from every thread. Paths are relative to the project and must be among those that ``tree`` lists,
    else NotFound (code ``not_changed``). Nothing that a repository holds or configures is run: no hook, filter, driver
    or helper; a repository that asks for one is refused (Forbidden, ``git_program``).

    Raises NotFound (``no_repository``) outside of a work tree, Conflict (``git_busy``) while another process holds the
    repository, Conflict (``would_lose``) before anything that is not committed would be lost, Conflict
    (``shared_repository``) for what concerns a whole repository of which the project is only a folder, and Unavailable
    (``git_missing``, ``git_slow``) when Git is not there or takes too long.
    """

    def tree(self) -> Tree: ...

    def create(self) -> None:
        """Make a repository of the project's folder. Raises Conflict (``exists``) when it is in one."""
        ...

    def difference(self, path: str, *, staged: bool) -> Difference:
        """Of the index to the commit when ``staged``, else of the work tree to the index; bounded."""
        ...

    def stage(self, paths: Sequence[str]) -> None:
        """Put these files into the index as they are; a conflict among them counts as solved."""
        ...

    def unstage(self, paths: Sequence[str]) -> None:
        """Make the index at these paths what the last commit has; the files stay as they are."""
        ...

    def stage_hunks(self, path: str, hunks: Collection[str], *, undo: bool) -> None:
        """Put these hunks of ``difference`` into the index, or with ``undo`` take staged ones out. Raises Conflict
        (``changed``) when one of them is no longer there."""
        ...

    def commit(self, message: str, author: Author) -> Commit:
        """What is staged. Raises Conflict (``nothing_staged``, ``unsolved``)."""
        ...

    def log(self, *, first: int, limit: int, path: str | None = None) -> Sequence[Commit]:
        """Commits of the current branch that concern the project (or a file of it), newest first, from the
        ``first``-th on."""
        ...

    def branches(self) -> Sequence[Branch]: ...

    def new_branch(self, name: str, *, start: str | None) -> None:
        """At a branch or commit, None: where we are. Raises Invalid (``branch_name``), Conflict (``exists``)."""
        ...

    def switch(self, name: str) -> Sequence[str]:
        """Check out a branch; one that only a remote has is made here. Gives the paths of the files that changed."""
        ...

    def stashes(self) -> Sequence[Stash]: ...

    def stash(self, message: str, author: Author) -> Sequence[str]:
        """Put away everything that is not committed, new files too. Raises Conflict (``nothing_changed``)."""
        ...

    def unstash(self, number: int, *, commit: str) -> Sequence[str]:
        """Bring a stash back and forget it, unless it conflicts. ``commit`` is the one that was seen there."""
        ...

    def drop_stash(self, number: int, *, commit: str) -> None: ...

    def fetch(self) -> None:
        """Ask the branch's remote for what is new. Raises Conflict (``no_remote``), Unavailable (``git_remote``),
        Forbidden (``git_credentials``)."""
        ...

    def incoming(self) -> Sequence[str]:
        """The files that merging the upstream would change, as of the last fetch."""
        ...

    def merge(self, author: Author) -> Sequence[str]:
        """Merge the upstream as of the last fetch; the files that changed. What conflicts is left to be solved."""
        ...

    def abort(self) -> Sequence[str]:
        """Take back a merge that is not done; the files that changed."""
        ...

    def push(self) -> None:
        """To the branch's upstream, or when it has none to the branch of the same name of the only remote (or
        `origin`), which becomes its upstream. Raises Conflict (``git_behind``) when that has other commits."""
        ...

    def sides(self, path: str) -> Sides:
        """The sides of a file in conflict; raises Conflict (``no_conflict``)."""
        ...
