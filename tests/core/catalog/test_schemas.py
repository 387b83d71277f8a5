"""How columns differ from one version to the next."""

from __future__ import annotations

import pytest

from blockwright.core.catalog.schemas import SchemaChange, SchemaColumn, change, digest_of


def columns(text: str) -> list[SchemaColumn]:
    """``"a:int b:str"``."""
    return [SchemaColumn(*part.split(":")) for part in text.split()]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", SchemaChange()),
        ("a:int", "a:int", SchemaChange()),
        ("a:int", "a:int b:str", SchemaChange(added=(SchemaColumn("b", "str"),))),
        ("a:int b:str", "a:int", SchemaChange(removed=(SchemaColumn("b", "str"),))),
        ("a:int", "a:float", SchemaChange(changed=(("a", "int", "float"),))),
        ("a:int b:str", "b:str a:int", SchemaChange(moved=True)),
        ("a:int", "b:int", SchemaChange(added=(SchemaColumn("b", "int"),), removed=(SchemaColumn("a", "int"),))),
        ("a:int c:str", "a:int b:str c:str", SchemaChange(added=(SchemaColumn("b", "str"),))),
        ("a:int a:str", "a:int a:float", SchemaChange(changed=(("a", "str", "float"),))),
        ("a:int", "a:int a:int", SchemaChange(added=(SchemaColumn("a", "int"),))),
    ],
)
def test_a_change_says_what_was_done_to_the_columns(before: str, after: str, expected: SchemaChange) -> None:
    found = change(columns(before), columns(after))
    assert found == expected
    assert bool(found) == (before != after)


def test_a_digest_names_names_types_and_order() -> None:
    assert digest_of([]) == ""
    assert digest_of(columns("a:int b:str")) == digest_of(columns("a:int b:str"))
    different = {digest_of(columns(text)) for text in ("a:int b:str", "b:str a:int", "a:str b:str", "a:int", "b:int")}
    assert len(different) == 5
