"""The key ``checks`` of a block's entry."""

from __future__ import annotations

from typing import Any

import pytest

from blockwright.adapters.project.check_entries import read_checks
from blockwright.adapters.project.shapes import Wrong
from blockwright.adapters.project.yaml_reader import read as parsed
from blockwright.core.checks import Severity


def read(text: str) -> list[tuple[str, Any]]:
    return [(check.name, check.argument) for check in read_checks(parsed(text).data)]


def test_each_rule_of_a_column_is_a_check_of_its_own() -> None:
    text = "- {column: id, type: integer, min: 1, max: 9, nulls: 0.25, unique: true, regex: 'a+', values: [1, b]}"
    assert read(text) == [
        ("`id` is integer", "integer"),
        ("`id` ≥ 1", 1),
        ("`id` ≤ 9", 9),
        ("`id` has at most 0.25 missing", 0.25),
        ("`id` is unique", ["id"]),
        ("`id` matches `a+`", "a+"),
        ("`id` is one of 1, b", [1, "b"]),
    ]


@pytest.mark.parametrize(
    ("text", "name", "argument"),
    [
        ("- columns: [id, day]", "has `id`, `day`", ["id", "day"]),
        ("- unique: [id, day]", "`id`, `day` together are unique", ["id", "day"]),
        ("- rows: {min: 1}", "has at least 1 rows", {"min": 1}),
        ("- rows: {min: 1, max: 2000}", "has 1 to 2,000 rows", {"min": 1, "max": 2000}),
        ("- freshness: {column: day, within: 36h}", "`day` is at most 1 d 12 h old", 129_600.0),
        ("- expression: a > b", "`a > b`", "a > b"),
        ("- {column: day, min: 2020-01-31}", "`day` ≥ 2020-01-31", "2020-01-31"),
        ("- {column: id, nulls: false}", "`id` has none missing", 0.0),
        ("- {column: id, nulls: 0, name: known}", "known", 0.0),
    ],
)
def test_what_a_check_is_called(text: str, name: str, argument: Any) -> None:
    found = read(text)
    assert found == [(name, argument)]


def test_severity_and_output_hold_for_the_whole_item() -> None:
    found = read_checks(parsed("- {column: id, min: 1, nulls: 0, name: ids, severity: warn, output: 2}").data)
    assert [(one.name, one.severity, one.output) for one in found] == [
        ("ids: `id` ≥ 1", Severity.WARN, 2),
        ("ids: `id` has none missing", Severity.WARN, 2),
    ]


@pytest.mark.parametrize(
    ("text", "inside", "must"),
    [
        ("column: id", (), "a list"),
        ("- id", (0,), "a mapping"),
        ("- {column: id}", (0,), "a column with one of"),
        ("- {min: 1}", (0, "min"), "left out"),
        ("- {column: id, minimum: 1}", (0, "minimum"), "left out"),
        ("- {rows: {min: 1}, expression: a}", (0,), "about one of"),
        ("- {rows: {min: 3, max: 1}}", (0, "rows"), "in this order"),
        ("- {rows: {least: 3}}", (0, "rows"), "a mapping with `min`"),
        ("- {column: id, type: int}", (0, "type"), "one of"),
        ("- {column: id, nulls: 5}", (0, "nulls"), "a share"),
        ("- {column: id, regex: '('}", (0, "regex"), "a regular expression"),
        ("- {column: id, values: []}", (0, "values"), "not empty"),
        ("- {column: id, values: [[1]]}", (0, "values", 0), "a text"),
        ("- {column: id, min: soon}", (0, "min"), "a number, or a moment"),
        ("- {column: id, min: .nan}", (0, "min"), "a number, or a moment"),
        ("- {column: id, min: 1, severity: error}", (0, "severity"), "one of"),
        ("- {freshness: {column: id}}", (0, "freshness"), "`within`"),
        ("- {freshness: {column: id, within: soon}}", (0, "freshness", "within"), "a length of time"),
    ],
)
def test_what_is_wrong_is_named(text: str, inside: tuple[Any, ...], must: str) -> None:
    with pytest.raises(Wrong) as raised:
        read_checks(parsed(text).data)
    assert raised.value.inside == inside
    assert must in raised.value.must
    assert raised.value.advice
