from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from blockwright.runner.masking import Masker

secrets = st.text(st.characters(codec="utf-8", exclude_characters="*"), min_size=1, max_size=12).filter(str.strip)
texts = st.text(st.characters(codec="utf-8", exclude_characters="*"), max_size=40)


def masker(*values: str) -> Masker:
    made = Masker()
    for value in values:
        made.add(value)
    return made


def through(made: Masker, data: bytes, cuts: list[int]) -> bytes:
    """``data`` in chunks that end at ``cuts``."""
    out, held, start = b"", b"", 0
    for cut in [*sorted(cut % (len(data) + 1) for cut in cuts), len(data)]:
        masked, held = made.stream(held + data[start:cut])
        out, start = out + masked, cut
    return out + made.rest(held)


@given(st.lists(secrets, min_size=1, max_size=3), st.lists(texts, min_size=2, max_size=4), st.lists(st.integers(0)))
def test_no_secret_survives_however_the_stream_is_cut(values: list[str], pieces: list[str], cuts: list[int]) -> None:
    data = pieces[0] + "".join(value + piece for value in values for piece in pieces[1:])
    out = through(masker(*values), data.encode(), cuts).decode()
    assert not any(value in out for value in values)


@given(texts, st.lists(st.integers(0)))
def test_text_without_secrets_passes_unchanged(text: str, cuts: list[int]) -> None:
    assert through(masker("never-there-really"), text.encode(), cuts) == text.encode()


def test_a_secret_that_begins_another_does_not_uncover_its_end() -> None:
    assert through(masker("abc", "abcdef"), b"x abcdef y", [5]) == b"x *** y"


def test_encoded_forms_are_masked_too() -> None:
    made = masker('pa"ss/wörd')
    for form in ('pa\\"ss/w\\u00f6rd', "pa%22ss%2Fw%C3%B6rd", "cGEic3Mvd8O2cmQ="):
        assert made.text(f"<{form}>") == "<***>"


def test_blank_and_other_values_are_left_alone() -> None:
    made = masker("  ", "")
    made.add(None)
    made.add(5)
    assert made.text("a 5  b None") == "a 5  b None"
