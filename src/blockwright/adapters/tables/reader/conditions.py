"""A condition that a person typed, proven to be one expression over the table's own columns before it is run.

DuckDB's own parser gives its tree. Whatever is not a plain expression (a second statement, a sub-select, a window, a
parameter) is refused by that tree, not by looking at the text; that files cannot be opened is a setting of the
database besides. NaN counts as null in a condition, as everywhere here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from blockwright.adapters.tables.reader.queries import first_line, one_row
from blockwright.adapters.tables.reader.tables import Table, listed
from blockwright.core.errors import Invalid

_LONGEST = 10_000
_EXPRESSIONS = frozenset(
    {
        "BETWEEN",
        "CASE",
        "CAST",
        "COLLATE",
        "COLUMN_REF",
        "COMPARISON",
        "CONJUNCTION",
        "CONSTANT",
        "FUNCTION",
        "LAMBDA",
        "LAMBDA_REF",
        "OPERATOR",
        "TYPE",
    }
)
_PARTS = ("where_clause", "having", "sample", "qualify")
_LISTS = ("modifiers", "group_expressions", "group_sets")


@dataclass(frozen=True, slots=True)
class Condition:
    """``sql`` stands in a WHERE; ``columns`` maps the names that it uses to places in the table."""

    sql: str
    columns: dict[str, int]


EVERYTHING = Condition("true", {})


def parse(database: Any, text: str, table: Table) -> Condition:
    """The condition; raises Invalid saying what in it is refused, or which columns there are."""
    if len(text) > _LONGEST:
        raise Invalid(f"The condition has {len(text):,} characters; the most is {_LONGEST:,}.")
    if not text.strip():
        raise Invalid("The condition is empty.", hint="Leave it out to see all rows.")
    sql = f"(\n{text}\n)"
    expression = _expression(_tree(database, f"SELECT {sql}", text), text)
    nodes = list(_nodes(expression))
    for node in nodes:
        if node["class"] not in _EXPRESSIONS:
            raise _refused(text, f"it contains a {str(node['class']).lower().replace('_', ' ')}")
    return Condition(sql, _columns(nodes, table))


def _tree(database: Any, sql: str, text: str) -> dict[str, Any]:
    try:
        (document,) = one_row(database, "SELECT json_serialize_sql(?::VARCHAR)", [sql])
    except duckdb.Error as error:
        raise _refused(text, first_line(error)) from error
    tree: dict[str, Any] = json.loads(document)
    if tree.get("error"):
        raise _refused(text, str(tree.get("error_message", "it cannot be parsed")).splitlines()[0])
    return tree


def _expression(tree: dict[str, Any], text: str) -> dict[str, Any]:
    """The one expression that is all the statement selects."""
    statements = tree.get("statements", [])
    if len(statements) != 1:
        raise _refused(text, "it contains a `;`")
    node = statements[0]["node"]
    plain = (
        node.get("type") == "SELECT_NODE"
        and len(node["select_list"]) == 1
        and node["from_table"]["type"] == "EMPTY"
        and not any(node.get(part) for part in _PARTS)
        and not any(node.get(part) for part in _LISTS)
        and not node["cte_map"]["map"]
    )
    if not plain:
        raise _refused(text, "it is more than one expression")
    expression: dict[str, Any] = node["select_list"][0]
    return expression


def _nodes(part: Any) -> Iterator[dict[str, Any]]:
    """Every expression in the tree, outermost first."""
    stack = [part]
    while stack:
        part = stack.pop()
        if isinstance(part, dict):
            if "class" in part:
                yield part
            if "from_table" in part or "subquery" in part:
                yield {"class": "SUBQUERY"}
            stack.extend(part.values())
        elif isinstance(part, list):
            stack.extend(part)


def _columns(nodes: list[dict[str, Any]], table: Table) -> dict[str, int]:
    """The table's columns among the names that the condition uses; others are left for DuckDB to complain of."""
    used: dict[str, int] = {}
    for node in nodes:
        if node["class"] == "COLUMN_REF":
            name = str(node["column_names"][0])
            place = _place(name, table)
            if place is not None:
                used[name] = place
    _check_case(used, table)
    return used


def _place(name: str, table: Table) -> int | None:
    if name in table.labels:
        return table.index(name)
    alike = [label for label in table.labels if label.casefold() == name.casefold()]
    if len(alike) > 1:
        raise Invalid(f"`{name}` may be any of {listed(alike)}.", hint="Write the name as it stands, in double quotes.")
    return table.index(alike[0]) if alike else None


def _check_case(used: dict[str, int], table: Table) -> None:
    seen: dict[str, int] = {}
    for name, place in used.items():
        if seen.setdefault(name.casefold(), place) != place:
            raise Invalid(
                f"The condition uses columns that differ only in case: {listed([*used])}.",
                hint="SQL cannot tell them apart; rename one of them in the block.",
            )
    for name in [name for name in used if sum(other.casefold() == name.casefold() for other in used) > 1][1:]:
        del used[name]  # the same column, written in two ways


def _refused(text: str, why: str) -> Invalid:
    shown = text if len(text) <= 200 else text[:200] + "…"
    return Invalid(
        f"The condition {shown!r} is refused: {why}.",
        hint="Write one SQL condition over the columns, for example `price > 10 AND city = 'Oslo'`.",
        code="condition",
    )
