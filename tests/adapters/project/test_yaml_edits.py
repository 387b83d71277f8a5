from __future__ import annotations

import difflib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockwright.adapters.project.yaml_edits import append, set_key
from blockwright.adapters.project.yaml_reader import read
from blockwright.core.errors import Invalid

FILE = """\
# The pipeline of the night
name: 'Night'   # quoted
variables:   # what people set
    share: 0.50  # half
    list:
      - 1   # one
      # two is missing
      - 3
    text: |
      two
      lines

    flow: {b: 1,   a: [x,y]}
    empty:

blocks:
-   uuid: load    # odd indent
    type: data_loader
    downstream_blocks: [ clean ]   # flow


- uuid: clean
  downstream_blocks:
  -   other
  # end of clean
type: python
...
"""
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def changed_lines(before: str, after: str) -> list[str]:
    """Lines of ``before`` that ``after`` has no more."""
    pairs = difflib.SequenceMatcher(None, before.splitlines(True), after.splitlines(True), autojunk=False)
    gone = [before.splitlines(True)[i:j] for tag, i, j, _, _ in pairs.get_opcodes() if tag in ("replace", "delete")]
    return [line for lines in gone for line in lines]


@given(st.sampled_from(["share", "list", "text", "flow", "empty", "new", "new key: odd", "1", "yes"]), values)
def test_a_set_key_changes_only_its_own_lines(name: str, value: Any) -> None:
    after = set_key(FILE, ("variables", name), value)
    wanted = read(FILE).data
    wanted["variables"][name] = value
    assert repr(read(after).data) == repr(wanted)
    own = {
        "list": ["    list:\n", "      - 1   # one\n", "      # two is missing\n", "      - 3\n"],
        "text": ["    text: |\n", "      two\n", "      lines\n", "\n"],
    }.get(name, [line for line in FILE.splitlines(True) if line.startswith(f"    {name}:")])
    assert set(changed_lines(FILE, after)) <= set(own)


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "share", "list"]), values), max_size=4))
def test_edits_one_after_the_other_keep_comments_outside(edits: list[tuple[str, Any]]) -> None:
    text = FILE
    for name, value in edits:
        text = set_key(text, ("variables", name), value)
    for comment in ("# The pipeline of the night", "# quoted", "# what people set", "# odd indent", "# end of clean"):
        assert comment in text
    assert text[text.index("blocks:") :] == FILE[FILE.index("blocks:") :]


SHAPES = [
    "",
    "# only a comment\n",
    "a: 1",
    "variables:\n",
    "variables: {}  # none\nb: 1\n",
    "variables: null\n",
    "variables: ~ # none\n",
    "{a: 1}\n",
    "variables: {\n  a: 1,\n}\n",
    "variables: {x: 5} # old\n",
    "variables:\r\n  a: 1\r\nb: 2\r\n",
    "---\nvariables:\n  x: 'multi\n\n    line'   # c\n  y: 1\n...\n",
    "variables:\n  'x': &anchor 5\n  y: *anchor\n",
    "variables:\n  z: |+\n    kept\n\n\nb: 1\n",
    "variables:\n  ? x\n  : 5\n",
    "variables: &v\n  a: 1\nother: *v\n",
]


@pytest.mark.parametrize("text", SHAPES)
@pytest.mark.parametrize("value", [5, "x: y # z", "two\nlines\n", [1, {"k": "v"}], {}, {"p": {"q": [None]}}])
def test_every_layout_can_be_changed_or_is_refused(text: str, value: Any) -> None:
    try:
        after = set_key(text, ("variables", "x"), value)
    except Invalid:
        assert "&v" in text  # the alias would change along
        return
    wanted = read(text).data or {}
    wanted["variables"] = {**(wanted.get("variables") or {}), "x": value}
    assert read(after).data == wanted
    assert after.count("#") >= text.count("#")
    assert ("\r\n" in text) == ("\r\n" in after)
    assert "\n" not in after.replace("\r\n", "") or "\r\n" not in text


LISTS = [
    "blocks:\n",
    "blocks: []  # none\nname: x\n",
    "blocks:\n- uuid: a\n  downstream_blocks: []\n# c\nname: x\n",
    "blocks:\n  - uuid: a\n    downstream_blocks:\n    - c\n\n    type: x\n",
    "blocks: [{uuid: a, downstream_blocks: [c]}]\n",
    "blocks:\n- uuid: a\n  downstream_blocks: [ c ] # k\n",
    "blocks:\n- uuid: a\n  downstream_blocks: null\n",
    "blocks:\n-   uuid: a",
]


@pytest.mark.parametrize("text", LISTS)
def test_an_item_is_appended_to_every_layout(text: str) -> None:
    item = {"uuid": "n", "upstream_blocks": ["a"]}
    after = append(text, ("blocks",), item)
    before = read(text).data["blocks"] or []
    assert read(after).data["blocks"] == [*before, item]
    assert len(changed_lines(text, after)) <= 1
    if before:
        linked = append(after, ("blocks", 0, "downstream_blocks"), "n")
        assert read(linked).data["blocks"][0]["downstream_blocks"] == [*(before[0].get("downstream_blocks") or []), "n"]
