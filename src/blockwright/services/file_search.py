"""Find and replace in the project's files: within a bounded time and answer, whatever somebody searches for.

Regular expressions are matched by RE2, which takes time in proportion to the text: a pattern that would keep another
engine busy for ever is answered like any other. What is searched are the project's code files (those that a run is
pinned to), so nothing that is ignored by Git, and nothing that usually holds passwords.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from blake3 import blake3

from blockwright.core.errors import BlockwrightError, Invalid
from blockwright.core.guarded_files import for_editors, guarded
from blockwright.ports.editing import Draft, FileChange
from blockwright.ports.history import Change
from blockwright.ports.workspace import Workspace
from blockwright.services import editing, patterns

SECONDS = 2.0
BYTES = 128_000_000
"""What one request may read, and how long it may look."""
MOST_IN_FILE = 500
LONGEST_LINE = 400
"""Characters of a line that are shown, around the place that was found."""


@dataclass(frozen=True, slots=True)
class FileQuery:
    """``text`` is what is looked for, as it stands or, with ``regex``, as a pattern in RE2's syntax. ``glob`` names
    files by patterns with commas between; ``!`` before one leaves its files out. One without ``/`` fits any folder."""

    text: str
    regex: bool = False
    case: bool = False
    word: bool = False
    glob: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """Lines and columns count from 1, columns in characters; ``end_column`` is behind the last one. ``text`` is the
    line, or the part of a long one from ``offset`` (characters) on."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str
    offset: int


@dataclass(frozen=True, slots=True)
class FoundFile:
    path: str
    digest: str
    hits: tuple[Hit, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """``reason`` says why there may be more, empty when everything was searched."""

    files: tuple[FoundFile, ...]
    searched: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Replaced:
    """What became of a file: ``state`` is ``replaced``, ``unchanged`` (nothing was found), ``changed`` (it is not the
    version that was seen), ``gone`` or ``refused``, with the reason in ``problem``. ``hits`` are the places with the
    new text in ``lines``, as far as they are shown."""

    path: str
    state: str
    count: int = 0
    before: str | None = None
    after: str | None = None
    problem: str = ""
    lines: tuple[tuple[int, str, str], ...] = ()


def search(workspace: Workspace, query: FileQuery, *, limit: int, edits: bool = True) -> FoundFiles:
    """The files that have it, at most ``limit`` places in all; without ``edits`` none of those that only editors are
    shown. Raises Invalid (code ``search_pattern``)."""
    pattern = _compiled(query)
    clock = workspace.clock
    began, read, searched, left = clock.monotonic(), 0, 0, limit
    found: list[FoundFile] = []
    for path in files(workspace, query.glob):
        if not edits and for_editors(path):
            continue
        if clock.monotonic() - began > SECONDS or read > BYTES:
            return FoundFiles(tuple(found), searched, "The search was ended after its time: name fewer files.")
        data = _read(workspace, path)
        if data is None:
            continue
        read, searched = read + len(data), searched + 1
        most = min(left, MOST_IN_FILE)
        spans = _spans(pattern, data, most + 1)
        if spans:
            hits = _hits(data, spans[:most])
            found.append(FoundFile(path, blake3(data).hexdigest(), tuple(hits), len(spans) > most))
            left -= len(hits)
        if left <= 0:
            return FoundFiles(
                tuple(found), searched, f"More than {limit} places were found: look for something longer."
            )
    return FoundFiles(tuple(found), searched)


def replace(
    workspace: Workspace,
    query: FileQuery,
    replacement: str,
    seen: Mapping[str, str],
    *,
    by: str,
    preview: bool,
) -> tuple[list[Replaced], Change | None]:
    """Replace it in the files ``seen``: path and the digest of the version that was looked at. A file that is another
    version by now is left alone, and so is a pipeline that would be broken. With a pattern ``$1`` stands for its first
    group and ``$0`` for all of it."""
    pattern = _compiled(query)
    pieces = _template(replacement) if query.regex else [replacement.encode()]
    _require_groups(pieces, pattern.groups)
    done, changes = [], []
    for path, digest in seen.items():
        result, change = _replaced(workspace, pattern, pieces, path, digest)
        done.append(result)
        if change is not None:
            changes.append(change)
    if preview or not changes:
        return done, None
    what = f"replace `{query.text[:60]}` in {len(changes)} file{'' if len(changes) == 1 else 's'}"
    return done, editing.apply(workspace, Draft(what, tuple(changes)), by=by)


def files(workspace: Workspace, glob: str) -> Iterator[str]:
    """The project's code files that the patterns name, in order."""
    wanted = [part.strip() for part in glob.split(",") if part.strip()]
    without = [part[1:] for part in wanted if part.startswith("!")]
    within = [part for part in wanted if not part.startswith("!")]
    for source in workspace.files.tree().files:
        if guarded(source.path) or (within and not _fits(source.path, within)) or _fits(source.path, without):
            continue
        yield source.path


def _fits(path: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(path if "/" in pattern else path.rpartition("/")[2], pattern) for pattern in patterns)


def _compiled(query: FileQuery) -> Any:
    if not query.text:
        raise Invalid("There is nothing to look for.", code="search_pattern")
    text = query.text if query.regex else patterns.escaped(query.text)
    return patterns.compiled(rf"\b(?:{text})\b" if query.word else text, case=query.case)


def _read(workspace: Workspace, path: str) -> bytes | None:
    """The text of a file, None for one that has gone or is no text."""
    try:
        data = workspace.files.read_file(path)
        data.decode("utf-8")
    except (BlockwrightError, UnicodeDecodeError):
        return None
    return data


def _spans(pattern: Any, data: bytes, limit: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for match in pattern.finditer(data):
        start, end = match.span()
        if end > start:
            found.append((start, end))
        if len(found) >= limit:
            break
    return found


def _hits(data: bytes, spans: Sequence[tuple[int, int]]) -> list[Hit]:
    starts = _line_starts(data)
    hits = []
    for start, end in spans:
        line, column = _place(data, starts, start)
        end_line, end_column = _place(data, starts, end)
        text = _line(data, starts, line)
        offset = 0 if len(text) <= LONGEST_LINE else max(0, column - 1 - LONGEST_LINE // 4)
        hits.append(Hit(line, column, end_line, end_column, text[offset : offset + LONGEST_LINE], offset))
    return hits


def _line_starts(data: bytes) -> list[int]:
    starts, at = [0], data.find(b"\n")
    while at >= 0:
        starts.append(at + 1)
        at = data.find(b"\n", at + 1)
    return starts


def _place(data: bytes, starts: Sequence[int], at: int) -> tuple[int, int]:
    line = bisect_right(starts, at)
    return line, 1 + len(data[starts[line - 1] : at].decode("utf-8", "replace"))


def _line(data: bytes, starts: Sequence[int], line: int) -> str:
    end = starts[line] if line < len(starts) else len(data)
    return data[starts[line - 1] : end].rstrip(b"\r\n").decode("utf-8", "replace")


Piece = bytes | int
"""A text, or the number of a group."""


def _template(replacement: str) -> list[Piece]:
    """``a$1b`` as its pieces; ``$$`` is a dollar sign."""
    pieces: list[Piece] = []
    rest = replacement
    while rest:
        text, dollar, rest = rest.partition("$")
        pieces.append(text.encode("utf-8", "replace"))
        if not dollar:
            break
        if rest[:1].isdecimal() and rest[:1].isascii():
            pieces.append(int(rest[0]))
            rest = rest[1:]
        else:
            pieces.append(b"$")
            rest = rest.removeprefix("$")
    return pieces


def _require_groups(pieces: Sequence[Piece], groups: int) -> None:
    highest = max((piece for piece in pieces if isinstance(piece, int)), default=0)
    if highest > groups:
        raise Invalid(
            f"`${highest}` stands for group {highest}, and the pattern has {groups}.",
            hint="Write `$$` for a dollar sign.",
            code="search_pattern",
        )


def _replaced(
    workspace: Workspace, pattern: Any, pieces: Sequence[Piece], path: str, digest: str
) -> tuple[Replaced, FileChange | None]:
    if guarded(path):
        return Replaced(path, "refused", problem="It may hold passwords."), None
    data = _read(workspace, path)
    if data is None:
        return Replaced(path, "gone", problem="There is no such text file."), None
    before = blake3(data).hexdigest()
    if before != digest:
        return Replaced(path, "changed", before=before, problem="It was changed since it was read."), None
    made, count = _rewritten(pattern, pieces, data)
    if made == data:
        return Replaced(path, "unchanged", before=before), None
    if why := workspace.files.editor.refusal(path, data, made):
        return Replaced(path, "refused", count, before, problem=why), None
    after = blake3(made).hexdigest()
    return Replaced(path, "replaced", count, before, after, lines=_changed_lines(data, made)), FileChange(
        path, data, made
    )


def _rewritten(pattern: Any, pieces: Sequence[Piece], data: bytes) -> tuple[bytes, int]:
    out, last, count = [], 0, 0
    for match in pattern.finditer(data):
        start, end = match.span()
        if end == start:
            continue
        out.append(data[last:start])
        out += [piece if isinstance(piece, bytes) else match.group(piece) or b"" for piece in pieces]
        last, count = end, count + 1
    return b"".join([*out, data[last:]]), count


def _changed_lines(before: bytes, after: bytes) -> tuple[tuple[int, str, str], ...]:
    """The first lines that differ, as long as there are as many lines as before; else nothing is shown."""
    old, new = before.splitlines(), after.splitlines()
    if len(old) != len(new):
        return ()
    pairs = ((number, one, other) for number, (one, other) in enumerate(zip(old, new, strict=True), 1) if one != other)
    return tuple(
        (number, one.decode("utf-8", "replace")[:LONGEST_LINE], other.decode("utf-8", "replace")[:LONGEST_LINE])
        for number, one, other in list(pairs)[:50]
    )
