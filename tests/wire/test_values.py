from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockwright.wire import values

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.binary(max_size=20),
    st.dates(),
    st.datetimes(timezones=st.sampled_from([UTC, None])),
    st.times(),
)
nested = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.dictionaries(st.one_of(st.text(), st.integers(), st.dates()), inner, max_size=4),
    ),
    max_leaves=20,
)


@given(nested)
def test_every_value_comes_back_as_it_was(value: Any) -> None:
    again = values.decode(json.loads(json.dumps(values.encode(value))))
    assert again == value
    assert type(again) is type(value)


@pytest.mark.parametrize(
    "value", [{"$date": "mine"}, {"$": 1}, {1, 2}, timedelta(days=1), date(2026, 1, 1), time(6), datetime(2026, 1, 1)]
)
def test_what_looks_like_a_tag_or_has_no_json_comes_back(value: Any) -> None:
    assert values.decode(values.encode(value)) == value


def test_what_cannot_be_a_variable_is_named() -> None:
    with pytest.raises(TypeError, match="object"):
        values.encode({"a": [object()]})
