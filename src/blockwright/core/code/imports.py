"""What a source imports, and what its names stand for because of that."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from blockwright.core.code.model import Import
from blockwright.core.code.syntax import Nodes

Names = Mapping[str, str]
"""Local name → the dotted name that an import bound to it, in any scope of the file."""


def imported(nodes: Nodes, names: Names) -> tuple[Import, ...]:
    """Every module that an import statement, or ``import_module`` with a literal name, can load; each once."""
    found = [Import(alias.name) for node in nodes[ast.Import] for alias in node.names]
    found += [item for node in nodes[ast.ImportFrom] for item in _from(node)]
    found += [Import(module) for node in nodes[ast.Call] if (module := literal_import(node, names))]
    return tuple(dict.fromkeys(found))


def _from(node: ast.ImportFrom) -> Iterable[Import]:
    base = node.module or ""
    if base or node.level:
        yield Import(base, node.level)
    for alias in node.names:
        yield Import(f"{base}.{alias.name}" if base else alias.name, node.level, candidate=True)


def literal_import(call: ast.Call, names: Names) -> str | None:
    """The absolute module that a call names literally, as ``importlib.import_module("a.b")`` does."""
    module = literal_text(call.args[0]) if call.args else None
    if module is None or dotted(call.func, names) not in ("importlib.import_module", "__import__"):
        return None
    return module if module and not module.startswith(".") else None


def bound_names(nodes: Nodes) -> dict[str, str]:
    """What imports bind: ``import a.b`` the name ``a`` to ``a``, ``from a import b as c`` the name ``c`` to ``a.b``."""
    names: dict[str, str] = {}
    for node in nodes[ast.Import]:
        for alias in node.names:
            first = alias.name.partition(".")[0]
            names[alias.asname or first] = alias.name if alias.asname else first
    for node in nodes[ast.ImportFrom]:
        base = "." * node.level + (node.module or "")
        for alias in node.names:
            names[alias.asname or alias.name] = f"{base}.{alias.name}"
    return names


def dotted(expression: ast.AST, names: Names) -> str:
    """``pd.read_csv`` → ``pandas.read_csv``; of what is no name, the attributes behind it: ``f().open`` → ``.open``."""
    parts: list[str] = []
    while isinstance(expression, ast.Attribute):
        parts.append(expression.attr)
        expression = expression.value
    if isinstance(expression, ast.Name):
        parts.append(names.get(expression.id, expression.id))
    else:
        parts.append("")
    parts.reverse()
    return ".".join(parts)


def literal_text(expression: ast.AST) -> str | None:
    """The string that an expression spells out, if it is one."""
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        return expression.value
    return None
