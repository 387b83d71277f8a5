"""Splitting SQL text into statements and seeing what each does, without knowing a dialect's grammar.

Quotes, comments (nested, as in PostgreSQL and DuckDB), dollar quotes and the bodies of functions and triggers are
respected; a semicolon inside any of them ends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

_QUERIES = "select values table from show describe summarize explain pragma call pivot unpivot fetch execute"
_QUERY_VERBS = frozenset(_QUERIES.split())
_WRITING_VERBS = frozenset({"create", "insert", "update", "drop", "delete", "alter", "merge", "truncate", "copy"})
_DOLLAR = re.compile(r"\$(?:[A-Za-z_\x80-\uffff][\w]*)?\$")
_WORD = re.compile(r"[^\W\d]\w*")
_SPACE = re.compile(r"\s+")


class TokenKind(StrEnum):
    WORD = "word"
    QUOTED = "quoted"  # an identifier in double quotes or backticks
    STRING = "string"
    COMMENT = "comment"
    SPACE = "space"
    SYMBOL = "symbol"  # one character of anything else


@dataclass(frozen=True, slots=True)
class Token:
    kind: TokenKind
    text: str
    start: int

    @property
    def word(self) -> str:
        """The word in lower case, or the symbol itself; "" for strings, comments and spaces."""
        return self.text.lower() if self.kind in (TokenKind.WORD, TokenKind.SYMBOL) else ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement without its semicolon. ``number`` counts from 1, ``line`` is where its first word stands.

    ``verb`` is the word that says what it does, also behind ``WITH …``; ``table`` the name, as written, of the table
    that it creates, fills, changes or drops.
    """

    text: str
    number: int
    line: int
    verb: str
    table: str | None = None
    returning: bool = False

    @property
    def is_query(self) -> bool:
        """Whether it gives rows and could stand as a sub-select or shows something."""
        return self.verb in _QUERY_VERBS

    @property
    def returns_rows(self) -> bool:
        return self.is_query or self.returning

    @property
    def can_be_wrapped(self) -> bool:
        """Whether ``SELECT * FROM (<text>)`` is allowed."""
        return self.verb in ("select", "values", "table", "from")

    @property
    def writes(self) -> bool:
        return self.verb in _WRITING_VERBS


def tokens(text: str) -> Iterator[Token]:
    """The tokens of ``text``; together they are the text. An open quote or comment reaches to the end."""
    place = 0
    while place < len(text):
        kind, end = _next(text, place)
        yield Token(kind, text[place:end], place)
        place = end


def split(text: str) -> list[Statement]:
    """The statements of ``text`` in order; what is empty or only comments is none."""
    statements: list[Statement] = []
    current: list[Token] = []
    body = _Body()
    for token in tokens(text):
        if token.word == ";" and not body.open:
            _close(text, current, statements)
            current, body = [], _Body()
            continue
        current.append(token)
        body.see(token)
    _close(text, current, statements)
    return statements


def words(text: str) -> set[str]:
    """Every bare word and quoted identifier of ``text`` outside of strings and comments, in lower case."""
    found: set[str] = set()
    for token in tokens(text):
        if token.kind is TokenKind.WORD:
            found.add(token.text.lower())
        elif token.kind is TokenKind.QUOTED:
            found.add(unquote(token.text).lower())
    return found


def unquote(name: str) -> str:
    """An identifier without its quotes."""
    quote = name[:1]
    return name[1:-1].replace(quote * 2, quote) if quote in ('"', "`") and len(name) > 1 else name


class _Body:
    """Whether we are inside the ``BEGIN … END`` of a trigger, function or procedure that is being created."""

    def __init__(self) -> None:
        self._depth = 0
        self._first = ""
        self._has_body = False

    @property
    def open(self) -> bool:
        return self._depth > 0

    def see(self, token: Token) -> None:
        if token.kind is not TokenKind.WORD:
            return
        word = token.text.lower()
        self._first = self._first or word
        if self._first != "create":
            return
        self._has_body = self._has_body or word in ("trigger", "function", "procedure")
        if (self._has_body and word == "begin") or (self._depth and word == "case"):
            self._depth += 1
        elif self._depth and word == "end":
            self._depth -= 1


def _close(text: str, found: list[Token], statements: list[Statement]) -> None:
    telling = [token for token in found if token.kind not in (TokenKind.SPACE, TokenKind.COMMENT)]
    if not telling:
        return
    start, end = telling[0].start, telling[-1].start + len(telling[-1].text)
    verb, position = _verb(telling)
    statements.append(
        Statement(
            text=text[start:end],
            number=len(statements) + 1,
            line=text.count("\n", 0, start) + 1,
            verb=verb,
            table=_table(verb, telling[position + 1 :]),
            returning=any(token.word == "returning" for token in telling),
        )
    )


def _verb(telling: list[Token]) -> tuple[str, int]:
    """The word that says what the statement does, and its position: behind the common tables of a ``WITH``."""
    depth = 0
    behind_with = telling[0].word == "with"
    for position, token in enumerate(telling):
        word = token.word
        depth += {"(": 1, ")": -1}.get(word, 0)
        if not behind_with:
            if word == "(":
                continue
            return word, position
        if depth == 0 and word in (_QUERY_VERBS | _WRITING_VERBS):
            return word, position
    return telling[0].word, 0


_FILLERS = """
    or replace temp temporary unlogged global local external table view materialized recursive if not exists into only
    overwrite ignore abort rollback fail from
"""
_BEFORE_NAME = frozenset(_FILLERS.split())
_OTHERS = "index unique schema function procedure trigger type sequence extension database macro secret role user"
_NO_TABLE = frozenset(_OTHERS.split())


def _table(verb: str, behind: list[Token]) -> str | None:
    """The name behind the verb, with its schema: ``a.b."c"``."""
    if verb not in ("create", "insert", "update", "drop", "delete", "truncate", "merge"):
        return None
    position = 0
    while position < len(behind) and behind[position].word in _BEFORE_NAME:
        position += 1
    if position < len(behind) and behind[position].word in _NO_TABLE:
        return None
    parts: list[str] = []
    for token in behind[position:]:
        expects_name = len(parts) % 2 == 0
        if expects_name != (token.kind in (TokenKind.WORD, TokenKind.QUOTED)) or (
            not expects_name and token.text != "."
        ):
            break
        parts.append(token.text)
    return "".join(parts) or None


def _next(text: str, place: int) -> tuple[TokenKind, int]:
    character = text[place]
    if character.isspace():
        return TokenKind.SPACE, _end(_SPACE, text, place)
    if text.startswith("--", place):
        return TokenKind.COMMENT, _until(text, "\n", place)
    if text.startswith("/*", place):
        return TokenKind.COMMENT, _comment_end(text, place)
    if character == "'":
        return TokenKind.STRING, _quote_end(text, place, escapes=False)
    if character in "eE" and text.startswith("'", place + 1):
        return TokenKind.STRING, _quote_end(text, place + 1, escapes=True)
    if character in '"`':
        return TokenKind.QUOTED, _quote_end(text, place, escapes=False)
    if character == "$" and (opening := _DOLLAR.match(text, place)):
        closing = text.find(opening.group(), opening.end())
        return TokenKind.STRING, len(text) if closing < 0 else closing + len(opening.group())
    if character.isalpha() or character == "_":
        # A dollar sign may stand inside a word, where it opens no quote.
        end = _end(_WORD, text, place)
        while end < len(text) and (text[end].isalnum() or text[end] in "_$"):
            end += 1
        return TokenKind.WORD, end
    return TokenKind.SYMBOL, place + 1


def _end(pattern: re.Pattern[str], text: str, place: int) -> int:
    match = pattern.match(text, place)
    return match.end() if match else place + 1


def _until(text: str, mark: str, place: int) -> int:
    found = text.find(mark, place)
    return len(text) if found < 0 else found


def _quote_end(text: str, place: int, *, escapes: bool) -> int:
    """Behind the closing quote; a doubled quote stays inside, and so does ``\\'`` in an ``E'…'`` string."""
    quote = text[place]
    place += 1
    while place < len(text):
        if escapes and text[place] == "\\":
            place += 2
        elif text[place] != quote:
            place += 1
        elif text.startswith(quote, place + 1):
            place += 2
        else:
            return place + 1
    return len(text)


def _comment_end(text: str, place: int) -> int:
    depth, place = 1, place + 2
    while place < len(text) and depth:
        if text.startswith("/*", place):
            depth, place = depth + 1, place + 2
        elif text.startswith("*/", place):
            depth, place = depth - 1, place + 2
        else:
            place += 1
    return place
