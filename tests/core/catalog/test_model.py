from __future__ import annotations

import pytest

from blockwright.core.catalog.model import alias_name, together
from blockwright.core.errors import Invalid
from blockwright.core.outputs import OutputRecord


def part(digest: str, rows: int | None = None) -> OutputRecord:
    return OutputRecord("output_0", digest * 64, "json", "dict", 10, rows=rows)


def test_the_children_of_a_dynamic_block_are_one_output() -> None:
    whole = together([part("a", 2), part("b"), part("c", 3)])
    assert (whole.name, whole.type, whole.bytes, whole.rows) == ("output_0", "dict", 30, 5)
    assert together([part("a"), part("b")]).rows is None


def test_other_children_or_another_order_are_another_value() -> None:
    digests = {together([part(digest) for digest in order]).digest for order in ("ab", "ba", "abb", "a")}
    assert len(digests) == 4
    assert together([part("a"), part("b")]).digest in digests


@pytest.mark.parametrize("name", ["champion", "A", "v1.2_final-3", "x" * 100])
def test_a_name_for_a_version(name: str) -> None:
    assert alias_name(name) == name


@pytest.mark.parametrize("name", ["", "1", "newest", "current", "a b", "a/b", "run:1", "é", "x" * 101, "a\n"])
def test_no_name_for_a_version(name: str) -> None:
    with pytest.raises(Invalid) as caught:
        alias_name(name)
    assert caught.value.code == "alias"
