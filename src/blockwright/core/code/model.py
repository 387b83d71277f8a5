"""Facts of a source text as data, small enough to be cached as JSON beside the file's digest."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

FACTS_SCHEME = 1
"""Rises when the analysis changes what it finds, so that facts cached by an older one are computed again."""

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

CALLBACK_STATUSES = ("success", "failure", "cancelled")

_T = TypeVar("_T")


class ParameterKind(StrEnum):
    POSITIONAL_ONLY = "positional_only"
    POSITIONAL = "positional"  # also by keyword
    VAR_POSITIONAL = "var_positional"  # *args
    KEYWORD_ONLY = "keyword_only"
    VAR_KEYWORD = "var_keyword"  # **kwargs


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    kind: ParameterKind
    has_default: bool = False


@dataclass(frozen=True, slots=True)
class VariableReads:
    """Which variables code can read: ``names``, or every one when ``all``; then ``line`` is where the reason stands."""

    names: frozenset[str] = frozenset()
    all: bool = False
    line: int | None = None

    def __or__(self, other: VariableReads) -> VariableReads:
        line = self.line if self.all else other.line
        return VariableReads(self.names | other.names, self.all or other.all, line)

    def of(self, variables: Mapping[str, _T]) -> dict[str, _T]:
        """Those of ``variables`` that can be read, by name in alphabetical order."""
        return {name: variables[name] for name in sorted(variables) if self.all or name in self.names}


NOTHING = VariableReads()


@dataclass(frozen=True, slots=True)
class Import:
    """``module`` is dotted; ``level`` counts the leading dots. A ``candidate`` stands for ``from a import b``, where
    ``a.b`` may be a module or a name in ``a``; ``a.*`` for everything in a package."""

    module: str
    level: int = 0
    candidate: bool = False


@dataclass(frozen=True, slots=True)
class DecoratedFunction:
    """A function that a block decorator registers.

    ``options`` are the decorator's literal arguments, positional ones under "0", "1" …; ``literal`` is false when some
    argument is no literal. ``reads`` is what its ``**kwargs`` gives away; see ``variables`` for the whole.
    """

    name: str
    decorator: str
    line: int
    parameters: tuple[Parameter, ...] = ()
    reads: VariableReads = NOTHING
    options: Mapping[str, Any] | None = None
    literal: bool = True

    def variables(self, inputs: int) -> VariableReads:
        """What the function can read when ``inputs`` values are handed to it by position."""
        return self.reads | VariableReads(frozenset(self._free_parameters(inputs)))

    def _free_parameters(self, inputs: int) -> Iterable[str]:
        filled = inputs if self._takes_inputs() else 0
        for parameter in self.parameters:
            if parameter.kind is ParameterKind.KEYWORD_ONLY:
                yield parameter.name
            elif parameter.kind is ParameterKind.POSITIONAL_ONLY:
                filled -= 1
            elif parameter.kind is ParameterKind.POSITIONAL:
                filled -= 1
                if filled < 0:
                    yield parameter.name

    def _takes_inputs(self) -> bool:
        """Tests and callbacks are handed outputs, whose number is not known beforehand; a sensor without ``*args`` is
        handed nothing by position."""
        if self.decorator in _GIVEN_OUTPUTS:
            return False
        return self.decorator != "sensor" or any(p.kind is ParameterKind.VAR_POSITIONAL for p in self.parameters)


_GIVEN_OUTPUTS = frozenset({"test", "callback", "on_success", "on_failure"})


class UntrackedKind(StrEnum):
    """What sort of thing outside of the key a piece of code reaches for."""

    FILE = "file"
    NETWORK = "network"
    DATABASE = "database"
    ENVIRONMENT = "environment"
    CLOCK = "clock"
    RANDOM = "random"
    PROCESS = "process"
    IMPORT = "import"  # a module named at run time
    CODE = "code"  # source text made at run time
    SECRET = "secret"
    RECORD = "record"  # an output or variable that is asked for while the block runs
    CONTEXT = "context"  # the dict that blocks of a one-process run share


@dataclass(frozen=True, slots=True)
class Untracked:
    """Something that can change a result without changing its key. ``text`` is short source."""

    kind: UntrackedKind
    line: int
    text: str

    def sentence(self, path: str) -> str:
        return f"{path}:{self.line} {self.text} ({self.kind})"


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    message: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """What can be said of a source text without running it.

    ``digest`` names its meaning (hex). ``elsewhere`` is what code outside of the decorated functions' parameters can
    read of the variables; for a module that a block imports it is all that counts. A text with a ``syntax_error`` is
    named by its letters and may read everything.
    """

    digest: str
    imports: tuple[Import, ...] = ()
    decorated: tuple[DecoratedFunction, ...] = ()
    elsewhere: VariableReads = NOTHING
    untracked: tuple[Untracked, ...] = ()
    syntax_error: SyntaxProblem | None = None

    def reads(self, inputs: int = 0) -> VariableReads:
        """The variables that the block can read, given how many inputs it is handed by position.

        Where no function is seen to be registered the block may do so in a way that is not understood: everything.
        """
        if not any(function.decorator != "test" for function in self.decorated):
            return self.elsewhere | VariableReads(all=True)
        found = self.elsewhere
        for function in self.decorated:
            found |= function.variables(inputs)
        return found

    @property
    def callback_statuses(self) -> frozenset[str]:
        """The statuses of its parent for which a callback file has a function."""
        return frozenset(status for function in self.decorated for status in _statuses(function))

    def to_json(self) -> dict[str, Any]:
        return {
            "scheme": FACTS_SCHEME,
            "python": PYTHON,
            "digest": self.digest,
            "imports": [[i.module, i.level, i.candidate] for i in self.imports],
            "decorated": [_function_to_json(function) for function in self.decorated],
            "elsewhere": _reads_to_json(self.elsewhere),
            "untracked": [[note.kind.value, note.line, note.text] for note in self.untracked],
            "syntax_error": self.syntax_error and [self.syntax_error.message, self.syntax_error.line],
        }

    @classmethod
    def from_json(cls, data: Any) -> CodeFacts:
        """The facts that ``to_json`` was asked of; raises ValueError for anything else, also for facts that another
        version of the analysis or of Python found."""
        try:
            if (data["scheme"], data["python"]) != (FACTS_SCHEME, PYTHON):
                raise ValueError("facts of another version")
            return cls(
                digest=data["digest"],
                imports=tuple(Import(*item) for item in data["imports"]),
                decorated=tuple(_function_from_json(item) for item in data["decorated"]),
                elsewhere=_reads_from_json(data["elsewhere"]),
                untracked=tuple(Untracked(UntrackedKind(kind), line, text) for kind, line, text in data["untracked"]),
                syntax_error=SyntaxProblem(*data["syntax_error"]) if data["syntax_error"] else None,
            )
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError("not the facts of a source text") from error


def _statuses(function: DecoratedFunction) -> Iterable[str]:
    if function.decorator == "on_success":
        return ("success",)
    if function.decorator == "on_failure":
        return ("failure",)
    if function.decorator != "callback":
        return ()
    if not function.literal:
        return CALLBACK_STATUSES
    given = [value for value in (function.options or {}).values() if isinstance(value, str)]
    return given or ("success",)


def _function_to_json(function: DecoratedFunction) -> list[Any]:
    parameters = [[p.name, p.kind.value, p.has_default] for p in function.parameters]
    reads = _reads_to_json(function.reads)
    options = None if function.options is None else dict(function.options)
    return [function.name, function.decorator, function.line, parameters, reads, options, function.literal]


def _function_from_json(data: Any) -> DecoratedFunction:
    name, decorator, line, parameters, reads, options, literal = data
    return DecoratedFunction(
        name=name,
        decorator=decorator,
        line=line,
        parameters=tuple(Parameter(name, ParameterKind(kind), default) for name, kind, default in parameters),
        reads=_reads_from_json(reads),
        options=options,
        literal=literal,
    )


def _reads_to_json(reads: VariableReads) -> list[Any]:
    return [sorted(reads.names), reads.all, reads.line]


def _reads_from_json(data: Any) -> VariableReads:
    names, everything, line = data
    return VariableReads(frozenset(names), everything, line)
