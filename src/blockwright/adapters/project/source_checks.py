"""Block files looked at without running them: syntax, and whether there is the function that the type calls for."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Sequence

from blockwright.adapters.project.block_entries import Entry
from blockwright.adapters.project.confinement import decoded
from blockwright.adapters.project.rendering import syntax_problem
from blockwright.core.blocks import BlockType, Language
from blockwright.core.errors import Invalid
from blockwright.core.problems import Problem

_DECORATORS: dict[BlockType, tuple[str, ...]] = {
    BlockType.DATA_LOADER: ("data_loader", "data_integration_source", "streaming_source"),
    BlockType.TRANSFORMER: ("transformer",),
    BlockType.DATA_EXPORTER: ("data_exporter", "data_integration_destination", "streaming_sink"),
    BlockType.CUSTOM: ("custom",),
    BlockType.SENSOR: ("sensor",),
    BlockType.CONDITIONAL: ("condition",),
    BlockType.CALLBACK: ("callback", "on_success", "on_failure"),
    BlockType.EXTENSION: ("extension",),
}


def check_source(data: bytes, path: str, entry: Entry) -> Sequence[Problem]:
    """The problems of a block's file with the bytes ``data``."""
    try:
        text = decoded(data, path)
    except Invalid as error:
        line = data[: _bad_byte(data)].count(b"\n") + 1
        return [Problem(path, line, "", error.message, error.hint, code=error.code)]
    match entry.language:
        case Language.PYTHON:
            return list(_python_problems(text, path, entry))
        case Language.SQL:
            return _sql_problems(text, path)
        case Language.YAML:
            return _template_problems(text, path)
        case Language.R | Language.MARKDOWN:
            return []


def _sql_problems(text: str, path: str) -> list[Problem]:
    """A ``block_output(…)`` may hold a lambda of Python, so it is read by what reads it in a run, and Jinja sees the
    rest."""
    if "block_output" not in text:
        return _template_problems(text, path)
    from blockwright.io.block_output_calls import BlockOutputError, lift

    try:
        return _template_problems(lift(text)[0], path)
    except BlockOutputError as error:
        return [Problem(path, None, "", error.message, error.hint, code="syntax")]


def _template_problems(text: str, path: str) -> list[Problem]:
    found = syntax_problem(text, path)
    return [] if found is None else [Problem(path, found.line, "", found.message, found.hint, code="syntax")]


def _bad_byte(data: bytes) -> int:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start
    return 0


def _python_problems(text: str, path: str, entry: Entry) -> Iterator[Problem]:
    try:
        tree = _parsed(text, path)
    except SyntaxError as error:
        message = f"Python cannot read this file: {error.msg}."
        yield Problem(path, error.lineno, "", message, _advice(error), code="syntax")
        return
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        yield Problem(path, None, "", f"Python cannot read this file: {error}.", "Simplify it.", code="syntax")
        return
    wanted = _DECORATORS.get(entry.type, ())
    if wanted and entry.batch and text.strip() and not _offers(tree, wanted):
        yield Problem(
            path,
            None,
            "",
            f"The file has no function for block `{entry.uuid}`: nothing is decorated with `@{wanted[0]}`.",
            f"Put `@{wanted[0]}` on the function to call.",
            code="no_function",
        )
    elif wanted and entry.batch and not text.strip():
        message = f"The file is empty; block `{entry.uuid}` has nothing to run."
        yield Problem(path, None, "", message, f"Write a function with `@{wanted[0]}`.", code="no_function")


def _parsed(text: str, path: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # doubtful escapes and the like are the author's own business
        tree = ast.parse(text, path)
        compile(tree, path, "exec", dont_inherit=True)  # finds what the grammar allows: `return` outside a function
    return tree


def _advice(error: SyntaxError) -> str:
    line = (error.text or "").strip()
    return f"Look at `{line[:80]}`." if line else "Correct the line."


def _offers(tree: ast.Module, wanted: Sequence[str]) -> bool:
    """Whether a function or class carries one of the decorators, under whatever name it was imported.

    A file that imports everything from somewhere, or calls a decorator like a function, is given the benefit of the
    doubt.
    """
    names = set(wanted)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            if any(alias.name == "*" for alias in node.names):
                return True
            names.update(alias.asname for alias in node.names if alias.asname and alias.name in wanted)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if any(_name(decorator) in names for decorator in node.decorator_list):
                return True
        elif isinstance(node, ast.Call) and _name(node.func) in names and _takes_a_function(node):
            return True
    return False


def _takes_a_function(call: ast.Call) -> bool:
    return any(not isinstance(argument, ast.Constant) for argument in call.args)


def _name(node: ast.expr) -> str | None:
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None
