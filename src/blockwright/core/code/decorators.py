"""Which functions of a file its block decorators register, and what these can read."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from blockwright.core.code.imports import Names, dotted
from blockwright.core.code.model import (
    NOTHING,
    DecoratedFunction,
    Parameter,
    ParameterKind,
    VariableReads,
)
from blockwright.core.code.reads import keyword_reads
from blockwright.core.code.syntax import Nodes, outside_functions

Function = ast.FunctionDef | ast.AsyncFunctionDef

_GIVEN_VARIABLES = frozenset(
    (
        *("data_loader", "transformer", "data_exporter", "sensor", "custom", "extension"),
        *("condition", "callback", "on_success", "on_failure", "preprocesser", "test"),
    )
)
_OTHERS = frozenset(
    (
        *("data_source", "x", "y", "xy", "columns", "configuration", "render"),
        *("preprocesser_functions", "streaming_source", "streaming_sink"),
        *("data_integration_source", "data_integration_destination", "data_integration_config"),
        *("data_integration_selected_streams", "data_integration_catalog", "data_integration_query"),
    )
)
DECORATORS = _GIVEN_VARIABLES | _OTHERS

_OURS = ("mage_ai.", "blockwright.")


def decorated(tree: ast.Module, nodes: Nodes, names: Names) -> tuple[tuple[DecoratedFunction, ...], VariableReads]:
    """The registered functions in the order of the file, and what is read besides because a decorator is used in a way
    that is not understood (as a value, on a lambda …)."""
    surface = outside_functions(tree)
    rebound = _rebound(surface, names)
    definitions = (*nodes[ast.FunctionDef], *nodes[ast.AsyncFunctionDef], *nodes[ast.ClassDef])
    found = [function for node in definitions for function in _decorations(node, names, rebound)]
    called, besides = _called(surface, names, rebound)
    return tuple(sorted([*found, *called], key=lambda function: function.line)), besides


def _rebound(surface: Iterable[ast.AST], names: Names) -> set[str]:
    """Names of decorators that mean something else here: assigned, defined or imported from elsewhere."""
    own = {local for local, target in names.items() if local in DECORATORS and not target.startswith(_OURS)}
    for node in surface:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            own.add(node.id)
        elif isinstance(node, Function | ast.ClassDef):
            own.add(node.name)
    return own & DECORATORS


def _decorations(node: Function | ast.ClassDef, names: Names, rebound: set[str]) -> Iterable[DecoratedFunction]:
    for place, expression in enumerate(node.decorator_list):
        name = _decorator(expression, names)
        if name is None:
            continue
        inner = node.decorator_list[place + 1 :]
        wrapped = name in rebound or any(_decorator(other, names) is None for other in inner)
        yield _function(node, name, expression, whole=wrapped)


def _decorator(expression: ast.expr, names: Names) -> str | None:
    """The block decorator that an expression means: ``@test``, ``@blockwright.test``, ``@callback('failure')``."""
    target = expression.func if isinstance(expression, ast.Call) else expression
    name = dotted(target, names)
    last = name.rpartition(".")[2]
    if last not in DECORATORS:
        return None
    plain = isinstance(target, ast.Name)
    return last if plain or name.startswith(_OURS) else None


def _function(node: Function | ast.ClassDef, decorator: str, expression: ast.expr, *, whole: bool) -> DecoratedFunction:
    options, literal = _options(expression)
    parameters: tuple[Parameter, ...] = ()
    reads = NOTHING
    if isinstance(node, Function):
        parameters, reads = _parameters(node.args), keyword_reads(node)
    if whole or isinstance(node, ast.ClassDef):
        # What stands between the variables and the function may read them too.
        reads = VariableReads(reads.names, all=True, line=expression.lineno)
    return DecoratedFunction(node.name, decorator, node.lineno, parameters, reads, options, literal)


def _called(
    surface: Iterable[ast.AST], names: Names, rebound: set[str]
) -> tuple[list[DecoratedFunction], VariableReads]:
    """Functions registered by a call, as in ``load = data_loader(load)``."""
    nodes = list(surface)
    functions = {node.name: node for node in nodes if isinstance(node, Function)}
    found: list[DecoratedFunction] = []
    understood: set[int] = set()
    besides = NOTHING
    for node in nodes:
        if isinstance(node, ast.Call) and (function := _registered(node, names, functions)):
            understood.add(id(node.func))
            found.append(_function(function, dotted(node.func, names).rpartition(".")[2], node.func, whole=False))
        elif isinstance(node, ast.Name) and id(node) not in understood and _is_value(node, names, rebound):
            besides |= VariableReads(all=True, line=node.lineno)
    return found, besides


def _registered(call: ast.Call, names: Names, functions: dict[str, Function]) -> Function | None:
    if len(call.args) != 1 or call.keywords or not isinstance(call.func, ast.Name):
        return None
    argument = call.args[0]
    is_decorator = _decorator(call.func, names) in _GIVEN_VARIABLES
    return functions.get(argument.id) if is_decorator and isinstance(argument, ast.Name) else None


def _is_value(node: ast.Name, names: Names, rebound: set[str]) -> bool:
    """Whether a name is a block decorator handed around as a value."""
    if not isinstance(node.ctx, ast.Load) or node.id in rebound:
        return False
    return _decorator(node, names) in _GIVEN_VARIABLES


def _parameters(arguments: ast.arguments) -> tuple[Parameter, ...]:
    by_position = [(a, ParameterKind.POSITIONAL_ONLY) for a in arguments.posonlyargs]
    by_position += [(a, ParameterKind.POSITIONAL) for a in arguments.args]
    required = len(by_position) - len(arguments.defaults)
    found = [Parameter(a.arg, kind, place >= required) for place, (a, kind) in enumerate(by_position)]
    if arguments.vararg:
        found.append(Parameter(arguments.vararg.arg, ParameterKind.VAR_POSITIONAL))
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        found.append(Parameter(argument.arg, ParameterKind.KEYWORD_ONLY, default is not None))
    if arguments.kwarg:
        found.append(Parameter(arguments.kwarg.arg, ParameterKind.VAR_KEYWORD))
    return tuple(found)


def _options(expression: ast.expr) -> tuple[dict[str, Any] | None, bool]:
    """The literal arguments of a decorator (None when it is not called), and whether they are all of them."""
    if not isinstance(expression, ast.Call):
        return None, True
    given = [(str(place), value) for place, value in enumerate(expression.args)]
    given += [(keyword.arg or "**", keyword.value) for keyword in expression.keywords]
    options = {name: value.value for name, value in given if isinstance(value, ast.Constant) and _is_scalar(value)}
    return options, len(options) == len(given)


def _is_scalar(literal: ast.Constant) -> bool:
    return literal.value is None or isinstance(literal.value, str | bool | int | float)
