"""What a function's parameters are is read from its code; ``inspect`` must see the same."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import pytest

from blockwright.runner.arguments import Parameter, shape


def _nothing() -> None: ...
def _usual(value: Any, *args: Any, **kwargs: Any) -> None: ...
def _only(first: Any, /, second: Any, third: Any = 3, *, fourth: Any, fifth: Any = 5) -> None: ...
def _defaults(first: Any = None, second: Any = 2, /, *more: Any) -> None: ...
def _with_locals(first: Any, *, last: Any = None) -> Any:
    between = [first]
    between.append(last)
    return between


@pytest.mark.parametrize("function", [_nothing, _usual, _only, _defaults, _with_locals, lambda a, b=1: (a, b)])
def test_the_code_says_what_the_signature_says(function: Callable[..., Any]) -> None:
    parameters = inspect.signature(function).parameters.values()
    of_kind = {
        kind: tuple(
            Parameter(each.name, each.kind is not each.POSITIONAL_ONLY, each.default is each.empty)
            for each in parameters
            if each.kind in kind
        )
        for kind in ((inspect._ParameterKind(0), inspect._ParameterKind(1)), (inspect._ParameterKind(3),))
    }
    found = shape(function)
    assert found is not None
    assert [found.positional, found.keyword_only] == list(of_kind.values())
    assert found.takes_more == any(each.kind is each.VAR_POSITIONAL for each in parameters)
    assert found.takes_keywords == any(each.kind is each.VAR_KEYWORD for each in parameters)


def test_a_wrapped_function_has_the_parameters_of_what_it_wraps() -> None:
    @functools.wraps(_only)
    def wrapper(*args: Any, **kwargs: Any) -> None: ...

    assert shape(wrapper) == shape(_only)


def test_a_signature_that_a_function_claims_counts() -> None:
    def called(*args: Any) -> None: ...

    called.__signature__ = inspect.signature(_only)  # type: ignore[attr-defined]
    assert shape(called) == shape(_only)


def test_what_tells_no_parameters_has_no_shape() -> None:
    assert shape(type("Odd", (), {"__call__": None})()) is None  # type: ignore[arg-type]


def test_a_method_is_called_without_itself() -> None:
    class Blocks:
        def step(self, value: Any) -> None: ...

    found = shape(Blocks().step)
    assert found is not None
    assert [each.name for each in found.positional] == ["value"]
