"""Jinja for texts that we did not write: no way to objects behind the values, and bounded work, memory and output.

Jinja's own sandbox keeps a template from code. It does not keep it from ``'x' * 10**9``, from loops in loops in loops
or from filters that blow text up; here every loop turn, call, operator and filter is paid for out of one budget.
"""

from __future__ import annotations

import operator
import re
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from datetime import time as time_of_day
from typing import Any

from jinja2 import StrictUndefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

LARGEST = 4 * 1024 * 1024
"""Characters of a template, of any text it makes, and of its output."""
MOST_STEPS = 1_000_000
MOST_ITEMS = 100_000
"""Items of a list that a template makes."""
MOST_SECONDS = 5.0
_CHARACTERS_PER_STEP = 32
_MOST_BITS = 4096
_WIDEST = 10_000

_TEXT_METHODS = frozenset(name for name in dir(str) if not name.startswith("_")) - {"encode", "expandtabs", "translate"}
_LIST_METHODS = frozenset({"copy", "count", "get", "index", "items", "keys", "values"})
_SIZED = frozenset(
    {"batch", "center", "indent", "ljust", "rjust", "round", "slice", "tojson", "truncate", "wordwrap", "zfill"}
)
"""Filters and methods with a number that decides how large the result is."""
_LEFT_OUT = frozenset({"pprint", "urlize", "xmlattr"})
_WIDE_FORMAT = re.compile(r"\d{5,}|%[^%a-zA-Z]*\*|\{[^{}]*\{")


class BoundedEnvironment(ImmutableSandboxedEnvironment):
    """An environment for one rendering: what is spent in it is not given back."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True, cache_size=0)
        self._steps = 0
        self._until = time.monotonic() + MOST_SECONDS
        setattr(self, "concat", self._joined)  # noqa: B010 - Jinja declares it as a method, and means an attribute
        self.globals.pop("lipsum")
        self.filters = {name: self._bounded(name, FILTERS[name]) for name in FILTERS if name not in _LEFT_OUT}
        self.filters["_counted"] = self._counted
        self.filters["_joined"] = self._joined

    def spend(self, steps: int) -> None:
        """Pay for work; raises SecurityError when the budget or the time is over."""
        self._steps += steps
        if self._steps > MOST_STEPS:
            raise SecurityError(f"it takes more than {MOST_STEPS:,} steps")
        if time.monotonic() > self._until:
            raise SecurityError(f"it takes longer than {MOST_SECONDS:.0f} seconds")

    def checked(self, value: Any) -> Any:
        """``value``, paid for by its size; raises SecurityError when it is too large."""
        if isinstance(value, str | bytes):
            _require(len(value), LARGEST, "characters")
            self.spend(1 + len(value) // _CHARACTERS_PER_STEP)
        elif isinstance(value, list | tuple):
            _require(len(value), MOST_ITEMS, "items")
            self.spend(1 + len(value) // _CHARACTERS_PER_STEP)
        elif isinstance(value, int):
            _require(value.bit_length(), _MOST_BITS, "bits in a number")
        return value

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        self.spend(1)
        _BOUNDS[operator](left, right)
        return self.checked(super().call_binop(context, operator, left, right))

    def call(self, context: Context, function: Any, *args: Any, **kwargs: Any) -> Any:
        self.spend(1)
        owner = getattr(function, "__self__", None)
        if isinstance(owner, str):
            values = [owner, *args]
            _bound_text(function.__name__, values, kwargs)
            args = tuple(values[1:])
        return self.checked(super().call(context, function, *args, **kwargs))

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, str):
            return attr in _TEXT_METHODS
        if isinstance(obj, bytes):
            return attr in ("decode", "hex")
        if isinstance(obj, list | tuple | dict | set | frozenset):
            return attr in _LIST_METHODS
        if isinstance(obj, int | float):
            return False
        if isinstance(obj, date | time_of_day | timedelta):
            return not attr.startswith("_")
        return super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        made = super().wrap_str_format(value)
        if made is not None:
            _bound_format(value.__self__)
        return made

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        _PaidFor().visit(tree)
        return tree

    def _joined(self, parts: Iterable[Any]) -> str:
        pieces: list[str] = []
        size = 0
        for part in parts:
            pieces.append(str(part))
            size += len(pieces[-1])
            _require(size, LARGEST, "characters")
        self.spend(1 + size // _CHARACTERS_PER_STEP)
        return "".join(pieces)

    def _counted(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self.spend(1)
            yield item

    def _bounded(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The filter with its arguments and its result bounded, and Jinja's marks on what it is passed."""
        passes = hasattr(function, "jinja_pass_arg")

        def bounded(*args: Any, **kwargs: Any) -> Any:
            values = list(args[passes:])
            _bound_filter(name, values, kwargs)
            return self.checked(function(*args[:passes], *values, **kwargs))

        if passes:
            bounded.jinja_pass_arg = function.jinja_pass_arg  # type: ignore[attr-defined]
        return bounded


class _PaidFor(NodeTransformer):
    """Sends loops and ``~`` through our filters."""

    def visit_For(self, node: nodes.For) -> nodes.For:
        self.generic_visit(node)
        node.iter = nodes.Filter(node.iter, "_counted", [], [], None, None, lineno=node.lineno)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:
        self.generic_visit(node)
        return nodes.Filter(
            nodes.List(node.nodes, lineno=node.lineno), "_joined", [], [], None, None, lineno=node.lineno
        )


def _bound_filter(name: str, values: list[Any], kwargs: dict[str, Any]) -> None:
    """Refuse a filter whose result would be too large; ``values[0]`` is what is filtered."""
    if name == "join":
        values[0] = list(values[0])
        separators = [value for value in (*values[1:], *kwargs.values()) if isinstance(value, str)]
        _bound_join(max(separators, key=len, default=""), values[0])
    elif name == "format":
        _bound_format(values[0])
    elif name == "sum" and any(isinstance(value, list | tuple | dict) for value in (*values[1:], *kwargs.values())):
        raise SecurityError("`sum` adds numbers only")
    else:
        _bound_width(name, values, kwargs)


def _bound_text(name: str, values: list[Any], kwargs: dict[str, Any]) -> None:
    """Refuse a method of a text whose result would be too large; ``values[0]`` is the text."""
    if name == "join" and len(values) > 1:
        values[1] = list(values[1])
        _bound_join(values[0], values[1])
    else:
        _bound_width(name, values, kwargs)


def _bound_width(name: str, values: list[Any], kwargs: dict[str, Any]) -> None:
    if name in _SIZED:
        for value in (*values[1:], *kwargs.values()):
            if isinstance(value, int | float):
                _require(value, _WIDEST, f"in `{name}`")
    elif name == "replace":
        new = values[2] if len(values) > 2 else kwargs.get("new", "")
        _require((len(str(values[0])) + 1) * len(str(new)), LARGEST, "characters")


def _bound_join(separator: str, items: list[Any]) -> None:
    size = sum(len(item) for item in items if isinstance(item, str))
    _require(size + len(separator) * len(items), LARGEST, "characters")


def _bound_format(text: Any) -> None:
    if isinstance(text, str | bytes) and _WIDE_FORMAT.search(text if isinstance(text, str) else text.decode("latin-1")):
        raise SecurityError("a format with a width of five digits or one taken from the values is not allowed")


def _bound_sum(left: Any, right: Any) -> None:
    if hasattr(left, "__len__") and hasattr(right, "__len__"):
        _require(len(left) + len(right), LARGEST if isinstance(left, str) else MOST_ITEMS, "parts")


def _bound_product(left: Any, right: Any) -> None:
    for one, other in ((left, right), (right, left)):
        if hasattr(one, "__len__") and isinstance(other, int):
            _require(len(one) * other, LARGEST if isinstance(one, str) else MOST_ITEMS, "parts")
    if isinstance(left, int) and isinstance(right, int):
        _require(left.bit_length() + right.bit_length(), _MOST_BITS, "bits in a number")


def _bound_power(left: Any, right: Any) -> None:
    if isinstance(left, int) and isinstance(right, int):
        _require(left.bit_length() * operator.index(right), _MOST_BITS, "bits in a number")


def _bound_remainder(left: Any, right: Any) -> None:
    _bound_format(left)


_BOUNDS: dict[str, Callable[[Any, Any], None]] = {
    "+": _bound_sum,
    "*": _bound_product,
    "**": _bound_power,
    "%": _bound_remainder,
}


def _require(size: float, most: int, what: str) -> None:
    if size > most:
        raise SecurityError(f"it makes more than {most:,} {what}")
