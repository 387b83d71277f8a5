"""What Git says, read: the state of a work tree, and differences by hunk, of which some can be put together again.

Text is decoded so that every byte comes back (``surrogateescape``): a hunk that is staged is the one that was shown.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Mark(StrEnum):
    """What happened to a file, in the index or in the work tree."""

    NONE = ""
    ADDED = "added"
    MODIFIED = "modified"
    DELETED = "deleted"
    RENAMED = "renamed"
    COPIED = "copied"
    TYPE = "type"  # such as a file that became a link
    UNTRACKED = "untracked"
    CONFLICT = "conflict"


_MARKS = {
    ".": Mark.NONE,
    "M": Mark.MODIFIED,
    "A": Mark.ADDED,
    "D": Mark.DELETED,
    "R": Mark.RENAMED,
    "C": Mark.COPIED,
    "T": Mark.TYPE,
}


@dataclass(frozen=True, slots=True)
class Changed:
    """A file that is not as in the last commit; ``path`` is relative to the project, ``before`` its old path when it
    was renamed. ``staged`` says how the index differs from the commit, ``unstaged`` the work tree from the index."""

    path: str
    staged: Mark = Mark.NONE
    unstaged: Mark = Mark.NONE
    before: str | None = None

    @property
    def conflict(self) -> bool:
        return self.unstaged is Mark.CONFLICT


@dataclass(frozen=True, slots=True)
class Tree:
    """A work tree as it is. ``branch`` None: a commit is checked out and no branch; ``commit`` None: there is none yet.
    ``ahead`` and ``behind`` count commits against ``upstream``. ``doing`` is what has begun and is not done: `merge`,
    `rebase`, `cherry-pick` or `revert`. ``staged_elsewhere``: the index has changes outside of the project.
    ``shared``: the project is a folder of a larger repository. ``cut``: there are more changes than are listed."""

    branch: str | None
    commit: str | None
    upstream: str | None = None
    ahead: int = 0
    behind: int = 0
    stashes: int = 0
    files: tuple[Changed, ...] = ()
    doing: str = ""
    staged_elsewhere: bool = False
    shared: bool = False
    cut: bool = False

    def file(self, path: str) -> Changed | None:
        return next((file for file in self.files if file.path == path), None)


def parse_status(text: str, *, prefix: str = "", cut: bool = False) -> Tree:
    """The tree from `git status --porcelain=v2 -z --branch --show-stash`. ``prefix`` is the project's folder in the
    repository, with `/` at its end; ``cut``: the text is not whole."""
    heads: dict[str, str] = {}
    files: list[Changed] = []
    elsewhere = False
    entries = iter(text.split("\0")[:-1])  # the last is empty, or the torn end of what was cut
    for entry in entries:
        if entry.startswith("# "):
            name, _, value = entry[2:].partition(" ")
            heads[name] = value
            continue
        file = _changed(entry, entries)
        if file is None:
            continue
        if file.path.startswith(prefix):
            files.append(_inside(file, prefix))
        elif file.staged is not Mark.NONE:
            elsewhere = True
    counts = re.fullmatch(r"\+(\d+) -(\d+)", heads.get("branch.ab", ""))
    branch, commit = heads.get("branch.head"), heads.get("branch.oid")
    return Tree(
        branch=None if branch == "(detached)" else branch,
        commit=None if commit == "(initial)" else commit,
        upstream=heads.get("branch.upstream"),
        ahead=int(counts[1]) if counts else 0,
        behind=int(counts[2]) if counts else 0,
        stashes=int(heads.get("stash", "0")),
        files=tuple(sorted(files, key=lambda file: file.path)),
        staged_elsewhere=elsewhere,
        shared=prefix != "",
        cut=cut,
    )


def _changed(entry: str, following: Iterator[str]) -> Changed | None:
    match entry[:1]:
        case "?":
            return Changed(entry[2:], unstaged=Mark.UNTRACKED)
        case "u":
            return Changed(entry.split(" ", 10)[10], unstaged=Mark.CONFLICT)
        case "1":
            fields = entry.split(" ", 8)
            return Changed(fields[8], _MARKS[fields[1][0]], _MARKS[fields[1][1]])
        case "2":
            fields = entry.split(" ", 9)
            before = next(following, "")
            return Changed(fields[9], _MARKS[fields[1][0]], _MARKS[fields[1][1]], before)
        case _:
            return None


def _inside(file: Changed, prefix: str) -> Changed:
    before = file.before.removeprefix(prefix) if file.before is not None else None
    return Changed(file.path.removeprefix(prefix), file.staged, file.unstaged, before)


# Differences ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hunk:
    """``id`` names its content and place: a hunk that has changed since it was shown is another one. ``lines`` begin
    with ` `, `+`, `-` or `\\`."""

    id: str
    old: int
    new: int
    section: str
    header: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A file's difference; ``head`` are the lines before the first hunk. ``binary``: it has no lines to show. ``cut``:
    it is longer than what is shown."""

    head: tuple[str, ...] = ()
    hunks: tuple[Hunk, ...] = ()
    binary: bool = False
    cut: bool = False


_HEADER = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)", re.DOTALL)


def parse_difference(text: str, *, cut: bool = False) -> Difference:
    """The difference of one file from `git diff`. How long a hunk is stands in its header, so that no line of a file
    is taken for one of Git's."""
    lines = text.split("\n")
    if cut or (lines and lines[-1] == ""):
        lines.pop()
    first = next((place for place, line in enumerate(lines) if line.startswith("@@ ")), len(lines))
    hunks: list[Hunk] = []
    place = first
    while place < len(lines) and (header := _HEADER.match(lines[place])):
        end = _end(lines, place + 1, int(header[2] or 1), int(header[4] or 1))
        body = tuple(lines[place + 1 : end])
        name = hashlib.sha256("\n".join([lines[place], *body]).encode("utf-8", "surrogateescape")).hexdigest()[:20]
        hunks.append(Hunk(name, int(header[1]), int(header[3]), header[5], lines[place], body))
        place = end
    head = tuple(lines[:first])
    binary = any(line.startswith(("Binary files ", "GIT binary patch")) for line in head)
    return Difference(head, tuple(hunks), binary, cut)


def _end(lines: Sequence[str], place: int, old: int, new: int) -> int:
    """Behind the last line of a hunk that has so many lines of both sides."""
    while place < len(lines) and (old > 0 or new > 0):
        mark = lines[place][:1]
        old -= mark in (" ", "-")
        new -= mark in (" ", "+")
        place += 1
    if place < len(lines) and lines[place].startswith("\\"):
        place += 1
    return place


def patch_of(difference: Difference, wanted: Collection[str]) -> str | None:
    """The patch of the hunks with these ids; None when one of them is not there."""
    chosen = [hunk for hunk in difference.hunks if hunk.id in wanted]
    if len(chosen) != len(set(wanted)) or not chosen:
        return None
    lines = list(difference.head)
    for hunk in chosen:
        lines += [hunk.header, *hunk.lines]
    return "\n".join(lines) + "\n"


# History ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Commit:
    id: str
    parents: tuple[str, ...]
    author: str
    email: str
    time: datetime
    subject: str
    names: tuple[str, ...] = ()  # branches and tags that point to it


@dataclass(frozen=True, slots=True)
class Branch:
    """``remote``: it is what a remote had when it was last asked. ``gone``: its upstream is no more."""

    name: str
    commit: str
    current: bool
    remote: bool
    upstream: str | None
    time: datetime
    subject: str
    ahead: int = 0
    behind: int = 0
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Stash:
    number: int
    commit: str
    time: datetime
    subject: str


@dataclass(frozen=True, slots=True)
class Sides:
    """A file in conflict: what it held before both, here, and there; None: there was none, or it is no text. ``now``
    is the file with its marks."""

    base: bytes | None
    ours: bytes | None
    theirs: bytes | None


BRANCH_FIELDS = (
    "%(HEAD)%00%(refname)%00%(objectname)%00%(upstream:short)%00%(upstream:track)%00%(committerdate:iso-strict)"
    "%00%(symref)%00%(contents:subject)"
)
COMMIT_FIELDS = "%H%x00%P%x00%aN%x00%aE%x00%aI%x00%D%x00%s"


def parse_branches(text: str) -> list[Branch]:
    """From `git for-each-ref --format` with ``BRANCH_FIELDS``, a line each."""
    found = []
    for line in text.splitlines():
        fields = line.split("\0")
        if len(fields) != 8 or fields[6]:  # `origin/HEAD` is another name of a branch
            continue
        head, name, commit, upstream, track, time, _, subject = fields
        remote = name.startswith("refs/remotes/")
        ahead, behind = (re.search(rf"{word} (\d+)", track) for word in ("ahead", "behind"))
        found.append(
            Branch(
                name=name.removeprefix("refs/remotes/").removeprefix("refs/heads/"),
                commit=commit,
                current=head == "*",
                remote=remote,
                upstream=upstream or None,
                time=datetime.fromisoformat(time),
                subject=subject,
                ahead=int(ahead[1]) if ahead else 0,
                behind=int(behind[1]) if behind else 0,
                gone="gone" in track,
            )
        )
    return found


def parse_log(text: str) -> list[Commit]:
    """From `git log -z --format` with ``COMMIT_FIELDS``: seven fields for each commit."""
    fields = text.split("\0")
    found = []
    for place in range(0, len(fields) - 6, 7):
        name, parents, author, email, time, names, subject = fields[place : place + 7]
        words = tuple(word for word in names.removeprefix("HEAD -> ").split(", ") if word and word != "HEAD")
        found.append(Commit(name, tuple(parents.split()), author, email, datetime.fromisoformat(time), subject, words))
    return found


def parse_stashes(text: str) -> list[Stash]:
    """From `git stash list -z` with ``%gd``, ``%H``, ``%cI`` and ``%gs``."""
    fields = text.split("\0")
    found = []
    for place in range(0, len(fields) - 3, 4):
        name, commit, time, subject = fields[place : place + 4]
        number = re.fullmatch(r"stash@\{(\d+)\}", name)
        if number:
            found.append(Stash(int(number[1]), commit, datetime.fromisoformat(time), subject))
    return found


_NAME = re.compile(r"[^\0-\x20\x7f~^:?*\[\\]+")


def branch_name(name: str) -> bool:
    """Whether Git takes this as the name of a branch; what could be read as an option is none."""
    parts = name.split("/")
    return (
        _NAME.fullmatch(name) is not None
        and len(name) <= 200
        and not name.startswith("-")
        and not any(part == "" or part.startswith(".") or part.endswith((".lock", ".")) for part in parts)
        and ".." not in name
        and "@{" not in name
        and name not in ("@", "HEAD")
    )
