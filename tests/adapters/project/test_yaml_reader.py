from __future__ import annotations

import math
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from blockwright.adapters.project.documents import BrokenYaml
from blockwright.adapters.project.yaml_reader import DEEPEST, places, read

scalars = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text() | st.dates() | st.datetimes()
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.integers(), inner, max_size=4),
    max_leaves=20,
)


@given(values, st.booleans())
def test_a_text_means_what_the_safe_loader_makes_of_it(value: Any, flow: bool) -> None:
    text = yaml.safe_dump(value, default_flow_style=flow)
    assert read(text).data == yaml.safe_load(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "a: 0o14\nb: 014\nc: 0x1F\nd: 1_000\ne: 1:30\nf: 1e3\ng: 1.5e+3\nh: .inf\ni: ~\nj:\nk: yes\nl: 'no'\n",
        "base: &b {x: 1, y: 2}\nchild:\n  <<: *b\n  y: 3\nboth:\n  <<: [{x: 5}, *b]\n",
        "when: 2024-05-16 07:00:00+02:00\nday: 2024-05-16\n",
        "text: |\n  two\n  lines\nfolded: >-\n  one\n  line\n",
        "? complex key\n: value\n!!str 5: !!int '7'\nset: !!set {a, b}\nbytes: !!binary aGk=\n",
    ],
)
def test_every_form_of_the_language_reads_as_usual(text: str) -> None:
    assert read(text).data == yaml.safe_load(text)


def test_not_a_number_is_read() -> None:
    assert math.isnan(read("x: .nan").data["x"])


BROKEN = [
    ("a: 1\nb: 2\na: 3\n", 3, 1, "stands here twice"),
    ("a:\n- x: 1\n  x: 2\n", 3, 3, "stands here twice"),
    ("a: b: c\n", 1, 5, "mapping values"),
    ("a: [1, 2\nb: 3\n", 2, 2, "flow sequence"),
    ("a: \t- b\n", 1, 5, "block sequence entries"),
    ("a: *nobody\n", 1, 4, "names nothing"),
    ("a: &me [*me]\n", 1, 9, "inside what it names"),
    ("a: 1\n---\nb: 2\n", 2, 1, "second document"),
    ("a: !!python/object/apply:os.system [ls]\n", 1, 4, "tag"),
    ("a: !mine x\n", 1, 4, "tag"),
    ("a: 2024-02-31\n", 1, 4, "timestamp"),
    ("? [a, b]\n: c\n", 1, 8, "cannot be a key"),
    ("a: 1\nb: \x00\n", 2, None, "control characters"),
    ("<<: 5\n", 1, 5, "takes a mapping"),
]


@pytest.mark.parametrize(("text", "line", "column", "what"), BROKEN)
def test_what_cannot_be_read_is_told_with_its_place(text: str, line: int, column: int | None, what: str) -> None:
    with pytest.raises(BrokenYaml) as caught:
        read(text)
    assert what in caught.value.message
    assert (caught.value.line, caught.value.column) == (line, column)


def test_a_duplicate_key_says_which() -> None:
    with pytest.raises(BrokenYaml) as caught:
        read("blocks:\n- uuid: a\n- uuid: b\n  type: x\n  type: y\n")
    assert (caught.value.key, caught.value.line, caught.value.code) == (("blocks", 1, "type"), 5, "duplicate_key")


def test_nesting_is_bounded() -> None:
    assert read("[" * DEEPEST + "]" * DEEPEST)
    with pytest.raises(BrokenYaml, match="nested deeper"):
        read("[" * 100_000)


def test_what_aliases_unfold_to_is_bounded() -> None:
    laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    laughs += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10))
    with pytest.raises(BrokenYaml, match="aliases stand for more than"):
        read(laughs)


def test_many_small_aliases_are_no_bomb() -> None:
    text = "defaults: &d {retries: 1, delay: 2}\nblocks:\n" + "- <<: *d\n" * 2000
    assert len(read(text).data["blocks"]) == 2000


def test_a_very_long_number_is_text() -> None:
    assert read("x: " + "1:" * 50_000 + "1").data["x"].startswith("1:1:")


def test_lines_of_keys_and_items_are_known() -> None:
    lines = places("a: 1\n\nblocks:\n  # first\n  - uuid: x\n    retry:\n      n: 3\n  - y\n")
    assert lines[("blocks",)] == 3
    assert lines[("blocks", 0)] == lines[("blocks", 0, "uuid")] == 5
    assert lines[("blocks", 0, "retry", "n")] == 7
    assert lines[("blocks", 1)] == 8


def test_lines_of_entries_come_with_the_data() -> None:
    assert read("blocks:\n- uuid: a\n- 5\n- uuid: b\n").entry_lines == {"blocks": {0: 2, 2: 4}}
