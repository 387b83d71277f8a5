"""The facts of an SQL template, found without rendering it: the names that it uses, what it reaches for outside."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from blockwright.core.code.model import NOTHING, Untracked, UntrackedKind, VariableReads
from blockwright.core.code.sql_text import sql_digest

_OPENING = re.compile(r"\{[{%#]")
_CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}"}
_WORD = re.compile(
    r"""'(?:\\.|[^'\\])*(?:'|\Z) | "(?:\\.|[^"\\])*(?:"|\Z) | (?P<name>(?<![\w.])[A-Za-z_]\w*) | .""",
    re.VERBOSE | re.DOTALL,
)
_STRING = re.compile(r"""\(\s*(?:'([^'\\]*)'|"([^"\\]*)")\s*[,)]""")

_JINJA_WORDS = frozenset(
    (
        *("if", "elif", "else", "endif", "for", "endfor", "in", "not", "and", "or", "is", "set", "endset", "with"),
        *("endwith", "macro", "endmacro", "call", "endcall", "filter", "endfilter", "raw", "endraw", "do", "loop"),
        *("true", "false", "none", "True", "False", "None", "recursive", "ignore", "missing", "without", "context"),
        *("include", "import", "from", "extends", "block", "endblock", "as", "defined", "undefined", "lambda"),
    )
)
_FUNCTIONS = frozenset(
    (
        *("variables", "env_var", "mage_secret_var", "aws_secret_var", "azure_secret_var", "json_value"),
        *("block_output", "range", "dict", "namespace", "datetime", "json", "math", "inflection"),
    )
)
_OUTSIDE = (
    (
        re.compile(
            r"\b(?:current_(?:date|time|timestamp)|localtime(?:stamp)?|(?:now|getdate|sysdate|today)\s*\()", re.I
        ),
        "clock",
    ),
    (re.compile(r"\b(?:random|rand|newid|uuid|gen_random_uuid|generate_uuid|setseed)\s*\(", re.I), "random"),
    (re.compile(r"\b(?:read_(?:csv|parquet|json|text|blob)\w*|\w+_scan|glob)\s*\(|\bfrom\s+'[^']*'", re.I), "file"),
)


@dataclass(frozen=True, slots=True)
class SqlFacts:
    """``digest`` names the text as it is given; take ``sql_digest`` of the rendered one for a key. ``inputs`` are the
    upstream blocks that it reads by number (1 for ``df_1``), ``blocks`` those it names."""

    digest: str
    inputs: tuple[int, ...] = ()
    blocks: tuple[str, ...] = ()
    reads: VariableReads = NOTHING
    untracked: tuple[Untracked, ...] = ()


def sql_facts(text: str) -> SqlFacts:
    """What can be said of an SQL template without rendering it."""
    scan, ends = _Scan(), _line_ends(text)
    for start, expression in _expressions(text):
        scan.look_at(expression, bisect_left(ends, start) + 1)
    return SqlFacts(
        digest=sql_digest(text),
        inputs=tuple(sorted(scan.inputs)),
        blocks=tuple(dict.fromkeys(scan.blocks)),
        reads=VariableReads(frozenset(scan.names), scan.everything is not None, scan.everything),
        untracked=tuple(sorted(dict.fromkeys([*scan.notes, *_outside(text)]), key=lambda note: note.line)),
    )


def _expressions(text: str) -> Iterable[tuple[int, str]]:
    """Where each ``{{ … }}`` and ``{% … %}`` begins, and what is in it; ``{# … #}`` is passed over."""
    place = 0
    while opening := _OPENING.search(text, place):
        end = text.find(_CLOSING[opening[0]], opening.end())
        if end < 0:
            return
        if opening[0] != "{#":
            yield opening.start(), text[opening.end() : end]
        place = end + 2


def _line_ends(text: str) -> list[int]:
    return [match.start() for match in re.finditer("\n", text)]


def _outside(text: str) -> Iterable[Untracked]:
    ends = _line_ends(text)
    for pattern, kind in _OUTSIDE:
        for match in pattern.finditer(text):
            yield Untracked(UntrackedKind(kind), bisect_left(ends, match.start()) + 1, match[0].rstrip("( \n"))


class _Scan:
    """Gathers the names that the expressions of a template use."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.inputs: set[int] = set()
        self.blocks: list[str] = []
        self.notes: list[Untracked] = []
        self.everything: int | None = None

    def look_at(self, expression: str, line: int) -> None:
        for match in _WORD.finditer(expression):
            word = match["name"]
            if word is None or word in _JINJA_WORDS:
                continue
            if numbered := re.fullmatch(r"df_(\d+)", word):
                self.inputs.add(int(numbered[1]))
            elif word in _FUNCTIONS:
                self._function(word, expression[match.end() :], line)
            else:
                self.names.add(word)

    def _function(self, function: str, rest: str, line: int) -> None:
        literal = _STRING.match(rest.lstrip())
        argument = None if literal is None else literal[1] if literal[1] is not None else literal[2]
        shown = f"{function}({'…' if argument is None else repr(argument)})"
        if function == "variables":
            self._variable(argument, line)
        elif function == "block_output":
            self.blocks += [] if argument is None else [argument]
        elif function == "env_var":
            self.notes.append(Untracked(UntrackedKind.ENVIRONMENT, line, shown))
        elif function.endswith("secret_var"):
            self.notes.append(Untracked(UntrackedKind.SECRET, line, shown))
        elif function == "datetime" and re.match(r"[.\w]*\.(?:now|utcnow|today)\b", rest):
            self.notes.append(Untracked(UntrackedKind.CLOCK, line, "datetime.now()"))

    def _variable(self, name: str | None, line: int) -> None:
        if name is None:
            self.everything = self.everything or line
        else:
            self.names.add(name)
