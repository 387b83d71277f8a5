"""Git's ignore rules, judged for one path at a time: is *this* folder or file excluded, by which rule last.

A walk asks for each folder before it looks inside, so a rule is matched against exactly the path in question.
(Libraries that match whole file paths let a rule for a parent speak for its children, which goes wrong for
``*`` with ``!*/``, and cannot judge a folder.)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_CLASSES = {
    "alpha": "a-zA-Z",
    "digit": "0-9",
    "alnum": "a-zA-Z0-9",
    "upper": "A-Z",
    "lower": "a-z",
    "space": r"\s",
    "xdigit": "0-9a-fA-F",
    "punct": r"!-/:-@\[-`{-~",
    "blank": r" \t",
}


_NEVER = re.compile(r"(?!)")
_BRACKET = re.compile(r"\[([!^]?)(\]?(?:\[:\w+:\]|\\.|[^\]\\])*)\]")


@dataclass(frozen=True, slots=True)
class Rule:
    """``parts`` match those of the path relative to the folder of the rules, None any number of them; a single part
    with ``by_name`` matches the name at any depth."""

    parts: tuple[re.Pattern[str] | None, ...]
    excludes: bool
    folders_only: bool
    by_name: bool

    def speaks_of(self, parts: Sequence[str]) -> bool:
        if self.by_name:
            return _matches(self.parts, parts[-1:])
        return _matches(self.parts, parts)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one ``.gitignore``. ``folder`` is where it stands: relative to where the walk begins, with a
    trailing ``/`` ("" for that folder itself). Files above it have ``above``, the way from them down to it."""

    rules: tuple[Rule, ...]
    folder: str = ""
    above: str = ""

    def verdict(self, path: str, is_folder: bool) -> bool | None:
        """Whether ``path`` is excluded; None when no rule speaks of it."""
        parts = (self.above + path.removeprefix(self.folder)).split("/")
        for rule in reversed(self.rules):
            if (is_folder or not rule.folders_only) and rule.speaks_of(parts):
                return rule.excludes
        return None


def is_excluded(chain: Sequence[Rules], path: str, is_folder: bool) -> bool:
    """``chain`` has the rules that hold in the path's folder, those of the nearest folder last; they win."""
    for rules in reversed(chain):
        verdict = rules.verdict(path, is_folder)
        if verdict is not None:
            return verdict
    return False


def parse(text: str) -> tuple[Rule, ...]:
    """The rules of a ``.gitignore``; lines that are no rule are left out."""
    return tuple(rule for line in text.splitlines() if (rule := _rule(line)) is not None)


def _rule(line: str) -> Rule | None:
    line = _without_trailing_spaces(line)
    if not line or line.startswith("#"):
        return None
    excludes = not line.startswith("!")
    line = line.removeprefix("!")
    folders_only = line.endswith("/")
    line = line.rstrip("/") if folders_only else line
    if not line:
        return None
    by_name = "/" not in line
    globs = line.removeprefix("/").split("/")
    if globs[-1] == "**" and not by_name:
        globs.append("*")  # `foo/**` is what lies in foo, not foo itself
    try:
        parts = tuple(None if glob == "**" and not by_name else _compiled(glob) for glob in globs)
    except re.error:
        return None
    return Rule(parts, excludes, folders_only, by_name)


def _matches(patterns: Sequence[re.Pattern[str] | None], parts: Sequence[str]) -> bool:
    """Whether all parts match; goes back to the last None only, so that the time is bounded by the product."""
    at = pattern = 0
    resume: tuple[int, int] | None = None
    while at < len(parts):
        wanted = patterns[pattern] if pattern < len(patterns) else _NEVER
        if wanted is None:
            resume, pattern = (pattern + 1, at), pattern + 1
        elif wanted.fullmatch(parts[at]):
            at, pattern = at + 1, pattern + 1
        elif resume is not None:
            resume = (resume[0], resume[1] + 1)
            pattern, at = resume
        else:
            return False
    return all(rest is None for rest in patterns[pattern:])


def _without_trailing_spaces(line: str) -> str:
    bare = line.rstrip(" \r")
    backslashes = len(bare) - len(bare.rstrip("\\"))
    return bare + " " if backslashes % 2 and bare != line.rstrip("\r") else bare


def _compiled(glob: str) -> re.Pattern[str]:
    """One part of a pattern. What stands between two stars is taken where it is found first (an atomic group), so
    that no number of stars makes matching slow."""
    pieces = [""]
    at = 0
    while at < len(glob):
        if glob[at] == "*":
            pieces.append("")
            at += 1
        else:
            piece, at = _piece(glob, at)
            pieces[-1] += piece
    first, *rest = pieces
    middle = "".join(f"(?>.*?{piece})" for piece in rest[:-1])
    return re.compile(first + middle + (f".*{rest[-1]}" if rest else ""), re.DOTALL)


def _piece(glob: str, at: int) -> tuple[str, int]:
    if glob[at] == "?":
        return ".", at + 1
    if glob[at] == "\\" and at + 1 < len(glob):
        return re.escape(glob[at + 1]), at + 2
    if glob[at] == "[":
        found = _BRACKET.match(glob, at)
        if found:
            return _bracket(found[2], bool(found[1])), found.end()
    return re.escape(glob[at]), at + 1


def _bracket(inner: str, negated: bool) -> str:
    inner = re.sub(r"\[:(\w+):\]", lambda match: "\0" + match[1] + "\0", inner)
    inner = re.sub(r"\\(.)", r"\1", inner)
    inner = inner.replace("\\", r"\\").replace("[", r"\[").replace("]", r"\]").replace("^", r"\^")
    inner = re.sub("\0(\\w+)\0", lambda match: _CLASSES.get(match[1], ""), inner)
    inner = inner.replace("&&", r"&\&").replace("||", r"|\|").replace("~~", r"~\~").replace("--", r"-\-")
    return f"[{'^' if negated else ''}{inner}]"
