"""``{{ block_output('load', parse=lambda data, vars: data[0]['id']) }}`` in SQL.

Jinja knows no ``lambda``, so these calls are lifted out of the text before it is rendered, and a name takes their
place. The lambda may index, compute, compare and call harmless functions; anything that leads from a value to the
interpreter's inside (private names, format strings, frames) is refused.
"""

from __future__ import annotations

import ast
import datetime
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from blockwright.io.errors import ConnectorError

_CALL = re.compile(r"\bblock_output\s*\(")
_FORBIDDEN_ATTRIBUTES = frozenset({"format", "format_map", "mro"})
_FORBIDDEN_ENDINGS = ("_frame", "_code", "_globals", "_builtins", "_locals", "_back")
_FORBIDDEN_NODES = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)


class BlockOutputError(ConnectorError):
    """A ``block_output(…)`` in a template cannot be read, is not allowed or failed."""

    code = "template"


@dataclass(frozen=True, slots=True)
class BlockOutputCall:
    """One call as written: ``name`` stands for it in the template; ``block`` None means all inputs."""

    name: str
    source: str
    block: str | None
    parse: ast.Lambda | None


def harmless_modules() -> dict[str, SimpleNamespace]:
    """``datetime``, ``json`` and ``math`` as templates may use them: their values and functions, not their insides."""
    return {
        "datetime": SimpleNamespace(
            datetime=datetime.datetime,
            date=datetime.date,
            time=datetime.time,
            timedelta=datetime.timedelta,
            timezone=datetime.timezone,
        ),
        "json": SimpleNamespace(dumps=json.dumps, loads=json.loads),
        "math": SimpleNamespace(**{name: value for name, value in vars(math).items() if not name.startswith("_")}),
    }


def lift(text: str) -> tuple[str, list[BlockOutputCall]]:
    """``text`` with every call inside ``{{ … }}`` or ``{% … %}`` replaced by a name, and the calls."""
    calls: list[BlockOutputCall] = []
    pieces: list[str] = []
    place = 0
    for match in _CALL.finditer(text):
        if match.start() < place or not _inside_template(text, match.start()):
            continue
        end = _closing(text, match.end())
        call = _parsed(text[match.start() : end], f"block_output_{len(calls) + 1}")
        calls.append(call)
        pieces += [text[place : match.start()], call.name]
        place = end
    return "".join([*pieces, text[place:]]), calls


def evaluate(call: BlockOutputCall, data: Any, variables: Mapping[str, Any]) -> Any:
    """What the call's lambda makes of ``data`` (or ``data`` itself without one)."""
    if call.parse is None:
        return data
    code = compile(ast.fix_missing_locations(ast.Expression(call.parse)), "<block_output>", "eval")
    # Checked by `_refuse`: no name or attribute in it leads out of the values that it is given.
    function: Callable[..., Any] = eval(code, {"__builtins__": _HARMLESS, **harmless_modules()})
    arguments = call.parse.args
    takes = len(arguments.args) + len(arguments.posonlyargs)
    try:
        return function(*(data, dict(variables))[: takes if arguments.vararg is None else 2])
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, NameError) as error:
        raise BlockOutputError(f"`{call.source}` failed: {type(error).__name__}: {error}.") from None


def _inside_template(text: str, place: int) -> bool:
    opened = max(text.rfind("{{", 0, place), text.rfind("{%", 0, place))
    closed = max(text.rfind("}}", 0, place), text.rfind("%}", 0, place))
    return opened > closed


def _closing(text: str, place: int) -> int:
    """Behind the parenthesis that closes the one before ``place``; quotes are respected."""
    depth, quote = 1, ""
    while place < len(text) and depth:
        character = text[place]
        if quote:
            if character == "\\":
                place += 1
            elif character == quote:
                quote = ""
        elif character in "'\"":
            quote = character
        else:
            depth += {"(": 1, ")": -1}.get(character, 0)
        place += 1
    if depth:
        raise BlockOutputError("A `block_output(` in the SQL has no closing parenthesis.")
    return place


def _parsed(source: str, name: str) -> BlockOutputCall:
    try:
        call = ast.parse(source.strip(), mode="eval").body
    except SyntaxError as error:
        raise BlockOutputError(f"`{source}` is not a valid expression: {error.msg}.") from None
    if not isinstance(call, ast.Call) or len(call.args) > 2 or any(key.arg != "parse" for key in call.keywords):
        raise _misused(source)
    block = call.args[0] if call.args else None
    parse = call.args[1] if len(call.args) > 1 else next((key.value for key in call.keywords), None)
    if block is not None and not (isinstance(block, ast.Constant) and isinstance(block.value, str)):
        raise _misused(source)
    if parse is not None and not isinstance(parse, ast.Lambda):
        raise _misused(source)
    if parse is not None:
        _refuse(parse, source)
    return BlockOutputCall(name, source, None if block is None else str(block.value), parse)


def _misused(source: str) -> BlockOutputError:
    return BlockOutputError(
        f"`{source}` cannot be understood.",
        hint="Write block_output('block', parse=lambda data, variables: …), each part optional.",
    )


def _refuse(expression: ast.AST, source: str) -> None:
    for node in ast.walk(expression):
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        private = name.startswith("__") or (isinstance(node, ast.Attribute) and name.startswith("_"))
        if isinstance(node, ast.Attribute) and (name in _FORBIDDEN_ATTRIBUTES or name.endswith(_FORBIDDEN_ENDINGS)):
            private = True
        if private or isinstance(node, _FORBIDDEN_NODES):
            what = f"`{name}`" if name else type(node).__name__
            raise BlockOutputError(f"`{source}`: {what} is not allowed here.", hint="Do it in a Python block upstream.")


_HARMLESS = {
    function.__name__: function
    for function in (
        abs, all, any, bool, dict, enumerate, filter, float, int, isinstance, len, list, map, max, min, range, repr,
        reversed, round, set, sorted, str, sum, tuple, zip,
    )
}  # fmt: skip
