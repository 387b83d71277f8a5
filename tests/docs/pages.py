"""The pages of the documentation as data: their headings, links, and what a reader types and writes on them.

Instructions stand in HTML comments directly before a fenced block:

``<!-- file: a/b.py -->``     the block is the content of this file, relative to where the reader stands
``<!-- exit: 1 -->``          the last command of the block ends with this exit code (else 0)
``<!-- shows -->``            the output of the block is compared: every line shown must come, in this order;
                              ``…`` stands for anything
``<!-- not run here -->``     the block is not run
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"

_FENCE = re.compile(r"^(```+)(\w*)\s*$")
_COMMENT = re.compile(r"^<!--\s*(.*?)\s*-->$")
_HEADING = re.compile(r"^#{1,6} (.+?)\s*$")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Step:
    """One fenced block: ``commands`` to type, or a file to write at ``path``."""

    line: int
    commands: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    exit: int = 0
    compared: bool = False
    path: str | None = None
    content: str = ""


def pages() -> list[Path]:
    """Every page, those of the rooms too."""
    rooms = sorted((ROOT / "src" / "blockwright").rglob("README.md"))
    tops = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")]
    return [*tops, *sorted(DOCS.rglob("*.md")), *rooms]


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def headings(page: Path) -> list[str]:
    """The headings as text, without the marks of code."""
    return [found[1].replace("`", "") for line in _prose(page) if (found := _HEADING.match(line))]


def anchors(page: Path) -> set[str]:
    """The names under which a link reaches each heading."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings(page)}


def links(page: Path) -> list[str]:
    """The targets of links and pictures that lead to files of the repository."""
    text = "\n".join(re.sub(r"`[^`]*`", "", line) for line in _prose(page))
    targets = [first or second for first, second in _LINK.findall(text)]
    return [target for target in targets if "://" not in target and not target.startswith("mailto:")]


def steps(page: Path) -> list[Step]:
    """What a reader does on this page, in order."""
    found = []
    for marks, language, line, body in _fences(page):
        if "not run here" in marks:
            continue
        path = next((mark.removeprefix("file:").strip() for mark in marks if mark.startswith("file:")), None)
        if path is not None:
            found.append(Step(line, path=path, content="\n".join(body) + "\n"))
        elif language == "console":
            found.append(_console(marks, line, body))
    return found


def _console(marks: list[str], line: int, body: list[str]) -> Step:
    code = next((int(mark.removeprefix("exit:")) for mark in marks if mark.startswith("exit:")), 0)
    commands = tuple(text[2:] for text in body if text.startswith("$ "))
    shown = tuple(text.strip() for text in body if not text.startswith("$ ") and text.strip())
    return Step(line, commands, shown, code, "shows" in marks)


def _fences(page: Path) -> Iterator[tuple[list[str], str, int, list[str]]]:
    """Marks, language, first line and body of every fenced block."""
    marks: list[str] = []
    lines = iter(enumerate(page.read_text(encoding="utf-8").splitlines(), start=1))
    for number, line in lines:
        opened = _FENCE.match(line)
        if opened:
            body = []
            for _, inner in lines:
                if inner.strip() == opened[1]:
                    break
                body.append(inner)
            yield marks, opened[2], number, body
            marks = []
        elif comment := _COMMENT.match(line):
            marks.append(comment[1])
        elif line.strip():
            marks = []


def _prose(page: Path) -> list[str]:
    """The lines outside of fenced blocks."""
    kept, fence = [], None
    for line in page.read_text(encoding="utf-8").splitlines():
        found = _FENCE.match(line)
        if fence is None and found:
            fence = found[1]
        elif fence is not None and line.strip() == fence:
            fence = None
        elif fence is None:
            kept.append(line)
    return kept
