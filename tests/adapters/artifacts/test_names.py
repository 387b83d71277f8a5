"""Names of folders: safe, bounded, never the same for two."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockwright.adapters.artifacts.names import folder_name

SAFE = re.compile(r"[a-z0-9_@%-]{1,150}")

names = st.one_of(
    st.text(max_size=400),
    st.text(alphabet="aA%/.:-@~ ä", max_size=12),
    st.text(alphabet="%-0123456789abcdef", max_size=160),
)


@given(names)
def test_a_name_is_safe_on_any_file_system(name: str) -> None:
    assert SAFE.fullmatch(folder_name(name))


@given(names, names)
def test_two_names_never_share_a_folder_even_where_case_is_ignored(one: str, other: str) -> None:
    assert (folder_name(one).lower() == folder_name(other).lower()) == (one == other)


@given(st.text(min_size=1, max_size=10))
def test_a_short_name_can_be_read_back(name: str) -> None:
    assert unquote(folder_name(name)) == name


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("load_data", "load_data"),
        ("load:0", "load%3a0"),
        ("callback@load", "callback@load"),
        ("..", "%2e%2e"),
        ("a/b c", "a%2fb%20c"),
        ("Größe", "%47r%c3%b6%c3%9fe"),
        ("", "%"),
    ],
)
def test_folders_stay_readable(name: str, folder: str) -> None:
    assert folder_name(name) == folder


def test_names_that_share_a_long_beginning_stay_apart() -> None:
    assert folder_name("x" * 300 + "1") != folder_name("x" * 300 + "2")
    assert folder_name("\ud800") != folder_name("\ud801")
