from __future__ import annotations

import pytest

from blockwright.core.errors import Invalid
from blockwright.core.notes import LONGEST_NOTE, parse_tag, require_note


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("good", ("good", "")),
        (" reviewed = yes ", ("reviewed", "yes")),
        ("team/data:2026", ("team/data:2026", "")),
        ("über", ("über", "")),
        ("a=b=c", ("a", "b=c")),
        ("why=two\n lines", ("why", "two lines")),
    ],
)
def test_a_tag_is_a_word_or_a_word_with_a_value(text: str, tag: tuple[str, str]) -> None:
    assert parse_tag(text) == tag


@pytest.mark.parametrize("text", ["", "=x", "two words", "-x", "x" * 61, "a\nb", "x=" + "y" * 201])
def test_what_cannot_be_a_tag_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_tag(text)
    assert refused.value.code == "tag"


@pytest.mark.parametrize("text", ["", "  \n", "x" * (LONGEST_NOTE + 1)])
def test_a_note_has_words_and_an_end(text: str) -> None:
    with pytest.raises(Invalid):
        require_note(text)
