"""Patterns on events: which of those that come in a trigger takes.

A pattern has the form of the event. At each leaf stands a list of alternatives, one of which must hold for the value
there, or for one of its items when it is a list: a plain value (equal to it), or a mapping with one rule: ``prefix``,
``suffix``, ``equals-ignore-case``, ``wildcard`` (``*`` for anything), ``anything-but`` (a value, a list of values or
another rule), ``numeric`` (``[">", 0, "<=", 5]``), ``exists`` (true or false), ``cidr``. ``$or`` holds a list of
patterns, one of which must hold. The form is that of Amazon EventBridge, whose patterns work unchanged.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from blockwright.core.errors import Invalid

_ABSENT = object()
_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "=": lambda value, bound: bool(value == bound),
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
    ">": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
}
DEEPEST = 20


def matches(pattern: Mapping[str, Any], event: Any) -> bool:
    """Whether the pattern (checked by ``check_pattern``) takes the event; the empty pattern takes every one."""
    for key, wanted in pattern.items():
        if key == "$or":
            if not any(matches(one, event) for one in wanted):
                return False
            continue
        value = event.get(key, _ABSENT) if isinstance(event, Mapping) else _ABSENT
        if isinstance(wanted, Mapping):
            if not _inside(wanted, value):
                return False
        elif not any(_holds(one, value) for one in wanted):
            return False
    return True


def check_pattern(pattern: Any, place: str = "match", depth: int = 0) -> None:
    """Raises Invalid (code ``pattern``) naming the key that cannot be meant."""
    if not isinstance(pattern, Mapping):
        raise _wrong(place, "must be a mapping in the form of the event")
    if depth > DEEPEST:
        raise _wrong(place, f"is nested deeper than {DEEPEST} levels")
    for key, wanted in pattern.items():
        inner = f"{place}.{key}"
        if key == "$or":
            if not isinstance(wanted, list) or not wanted:
                raise _wrong(inner, "must be a list of patterns")
            for index, one in enumerate(wanted):
                check_pattern(one, f"{inner}[{index}]", depth + 1)
        elif isinstance(wanted, Mapping):
            check_pattern(wanted, inner, depth + 1)
        elif not isinstance(wanted, list) or not wanted:
            raise _wrong(inner, f"must be a list of alternatives, such as [{wanted!r}]")
        else:
            for index, one in enumerate(wanted):
                _check_rule(one, f"{inner}[{index}]")


def _inside(pattern: Mapping[str, Any], value: Any) -> bool:
    if isinstance(value, list):
        return any(matches(pattern, item) for item in value)
    return matches(pattern, {} if value is _ABSENT else value)


def _holds(rule: Any, value: Any) -> bool:
    if isinstance(rule, Mapping):
        ((name, argument),) = rule.items()
        if name == "exists":
            return (value is not _ABSENT) is bool(argument)
        return value is not _ABSENT and any(_rule_holds(name, argument, one) for one in _each(value))
    return value is not _ABSENT and any(_equal(rule, one) for one in _each(value))


def _each(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def _equal(wanted: Any, value: Any) -> bool:
    """1 is 1.0 but not true, as in JSON."""
    return bool(wanted == value) and isinstance(wanted, bool) == isinstance(value, bool)


def _rule_holds(name: str, argument: Any, value: Any) -> bool:
    match name:
        case "prefix":
            return isinstance(value, str) and value.startswith(argument)
        case "suffix":
            return isinstance(value, str) and value.endswith(argument)
        case "equals-ignore-case":
            return isinstance(value, str) and value.casefold() == str(argument).casefold()
        case "wildcard":
            return isinstance(value, str) and _wildcard(argument, value)
        case "anything-but":
            return not any(_holds(one, value) for one in _each(argument))
        case "numeric":
            return _numeric(argument, value)
        case "cidr":
            return _in_network(argument, value)
        case _:
            return False


def _wildcard(pattern: str, value: str) -> bool:
    """Piece by piece from the left: linear, where a regular expression of many stars need not be."""
    first, *rest = pattern.split("*")
    if not rest:
        return value == first
    if not value.startswith(first):
        return False
    at = len(first)
    for piece in rest[:-1]:
        found = value.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return len(value) - at >= len(rest[-1]) and value.endswith(rest[-1])


def _numeric(tests: Sequence[Any], value: Any) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    pairs = zip(tests[::2], tests[1::2], strict=True)
    return all(_COMPARISONS[sign](value, bound) for sign, bound in pairs)


def _in_network(network: str, value: Any) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def _check_rule(rule: Any, place: str) -> None:
    if isinstance(rule, list):
        raise _wrong(place, "must be a value or a rule, not a list")
    if not isinstance(rule, Mapping):
        return
    if len(rule) != 1:
        raise _wrong(place, "must hold exactly one rule")
    ((name, argument),) = rule.items()
    match name:
        case "prefix" | "suffix" | "equals-ignore-case" | "wildcard":
            right = isinstance(argument, str)
        case "exists":
            right = isinstance(argument, bool)
        case "anything-but":
            right = bool(_each(argument))
            for one in _each(argument):
                _check_rule(one, f"{place}.anything-but")
        case "numeric":
            right = _is_numeric_rule(argument)
        case "cidr":
            right = isinstance(argument, str) and re.fullmatch(r"[0-9a-fA-F.:]+(/\d{1,3})?", argument) is not None
        case _:
            raise _wrong(place, f"has the rule `{name}`, which does not exist")
    if not right:
        raise _wrong(place, f"gives `{name}` something that it cannot take")


def _is_numeric_rule(argument: Any) -> bool:
    if not isinstance(argument, list) or not argument or len(argument) % 2:
        return False
    bounds = all(isinstance(bound, int | float) and not isinstance(bound, bool) for bound in argument[1::2])
    return bounds and all(isinstance(sign, str) and sign in _COMPARISONS for sign in argument[::2])


def _wrong(place: str, what: str) -> Invalid:
    return Invalid(
        f"`{place}` {what}.",
        hint="Write for example `match: {detail: {state: [done, {prefix: part}]}}`.",
        code="pattern",
    )
