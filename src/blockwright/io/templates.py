"""Jinja as Mage's files use it, in a sandbox: ``env_var``, ``mage_secret_var``, ``json_value``, ``variables``.

The sandbox refuses private attributes, unbounded ranges and strings grown by arithmetic, so that rendering the files
of a project cannot run its code, wherever it happens. What a template interpolates into SQL or YAML is text, not a
bound parameter: whoever sets a variable writes a piece of the statement, as in Mage.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, Undefined, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment

from blockwright.io.errors import ConnectorError

LONGEST_REPEAT = 1_000_000
"""Characters that ``'x' * n`` may yield, and digits that a power may have."""


class TemplateFailed(ConnectorError):
    """A template is malformed or uses a name that nobody defined; ``line`` is its line, where known."""

    code = "template"

    def __init__(self, message: str, *, hint: str = "", line: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.line = line


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a template's functions look: the environment, the secrets, the variables of the run."""

    environ: Mapping[str, str] = field(default_factory=dict)
    secret: Callable[[str], Any] = lambda name: None
    variables: Mapping[str, Any] = field(default_factory=dict)


class Sandbox(SandboxedEnvironment):
    """Jinja's sandbox, which also bounds what multiplication and powers can build."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "*" and _repeats_too_often(left, right):
            raise SecurityError(f"a repetition of more than {LONGEST_REPEAT} items")
        if operator == "**" and isinstance(right, int) and abs(right) > 1_000:
            raise SecurityError("a power above 1000")
        return super().call_binop(context, operator, left, right)


def sandbox(sources: Sources, *, undefined: type[Undefined] = StrictUndefined) -> Sandbox:
    """A sandboxed Jinja environment with the functions of Mage's templates over ``sources``."""
    environment = Sandbox(undefined=undefined, keep_trailing_newline=True, autoescape=False)
    environment.globals.update(
        env_var=lambda name, default=None: sources.environ.get(name, default),
        mage_secret_var=sources.secret,
        aws_secret_var=_not_here("aws_secret_var", "boto3's secretsmanager client"),
        azure_secret_var=_not_here("azure_secret_var", "the azure-keyvault-secrets package"),
        json_value=json_value,
        variables=_variables_function(sources.variables),
    )
    return environment


def render(environment: Sandbox, text: str, names: Mapping[str, Any], *, origin: str) -> str:
    """``text`` rendered with ``names``; raises TemplateFailed naming ``origin`` and, where known, the line."""
    try:
        return environment.from_string(text).render(**names)
    except TemplateSyntaxError as error:
        raise TemplateFailed(f"{origin}, line {error.lineno}: {error.message}.", line=error.lineno) from None
    except UndefinedError as error:
        line = _template_line(error)
        place = f", line {line}" if line else ""
        raise TemplateFailed(
            f"{origin}{place}: {error.message}.",
            hint="Give it as a variable of the pipeline or the run, or use `default` in the template.",
            line=line,
        ) from None
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        raise TemplateFailed(f"{origin}: {error}", line=_template_line(error)) from None


def json_value(text: Any, key: str) -> Any:
    """The value of ``key`` in a JSON object; raises ValueError saying what is wrong with it."""
    try:
        document = text if isinstance(text, Mapping) else json.loads(str(text))
    except ValueError:
        raise ValueError(f"json_value(…, {key!r}) was not given JSON text.") from None
    if not isinstance(document, Mapping) or key not in document:
        raise ValueError(f"json_value: there is no key {key!r} in the JSON that was given.")
    return document[key]


def _variables_function(variables: Mapping[str, Any]) -> Callable[..., Any]:
    missing = object()

    def look_up(name: str, default: Any = missing) -> Any:
        if name in variables:
            return variables[name]
        if default is missing:
            raise UndefinedError(f"variables({name!r}): there is no variable of this name")
        return default

    return look_up


def _not_here(name: str, instead: str) -> Callable[..., Any]:
    def refuse(*_: Any) -> Any:
        raise ValueError(f"{name} is not available yet; use a Python block with {instead}, or `mage_secret_var`.")

    return refuse


def _repeats_too_often(left: Any, right: Any) -> bool:
    for sequence, count in ((left, right), (right, left)):
        if isinstance(sequence, str | bytes | list | tuple) and isinstance(count, int):
            return len(sequence) * count > LONGEST_REPEAT
    return False


def _template_line(error: BaseException) -> int | None:
    """The line of the template in which ``error`` arose: the deepest frame that Jinja compiled from it."""
    line = None
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == "<template>":
            line = step.tb_lineno
        step = step.tb_next
    return line
