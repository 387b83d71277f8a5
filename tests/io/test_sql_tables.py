from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockwright.io.sql_tables import LONGEST_NAME, automatic_table, quote, split_table_name


@pytest.mark.parametrize(
    ("env", "index", "name"),
    [
        ("prod", None, "shop_sub_clean_v1"),
        ("dev", None, "dev_shop_sub_clean_v1"),
        ("test", 3, "test_shop_sub_clean_v1__dynamic_3"),
    ],
)
def test_a_block_has_mages_table_name(env: str, index: int | None, name: str) -> None:
    assert automatic_table("shop", "sub/clean", env, index) == name


@given(st.text(min_size=1, max_size=80), st.text(min_size=1, max_size=80), st.integers(0, 10_000))
def test_names_fit_every_database_and_children_never_share_one(pipeline: str, block: str, index: int) -> None:
    names = [automatic_table(pipeline, block, "dev", number) for number in (index, index + 1)]
    assert names[0] != names[1]
    assert all(len(name.encode()) <= LONGEST_NAME for name in names)


@pytest.mark.parametrize(("text", "parts"), [("t", (None, "t")), ("s.t", ("s", "t")), ('d."s".`t`', ("s", "t"))])
def test_a_table_name_is_split_from_its_schema(text: str, parts: tuple[str | None, str]) -> None:
    assert split_table_name(text) == parts


def test_quotes_inside_a_name_are_doubled() -> None:
    assert quote('a"b') == '"a""b"'
