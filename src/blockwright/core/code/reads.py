"""Which variables a function can read, seen from how it uses its ``**kwargs``.

Only uses that name a variable literally are understood; every other use of the dictionary may read all of it.
"""

from __future__ import annotations

import ast

from blockwright.core.code.imports import Names, dotted, literal_text
from blockwright.core.code.model import NOTHING, VariableReads
from blockwright.core.code.syntax import Nodes, below

_LOOK_UPS = frozenset({"get", "pop", "setdefault"})
_ALL_LOCALS = frozenset({"locals", "vars", "eval", "exec"})
_FRAME_LOCALS = frozenset({"f_locals", "getargvalues"})


def keyword_reads(function: ast.FunctionDef | ast.AsyncFunctionDef) -> VariableReads:
    """What the function reads of its ``**kwargs``, whatever that parameter is called.

    An inner function that has a parameter of the same name counts as if it used the outer one.
    """
    if function.args.kwarg is None:
        return NOTHING
    name = function.args.kwarg.arg
    read: set[str] = set()
    understood: set[int] = set()
    for node in below(function):
        if isinstance(node, ast.Name):
            if id(node) not in understood and (node.id == name or node.id in _ALL_LOCALS):
                return VariableReads(frozenset(read), all=True, line=node.lineno)
        elif use := _literal_use(node, name):
            holder, variable = use
            understood.add(id(holder))
            if variable is not None:
                read.add(variable)
    return VariableReads(frozenset(read))


def _literal_use(node: ast.AST, name: str) -> tuple[ast.AST, str | None] | None:
    """The name node that is explained by ``node``, and the variable that is read through it (None: none)."""
    if isinstance(node, ast.Subscript):
        return _read(node.value, node.slice, name)
    if isinstance(node, ast.Compare):
        if len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn):
            return _read(node.comparators[0], node.left, name)
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name):  # vars(something) is no look at one's own variables
            return (node.func, None) if node.func.id == "vars" and node.args else None
        if _is_look_up(node):
            assert isinstance(node.func, ast.Attribute)
            return _read(node.func.value, node.args[0], name)
    return None


def _is_look_up(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _LOOK_UPS or call.keywords:
        return False
    return len(call.args) in (1, 2) and not any(isinstance(argument, ast.Starred) for argument in call.args)


def _read(holder: ast.AST, key: ast.AST, name: str) -> tuple[ast.AST, str] | None:
    variable = literal_text(key)
    if variable is not None and isinstance(holder, ast.Name) and holder.id == name:
        return holder, variable
    return None


def asked_variables(nodes: Nodes, names: Names) -> VariableReads:
    """What a file reads of the pipeline's variables by asking for them, or by looking into the frames of callers."""
    found = NOTHING
    for call in nodes[ast.Call]:
        called = dotted(call.func, names).rpartition(".")[2]
        if called == "get_global_variables":
            found |= VariableReads(all=True, line=call.lineno)
        elif called == "get_global_variable":
            found |= _asked(call)
    for attribute in nodes[ast.Attribute]:
        if attribute.attr in _FRAME_LOCALS:
            found |= VariableReads(all=True, line=attribute.lineno)
    return found


def _asked(call: ast.Call) -> VariableReads:
    """``get_global_variable(pipeline, key)``."""
    key = call.args[1] if len(call.args) > 1 else next((k.value for k in call.keywords if k.arg == "key"), None)
    variable = None if key is None else literal_text(key)
    if variable is None or any(isinstance(argument, ast.Starred) for argument in call.args):
        return VariableReads(all=True, line=call.lineno)
    return VariableReads(frozenset({variable}))
