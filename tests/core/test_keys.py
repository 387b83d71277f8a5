from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from blockwright.core.blocks import BlockType, Language
from blockwright.core.code import VariableReads
from blockwright.core.keys import InputKey, StaticPart, canonical, derivation_key, digest_of, explain, parts
from blockwright.core.outputs import OutputRecord

STATIC = StaticPart(
    type=BlockType.TRANSFORMER,
    language=Language.PYTHON,
    code="c0de",
    python="3.11",
    modules={"utils/clean.py": "m1"},
    conditions={"conditionals/when.py": "w1"},
    configuration={"limit": 10, "file_path": "transformers/a.py"},
    reads=VariableReads(frozenset({"month"})),
    distributions={"pandas": "2.2.3"},
)
LOADED = InputKey("load", (("output_0", "d1", "arrow"),))
VARIABLES: Mapping[str, Any] = {"month": 3, "year": 2024}


def key(static: StaticPart = STATIC, **changed: Any) -> str:
    return derivation_key(static, **{"variables": VARIABLES, "inputs": [LOADED], **changed})


def told(static: StaticPart = STATIC, **changed: Any) -> Mapping[str, str]:
    return parts(static, **{"variables": VARIABLES, "inputs": [LOADED], **changed})


def test_a_key_stays_what_it_was() -> None:
    assert key() == "19e4c72cd3c27de9714d9f7393fc681715e08d93ecce2bdd3825270184bb4ea7"


STATIC_CHANGES: list[tuple[dict[str, Any], str]] = [
    ({"code": "other"}, "its code changed"),
    ({"type": BlockType.CUSTOM}, "its type changed"),
    ({"language": Language.R}, "its language changed"),
    ({"modules": {"utils/clean.py": "m2"}}, "module `utils/clean.py` changed"),
    ({"modules": {}}, "module `utils/clean.py` is no longer imported"),
    ({"modules": {"utils/clean.py": "m1", "b.py": "m2"}}, "module `b.py` is imported now"),
    ({"conditions": {}}, "condition `conditionals/when.py` was taken away"),
    ({"configuration": {"limit": 11}}, "configuration `limit` changed"),
    ({"configuration": {"limit": 10, "use_raw_sql": True}}, "configuration `use_raw_sql` is set now"),
    ({"configuration": {}}, "configuration `limit` is gone"),
    ({"sql": "SELECT 1"}, "its SQL changed"),
    ({"dynamic": True}, "it became or ceased to be dynamic"),
    ({"reduce_output": True}, "`reduce_output` changed"),
    ({"python": "3.12"}, "Python 3.11 → 3.12"),
    ({"distributions": {"pandas": "3.0.0"}}, "pandas 2.2.3 → 3.0.0"),
    ({"distributions": {}}, "pandas 2.2.3 is no longer used"),
    ({"distributions": {"pandas": "2.2.3", "numpy": "2.1.0"}}, "numpy 2.1.0 is used now"),
]


@pytest.mark.parametrize(("change", "sentence"), STATIC_CHANGES)
def test_each_static_part_counts_and_is_explained(change: dict[str, Any], sentence: str) -> None:
    static = dataclasses.replace(STATIC, **change)
    assert key(static) != key()
    assert explain(told(), told(static)) == [sentence]


MOVING_CHANGES: list[tuple[dict[str, Any], str]] = [
    ({"variables": {"month": 4}}, "variable `month` changed"),
    ({"variables": {"month": "3"}}, "variable `month` changed"),
    ({"variables": {"month": 3.0}}, "variable `month` changed"),
    ({"variables": {}}, "variable `month` is not set any more"),
    ({"variables": {"month": None}}, "variable `month` changed"),
    ({"metadata": {"month": 4}}, "variable `month` changed"),
    ({"inputs": [InputKey("load", (("output_0", "d2", "arrow"),))]}, "the result of `load` changed"),
    ({"inputs": [InputKey("load", (("output_0", "d1", "json"),))]}, "the result of `load` changed"),
    ({"inputs": [InputKey("load", (("output_0", "d1", "arrow"),), item=0)]}, "the result of `load` changed"),
    ({"inputs": [InputKey("load", children=((("output_0", "d1", "arrow"),),))]}, "the result of `load` changed"),
    ({"inputs": []}, "`load` is no input any more"),
    ({"inputs": [LOADED, InputKey("b")]}, "`b` is a new input"),
    ({"dynamic_index": 0}, "it is another item of a dynamic block"),
]


@pytest.mark.parametrize(("change", "sentence"), MOVING_CHANGES)
def test_variables_and_inputs_count_and_are_explained(change: dict[str, Any], sentence: str) -> None:
    assert key(**change) != key()
    assert explain(told(), told(**change)) == [sentence]


def test_the_order_of_inputs_counts() -> None:
    a, b = InputKey("a", (("output_0", "1", ""),)), InputKey("b", (("output_0", "2", ""),))
    assert key(inputs=[a, b]) != key(inputs=[b, a])
    assert explain(told(inputs=[a, b]), told(inputs=[b, a])) == ["the order of its inputs changed"]


@pytest.mark.parametrize(
    "change",
    [
        {"variables": {"month": 3, "year": 1999, "other": 1}},
        {"metadata": {"other": 1}},
        {"metadata": {"month": 3}, "variables": {"month": 9}},
    ],
)
def test_variables_that_the_code_cannot_read_do_not_count(change: dict[str, Any]) -> None:
    assert key(**change) == key()


def test_code_that_reads_everything_depends_on_everything() -> None:
    static = dataclasses.replace(STATIC, reads=VariableReads(all=True))
    assert key(static) != key(static, variables={**VARIABLES, "year": 1999})
    assert key(static) != key(static, variables={"month": 3})


def test_a_variable_that_nobody_set_is_not_one_that_is_none() -> None:
    static = dataclasses.replace(STATIC, reads=VariableReads(frozenset({"day"})))
    assert key(static) != key(static, variables={"day": None})
    assert explain(told(static), told(static, variables={"day": "absent"})) == ["variable `day` is set now"]


def test_cosmetic_configuration_counts_only_where_code_reads_it() -> None:
    moved = {"limit": 10, "file_path": "elsewhere/a.py", "sample_count_preview": 5}
    assert key(dataclasses.replace(STATIC, configuration=moved)) == key()
    reader = dataclasses.replace(STATIC, reads=VariableReads(frozenset({"configuration"})))
    assert key(dataclasses.replace(reader, configuration=moved)) != key(reader)


def test_an_explanation_never_tells_a_value() -> None:
    static = dataclasses.replace(STATIC, reads=VariableReads(all=True))
    before, now = told(static, variables={"password": "hunter2"}), told(static, variables={"password": "hunter3"})
    assert explain(before, now) == ["variable `password` changed"]
    assert "hunter" not in repr(before)


def test_nothing_is_explained_where_nothing_differs() -> None:
    assert explain(told(), told()) == []


def test_an_output_without_a_digest_gives_no_key() -> None:
    record = OutputRecord("output_0", "", "memory", "object", 0, in_memory=True)
    for unknown in (InputKey.of("load", [record]), InputKey.of("load", children=[[], [record]])):
        assert not unknown.known
        with pytest.raises(ValueError, match="'load' has no digest"):
            key(inputs=[unknown])


def test_recorded_outputs_are_named_by_digest_and_codec() -> None:
    record = OutputRecord("output_0", "d1", "arrow", "dataframe", 10, rows=1)
    assert InputKey.of("load", [record]) == LOADED


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
scalars |= st.dates() | st.datetimes() | st.times() | st.timedeltas()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner))


def identical(one: Any, other: Any) -> bool:
    """Equal, and of the same kinds all the way down (1 is not 1.0 is not True, 0.0 is not -0.0)."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(identical(one[name], other[name]) for name in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(identical, one, other))
    return repr(one) == repr(other)


@given(values, values)
def test_two_values_share_a_spelling_only_if_they_are_identical(one: Any, other: Any) -> None:
    assert identical(one, other) == (canonical(one) == canonical(other))


names = st.text(alphabet="ab:/.`", max_size=4)
maps = st.dictionaries(names, names, max_size=3)
statics = st.builds(
    StaticPart,
    type=st.sampled_from([BlockType.CUSTOM, BlockType.SENSOR]),
    language=st.just(Language.PYTHON),
    code=names,
    python=names,
    modules=maps,
    conditions=maps,
    distributions=maps,
    configuration=maps,
    sql=st.none() | names,
    dynamic=st.booleans(),
)


@given(statics, statics)
def test_parts_never_run_into_each_other(one: StaticPart, other: StaticPart) -> None:
    assert (one == other) == (key(one) == key(other))
    assert (key(one) == key(other)) == (told(one) == told(other)) == (explain(told(one), told(other)) == [])


keyed = st.lists(st.tuples(names, names, names), max_size=2).map(tuple)
inputs = st.builds(
    InputKey, names, keyed, st.none() | st.lists(keyed, max_size=2).map(tuple), st.none() | st.integers()
)


@given(st.lists(inputs, max_size=3), st.lists(inputs, max_size=3))
def test_inputs_never_run_into_each_other(one: list[InputKey], other: list[InputKey]) -> None:
    assume(all(given.known for given in [*one, *other]))
    assert (one == other) == (key(inputs=one) == key(inputs=other))


def test_the_order_of_names_in_a_map_does_not_matter() -> None:
    assert digest_of({"a": 1, "b": [{"c": 2, "d": 3}]}) == digest_of({"b": [{"d": 3, "c": 2}], "a": 1})
    assert digest_of([1, 2]) != digest_of([2, 1])


@pytest.mark.parametrize("value", [object(), {"a": object()}, [lambda: 1]])
def test_a_value_that_has_no_spelling_is_refused_by_type(value: Any) -> None:
    with pytest.raises(TypeError, match=r"of type (object|function) cannot be part of a key"):
        digest_of(value)


def test_a_bottomless_value_is_refused() -> None:
    value: list[Any] = []
    for _ in range(5_000):
        value = [value]
    with pytest.raises(ValueError, match="nested too deeply"):
        digest_of(value)


def test_what_yaml_writes_of_one_kind_counts_as_its_plain_kind() -> None:
    class Quoted(str):
        pass

    assert digest_of(Quoted("a")) == digest_of("a")
    assert digest_of(BlockType.CUSTOM) == digest_of("custom")
    assert digest_of(datetime.date(2024, 1, 1)) != digest_of(datetime.datetime(2024, 1, 1))
    assert digest_of({1, 2}) == digest_of({2, 1}) != digest_of([1, 2])
