"""The filter on tracked runs: ``metrics.rmse < 0.4 and params.depth = 6 and pipeline = train``.

Conditions are joined by ``and``. A name is ``metrics.NAME``, ``params.NAME``, ``tags.NAME`` or one of our own words;
names with blanks or signs stand in backquotes. Parameters that are numbers compare as numbers, others as text; ``like``
takes ``%`` for anything. Whoever has no such metric or parameter is not found, whatever the comparison.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from blockwright.core.errors import Invalid
from blockwright.core.experiments.model import TrackedRun

OWN = ("experiment", "name", "pipeline", "block", "run", "state")
KINDS = ("metrics", "params", "tags")
LONGEST = 2_000
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<name>[A-Za-z_]\w*(?:\.(?:`[^`]+`|[\w/:@%-]+(?:\.[\w/:@%-]+)*))?)
      | (?P<operator><=|>=|!=|==|=|<|>)
      | (?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)
      | (?P<text>'[^']*'|"[^"]*")
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Condition:
    """``kind`` is one of ``KINDS``, or empty for a word of our own; ``sign`` one of the comparisons, or ``like``."""

    kind: str
    name: str
    sign: str
    value: str

    def holds(self, run: TrackedRun) -> bool:
        found = _value(run, self)
        if found is None:
            return False
        if self.sign == "like":
            pattern = "".join(".*" if part == "%" else re.escape(part) for part in re.split("(%)", self.value))
            return re.fullmatch(pattern, str(found), re.IGNORECASE | re.DOTALL) is not None
        mine, theirs = number(found), number(self.value)
        if mine is not None and theirs is not None:
            return _COMPARE[self.sign](mine, theirs)
        return _COMPARE[self.sign](str(found), self.value)


def parse(text: str) -> tuple[Condition, ...]:
    """Raises Invalid that says where it stops making sense."""
    if not text.strip():
        return ()
    if len(text) > LONGEST:
        raise _wrong(f"A filter may have {LONGEST:,} characters; this one has {len(text):,}.")
    tokens = _tokens(text)
    conditions: list[Condition] = []
    place = 0
    while True:
        conditions.append(_condition(tokens[place : place + 3], text))
        place += 3
        if place == len(tokens):
            return tuple(conditions)
        kind, word = tokens[place]
        if kind != "name" or word.lower() != "and":
            raise _wrong(f"After a condition comes `and`, not `{word}`.")
        place += 1


def number(value: Any) -> float | None:
    """The number that a value is, or stands for."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return None if math.isnan(found) else found


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    place = 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if match is None:
            raise _wrong(f"`{text[place:].strip()[:20]}` makes no sense here.")
        found.append((str(match.lastgroup), match.group(str(match.lastgroup))))
        place = match.end()
    return found


def _condition(tokens: Sequence[tuple[str, str]], text: str) -> Condition:
    if len(tokens) < 3:
        raise _wrong(f"`{text.strip()[-40:]}` ends in the middle of a condition.")
    (kind, name), (sign_kind, sign), (value_kind, value) = tokens
    if kind != "name":
        raise _wrong(f"A condition begins with a name, not with `{name}`.")
    if sign_kind == "name" and sign.lower() == "like":
        sign = "like"
    elif sign_kind != "operator":
        raise _wrong(f"After `{name}` comes a comparison ({', '.join(_COMPARE)} or like), not `{sign}`.")
    if value_kind == "operator":
        raise _wrong(f"After `{name} {sign}` comes a value, not `{value}`.")
    group, dot, rest = name.partition(".")
    if dot and group not in KINDS:
        raise _wrong(f"`{name}`: there are {', '.join(f'`{one}.…`' for one in KINDS)} and no `{group}.…`.")
    if not dot and name not in OWN:
        raise _wrong(f"`{name}` is no word of the filter; a metric is `metrics.{name}`, a parameter `params.{name}`.")
    shown = value[1:-1] if value_kind == "text" else value
    return Condition(group if dot else "", rest.strip("`") if dot else name, "=" if sign == "==" else sign, shown)


def _value(run: TrackedRun, condition: Condition) -> Any:
    match condition.kind:
        case "metrics":
            return run.metrics.get(condition.name)
        case "params":
            return run.params.get(condition.name)
        case "tags":
            return run.tags.get(condition.name)
    link = run.link
    own = {"experiment": link.experiment, "name": link.name, "pipeline": link.pipeline, "block": link.block}
    return {**own, "run": link.run, "state": link.state.value}[condition.name]


def _wrong(message: str) -> Invalid:
    return Invalid(
        message,
        hint="For example: `metrics.rmse < 0.4 and params.depth = 6 and pipeline = train`.",
        code="filter",
    )
