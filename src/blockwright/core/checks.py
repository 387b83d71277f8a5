"""Checks that a block's entry declares of the frames that it gives: what they look at, and how they are called. Pure.

They are run in the block's process (``runner/block_checks``), where the frame is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from blockwright.core.durations import in_words


class Subject(StrEnum):
    """What a check looks at; ``argument`` of the check in brackets."""

    COLUMNS = "columns"  # these are there [names]
    TYPE = "type"  # the column is of a family [`integer`, `number`, `boolean`, `text`, `time`]
    MIN = "min"  # no value is below [number, or a moment as text]
    MAX = "max"  # no value is above [as for `min`]
    NULLS = "nulls"  # at most this share is missing [from 0 to 1]
    UNIQUE = "unique"  # no two rows have the same values [names]
    REGEX = "regex"  # every text matches from its beginning to its end [pattern]
    VALUES = "values"  # every value is one of these [values]
    ROWS = "rows"  # so many rows [`min`, `max`]
    FRESHNESS = "freshness"  # the newest moment of the column is at most so old [seconds]
    EXPRESSION = "expression"  # it is true of every row [text]


class Severity(StrEnum):
    FAIL = "fail"  # the block fails
    WARN = "warn"  # the block goes on, and people are told


class Family(StrEnum):
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXT = "text"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Check:
    """``output`` is the place of the output that is looked at; missing values are the business of ``nulls`` alone."""

    name: str
    subject: Subject
    argument: Any
    column: str = ""
    severity: Severity = Severity.FAIL
    output: int = 0


def name_of(subject: Subject, column: str, argument: Any) -> str:
    """What a check is called that nobody gave a name."""
    match subject:
        case Subject.COLUMNS:
            return f"has {_quoted(argument)}"
        case Subject.TYPE:
            return f"`{column}` is {argument}"
        case Subject.MIN:
            return f"`{column}` ≥ {argument}"
        case Subject.MAX:
            return f"`{column}` ≤ {argument}"
        case Subject.NULLS:
            return f"`{column}` has at most {argument:.4g} missing" if argument else f"`{column}` has none missing"
        case Subject.UNIQUE:
            return f"{_quoted(argument)} {'is' if len(argument) == 1 else 'together are'} unique"
        case Subject.REGEX:
            return f"`{column}` matches `{argument}`"
        case Subject.VALUES:
            return f"`{column}` is one of {_listed(argument)}"
        case Subject.ROWS:
            return f"has {_bounds(argument)} rows"
        case Subject.FRESHNESS:
            return f"`{column}` is at most {in_words(timedelta(seconds=argument))} old"
        case Subject.EXPRESSION:
            return f"`{argument}`"


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _listed(values: Sequence[Any], most: int = 5) -> str:
    shown = ", ".join(str(value) for value in values[:most])
    return f"{shown} …" if len(values) > most else shown


def _bounds(said: Mapping[str, int]) -> str:
    least, most = said.get("min"), said.get("max")
    if least is None:
        return f"at most {most:,}"
    return f"at least {least:,}" if most is None else f"{least:,} to {most:,}"
