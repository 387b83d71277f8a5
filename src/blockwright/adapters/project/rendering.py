"""Templates in project files: what they may ask for, and errors that say where."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from blockwright.core.errors import Invalid

_MARKS = ("{{", "{%", "{#")
_WHERE = "<template>"


class TemplateError(Invalid):
    """A template that cannot be rendered. ``line`` counts from 1."""

    code = "template"

    def __init__(self, message: str, *, hint: str, line: int | None) -> None:
        super().__init__(message, hint=hint)
        self.line = line


class Templates:
    """Renders texts of one project with its environment variables and secrets."""

    def __init__(self, environ: Mapping[str, str], secrets: Callable[[str], str | None]) -> None:
        self._environ = environ
        self._secrets = secrets

    def render(self, text: str, variables: Mapping[str, Any], *, where: str) -> str:
        """The rendered text; raises TemplateError naming ``where`` and the line."""
        if not has_template(text):
            return text  # most files have none, and importing Jinja costs as much as a small run
        from jinja2 import TemplateError as JinjaError
        from jinja2 import TemplateSyntaxError

        from blockwright.adapters.project import jinja_sandbox

        if len(text) > jinja_sandbox.LARGEST:
            raise _error(where, None, f"it has more than {jinja_sandbox.LARGEST:,} characters")
        environment = jinja_sandbox.BoundedEnvironment()
        environment.globals.update(self._functions(variables))
        try:
            return environment.from_string(text).render(dict(variables))
        except TemplateSyntaxError as error:
            raise _error(where, error.lineno, error.message or "its syntax is wrong") from None
        except JinjaError as error:
            raise _error(where, _line_of(error), error.message or type(error).__name__) from None
        except _EXPRESSION_ERRORS as error:
            raise _error(where, _line_of(error), f"{type(error).__name__}: {error}") from None

    def _functions(self, variables: Mapping[str, Any]) -> dict[str, Callable[..., Any]]:
        return {
            "env_var": lambda name, default=None: self._environ.get(name, default),
            "mage_secret_var": lambda name: self._secrets(name),
            "aws_secret_var": lambda name: _no_cloud_secret("aws_secret_var"),
            "azure_secret_var": lambda name: _no_cloud_secret("azure_secret_var"),
            "json_value": lambda text, key: json.loads(text)[key],
            "variables": lambda name: variables.get(name),
        }


# What an expression over ordinary values can raise; the text is the project's, so all of it is the project's to mend.
_EXPRESSION_ERRORS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
)


def has_template(text: str) -> bool:
    """Whether rendering could change ``text``."""
    return any(mark in text for mark in _MARKS)


def syntax_problem(text: str, where: str) -> TemplateError | None:
    """What is wrong with the syntax of a template, without rendering it."""
    if not has_template(text):
        return None
    from jinja2 import TemplateSyntaxError

    from blockwright.adapters.project.jinja_sandbox import BoundedEnvironment

    try:
        BoundedEnvironment().parse(text)
    except TemplateSyntaxError as error:
        return _error(where, error.lineno, error.message or "its syntax is wrong")
    except _EXPRESSION_ERRORS as error:
        return _error(where, None, f"{type(error).__name__}: {error}")
    return None


def _no_cloud_secret(name: str) -> str:
    raise LookupError(f"`{name}` is not available; store the value as a secret and use `mage_secret_var`")


def _line_of(error: BaseException) -> int | None:
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == _WHERE:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _error(where: str, line: int | None, what: str) -> TemplateError:
    place = where if line is None else f"{where}, line {line}"
    what = what.rstrip(".")
    undefined = what.endswith("is undefined")
    hint = (
        "Give the variable a value, or a default: `{{ x | default(0) }}`." if undefined else "Correct the expression."
    )
    return TemplateError(f"The template in {place} cannot be rendered: {what}.", hint=hint, line=line)
