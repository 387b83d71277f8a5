"""Which arguments a block's function is called with; what does not fit is said before the call, by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class WrongArguments(TypeError):
    """The function's parameters do not fit the block's upstream blocks; the message says which is missing."""


@dataclass
class Call:
    positional: list[Any]
    keywords: dict[str, Any] = field(default_factory=dict)

    def of(self, function: Callable[..., Any]) -> Any:
        return function(*self.positional, **self.keywords)


@dataclass(frozen=True, slots=True)
class Parameter:
    """``by_name``: it can be given as a keyword. ``needed``: it has no default."""

    name: str
    by_name: bool = True
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Shape:
    """A function's parameters by kind."""

    positional: tuple[Parameter, ...]
    keyword_only: tuple[Parameter, ...]
    takes_more: bool
    takes_keywords: bool


def shape(function: Callable[..., Any]) -> Shape | None:
    """None for a callable that does not tell its parameters."""
    if type(function) is FunctionType and not function.__dict__:
        return _plain_shape(function)
    return _signed_shape(function)


def _plain_shape(function: FunctionType) -> Shape:
    """Of a function that wraps no other and claims no other signature: a sixth of what ``inspect`` needs for it."""
    code, defaults, by_keyword = function.__code__, function.__defaults__ or (), function.__kwdefaults__ or {}
    count = code.co_argcount
    names = code.co_varnames
    first_default = count - len(defaults)
    return Shape(
        positional=tuple(
            Parameter(name, place >= code.co_posonlyargcount, place < first_default)
            for place, name in enumerate(names[:count])
        ),
        keyword_only=tuple(
            Parameter(name, needed=name not in by_keyword) for name in names[count : count + code.co_kwonlyargcount]
        ),
        takes_more=bool(code.co_flags & inspect.CO_VARARGS),
        takes_keywords=bool(code.co_flags & inspect.CO_VARKEYWORDS),
    )


def _signed_shape(function: Callable[..., Any]) -> Shape | None:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    return Shape(
        positional=tuple(_parameter(each) for each in parameters if each.kind in _POSITIONAL),
        keyword_only=tuple(_parameter(each) for each in parameters if each.kind is inspect.Parameter.KEYWORD_ONLY),
        takes_more=any(each.kind is inspect.Parameter.VAR_POSITIONAL for each in parameters),
        takes_keywords=any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters),
    )


def _parameter(each: inspect.Parameter) -> Parameter:
    return Parameter(each.name, each.kind is not each.POSITIONAL_ONLY, each.default is each.empty)


def block_call(
    function: Callable[..., Any],
    inputs: Sequence[Any],
    blocks: Sequence[str],
    variables: Mapping[str, Any],
    *,
    block: str,
) -> Call:
    """The call of a block's function: one positional argument for each upstream block, variables for ``**kwargs``.

    Beyond Mage, a named parameter that no upstream block fills is given the variable of its name, or keeps its default.
    Raises WrongArguments, naming function, upstream blocks and parameters.
    """
    found = shape(function)
    if found is None:
        return Call(list(inputs))
    name = f"`{getattr(function, '__name__', 'function')}` of block `{block}`"
    if len(inputs) > len(found.positional) and not found.takes_more:
        raise WrongArguments(
            f"The function {name} takes {_count(len(found.positional), 'input')}, but the block has "
            f"{_count(len(inputs), 'upstream block')}: {', '.join(blocks)}. "
            "Add a parameter for each upstream block (or `*args`), or remove the upstream block."
        )
    filled = {each.name for each in found.positional[: len(inputs)] if each.by_name}
    keywords = _named(found, len(inputs), variables, name, blocks)
    if found.takes_keywords:
        taken = filled | set(keywords)
        keywords.update({key: value for key, value in variables.items() if key not in taken})
    return Call(list(inputs), keywords)


def _named(found: Shape, inputs: int, variables: Mapping[str, Any], name: str, blocks: Sequence[str]) -> dict[str, Any]:
    """Values of the named parameters that no input fills."""
    given: dict[str, Any] = {}
    for each in (*found.positional[inputs:], *found.keyword_only):
        if each.name in variables and each.by_name:
            given[each.name] = variables[each.name]
        elif each.needed:
            upstream = f"{_count(inputs, 'upstream block')} ({', '.join(blocks)})" if blocks else "no upstream blocks"
            raise WrongArguments(
                f"The function {name} wants `{each.name}`, but the block has {upstream} and there is no variable of "
                "that name. Connect an upstream block, define the variable, or give the parameter a default."
            )
    return given


def sensor_call(
    function: Callable[..., Any], inputs: Sequence[Any], blocks: Sequence[str], variables: Mapping[str, Any], block: str
) -> Call:
    """The call of a sensor: variables only for ``**kwargs``, inputs only beside them and only for ``*args``.

    A sensor that names parameters is called like any other block.
    """
    found = shape(function)
    if found is None:
        return Call([])
    if found.positional or found.keyword_only:
        return block_call(function, inputs, blocks, variables, block=block)
    if not found.takes_keywords:
        return Call([])
    return Call(list(inputs) if found.takes_more else [], dict(variables))


def test_call(function: Callable[..., Any], outputs: Sequence[Any], variables: Mapping[str, Any]) -> Call:
    """The call of a test: every output positionally, variables for ``**kwargs``."""
    found = shape(function)
    if found is None or not found.takes_keywords:
        return Call(list(outputs))
    names = {each.name for each in found.positional if each.by_name}
    return Call(list(outputs), {key: value for key, value in variables.items() if key not in names})


def _count(number: int, word: str) -> str:
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"
