"""Syntax trees: parsed quietly, walked without recursion, and named by a digest that only meaning can change."""

from __future__ import annotations

import ast
import threading
import warnings
from collections import defaultdict
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from blockwright.core.code.model import SyntaxProblem

# ``ctx`` follows from the place of an expression; ``kind`` is the ``u`` of a literal; type comments are comments.
_WITHOUT_MEANING = frozenset({"ctx", "kind", "type_comment", "type_ignores"})

Nodes = defaultdict[type, list[Any]]
"""The nodes of a tree by their kind; of one kind, every parent before its children."""

_fields: dict[type, tuple[str, ...]] = {}
# The filter of warnings belongs to the process: two threads that silence it at once could leave it silenced.
_silence = threading.Lock()


def parse(source: str) -> ast.Module | SyntaxProblem:
    """The tree, or why there is none. Warnings about the source are for its author, not for whoever asks for facts."""
    try:
        with _silence, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source.removeprefix("\ufeff"))
    except SyntaxError as error:
        return SyntaxProblem(error.msg, error.lineno)
    except (RecursionError, MemoryError):
        return SyntaxProblem("the code is nested too deeply to be read")
    except ValueError as error:  # lone surrogates, null characters
        return SyntaxProblem(str(error))


def text_digest(text: str, language: str = "text") -> str:
    """A name for the letters of a text; line ends and a byte order mark do not count."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return _digest(plain, language)


def tree_digest(tree: ast.AST) -> tuple[str, Nodes]:
    """A name for the meaning of a tree, and its nodes but for the literals.

    The tree is spelled in prefix form, one token a line: a node with the names of the fields that say something, then
    those fields in alphabetical order; a list with its length; a literal with its type. Fields that are empty are left
    out, so that a field which a later Python adds changes nothing until it is used.
    """
    tokens: list[str] = []
    nodes: Nodes = defaultdict(list)
    todo: list[Any] = [tree]
    take, spell, put = todo.pop, tokens.append, todo.append
    while todo:
        item = take()
        kind = type(item)
        if kind is ast.Name:
            spell("Name " + item.id)
            nodes[kind].append(item)
        elif kind is str:
            spell(f"{len(item)}:{item}")
        elif kind is list:
            spell(f"[{len(item)}")
            todo.extend(reversed(item))
        elif kind is ast.Constant:
            spell(_literal(item.value))
        elif kind is ast.JoinedStr:
            spell("JoinedStr")
            put(_pieces(item))
        elif kind is ast.MatchSingleton:  # its None and False are values, not emptiness
            spell(f"MatchSingleton {item.value}")
        elif item is None or kind is int:
            spell(str(item))
        else:
            nodes[kind].append(item)
            label = kind.__name__
            for name in fields(kind):
                if value := getattr(item, name, None):
                    label += " " + name
                    put(value)
            spell(label)
    return _digest("\n".join(tokens), "python"), nodes


def below(root: ast.AST) -> list[ast.AST]:
    """``root`` and every node in it that has parts, parents before children; no literals."""
    nodes: list[ast.AST] = []
    todo: list[Any] = [root]
    while todo:
        item = todo.pop()
        kind = type(item)
        if kind is list:
            todo.extend(reversed(item))
        elif kind is not ast.Constant and (names := fields(kind)):
            nodes.append(item)
            todo.extend([value for name in names if (value := getattr(item, name, None))])
    return nodes


def outside_functions(tree: ast.Module) -> list[ast.AST]:
    """The nodes whose code runs when the file is loaded; of a function only its definition, not its decorators."""
    nodes: list[ast.AST] = []
    todo: list[Any] = [tree]
    while todo:
        item = todo.pop()
        if isinstance(item, list):
            todo.extend(reversed(item))
        elif names := fields(type(item)):
            nodes.append(item)
            if not isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                todo.extend(getattr(item, name, None) for name in names if name != "decorator_list")
    return nodes


def fields(kind: type) -> tuple[str, ...]:
    """The fields of a kind of node that carry meaning, in reverse alphabetical order (for a stack)."""
    found = _fields.get(kind)
    if found is None:
        names: tuple[str, ...] = getattr(kind, "_fields", ())
        found = _fields[kind] = tuple(sorted((n for n in names if n not in _WITHOUT_MEANING), reverse=True))
    return found


def _digest(text: str, language: str) -> str:
    person = f"bw {language}".encode()
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=32, person=person).hexdigest()


def _literal(value: object) -> str:
    return _LITERALS[type(value)](value)


# Decimal digits of a huge integer are refused by Python; hexadecimal ones are not.
_LITERALS: dict[type, Callable[[Any], str]] = {
    str: lambda value: f"str {len(value)}:{value}",
    bytes: lambda value: f"bytes {value.hex()}",
    bool: lambda value: f"constant {value}",
    type(None): lambda _: "constant None",  # a bare None is a place in a list that is left empty, as in {**a}
    type(...): lambda _: "constant ...",
    int: lambda value: f"int {value:x}",
    float: lambda value: f"float {value!r}",
    complex: lambda value: f"complex {value.real!r} {value.imag!r}",
}


def _pieces(string: ast.JoinedStr) -> list[Any]:
    """The pieces of an f-string; neighbouring texts are one, an empty text or format is none.

    Python's versions differ in how they cut the very same f-string.
    """
    pieces: list[Any] = []
    for piece in string.values:
        text = piece.value if isinstance(piece, ast.Constant) else None
        if not isinstance(text, str):
            pieces.append(_without_empty_format(piece))
        elif pieces and isinstance(pieces[-1], str):
            pieces[-1] += text
        elif text:
            pieces.append(text)
    return pieces


def _without_empty_format(piece: ast.expr) -> ast.expr:
    if not isinstance(piece, ast.FormattedValue) or not isinstance(piece.format_spec, ast.JoinedStr):
        return piece
    if _pieces(piece.format_spec):
        return piece
    return ast.FormattedValue(value=piece.value, conversion=piece.conversion, format_spec=None)
