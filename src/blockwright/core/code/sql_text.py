"""SQL as text: a name for what it means, and whether it only reads.

As nobody here knows the dialect, layout and comments are only taken away where every dialect agrees on what is a
string; else the text stands as it is, which costs a run but never gives a wrong result.
"""

from __future__ import annotations

import re

from blockwright.core.code.syntax import text_digest

_TOKEN = re.compile(
    r"""(?P<hint>/\*[+!].*?\*/) | (?P<comment>--(?=\s|$)[^\n]*|/\*.*?\*/) | (?P<space>\s+)
      | (?P<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`) | (?P<code>[^\s'"`/-]+|.)""",
    re.VERBOSE | re.DOTALL,
)
# What one dialect takes for a string, a comment or a name and another does not. (No name in brackets is longer.)
_DISPUTED = re.compile(
    r"""\\['"`] | ''' | \"\"\" | \#
      | --[^\s] | \$\w*\$ | \b[qQ]' | \[[^\]]{0,200}['"`\s-] | /\*(?:(?!\*/).)*/\*""",
    re.VERBOSE | re.DOTALL,
)
_READING = frozenset(("SELECT", "WITH", "VALUES", "FROM", "SHOW", "DESCRIBE", "DESC", "EXPLAIN", "TABLE", "SUMMARIZE"))
_WRITING = frozenset(
    (
        *("INSERT", "UPDATE", "DELETE", "MERGE", "INTO", "CREATE", "DROP", "ALTER", "TRUNCATE", "UPSERT"),
        *("NEXTVAL", "SETVAL", "LO_IMPORT", "LO_UNLINK", "DBLINK_EXEC", "PG_TERMINATE_BACKEND"),
    )
)


def sql_digest(text: str) -> str:
    """A name for an SQL text to which comments and layout do not matter, as far as every dialect agrees on them."""
    text = text.strip()
    tokens = _tokens(text)
    if tokens is None:
        return text_digest(text, "sql text")
    return text_digest("".join(" " if kind == "space" else word for kind, word in tokens).strip(), "sql")


def reads_only(rendered: str) -> bool:
    """Whether rendered SQL surely changes nothing: in doubt, no."""
    tokens = _tokens(rendered)
    if tokens is None or "{{" in rendered or "{%" in rendered:
        return False
    code = "".join(word if kind in ("code", "hint") else " " for kind, word in tokens)
    statements = [words for part in code.split(";") if (words := re.findall(r"\w+", part.upper()))]
    return bool(statements) and all(words[0] in _READING and _WRITING.isdisjoint(words) for words in statements)


def _tokens(text: str) -> list[tuple[str, str]] | None:
    """Kind and text of every piece, runs of blanks and comments as one space; None where dialects disagree."""
    if _DISPUTED.search(text):
        return None
    found: list[tuple[str, str]] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "code"
        if kind == "code" and match[0] in ("'", '"', "`"):
            return None  # a string without an end
        if kind in ("space", "comment"):
            if found and found[-1][0] == "space":
                continue
            kind = "space"
        found.append((kind, match[0]))
    return found
