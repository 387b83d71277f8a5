from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockwright.core.errors import Invalid
from blockwright.core.triggers.patterns import check_pattern, matches

EVENT = {
    "source": "aws.s3",
    "detail": {"bucket": {"name": "in"}, "size": 10, "ok": True, "tags": ["a", "b"], "none": None},
    "items": [{"kind": "x", "n": 1}, {"kind": "y", "n": 2}],
    "ip": "10.0.0.7",
}


@pytest.mark.parametrize(
    ("pattern", "taken"),
    [
        ({}, True),
        ({"source": ["aws.s3"]}, True),
        ({"source": ["aws.ec2", "aws.s3"]}, True),
        ({"source": ["aws"]}, False),
        ({"detail": {"bucket": {"name": ["in"]}, "size": [10.0]}}, True),
        ({"detail": {"ok": [1]}}, False),
        ({"detail": {"ok": [True]}}, True),
        ({"detail": {"none": [None]}}, True),
        ({"detail": {"tags": ["b"]}}, True),
        ({"detail": {"tags": ["c"]}}, False),
        ({"items": {"kind": ["y"]}}, True),
        ({"items": {"kind": ["x"], "n": [2]}}, False),
        ({"source": [{"prefix": "aws."}]}, True),
        ({"source": [{"suffix": "s3"}]}, True),
        ({"source": [{"equals-ignore-case": "AWS.S3"}]}, True),
        ({"source": [{"wildcard": "a*.*3"}]}, True),
        ({"source": [{"wildcard": "a*s3s3"}]}, False),
        ({"source": [{"wildcard": "aws"}]}, False),
        ({"source": [{"anything-but": ["x", "y"]}]}, True),
        ({"source": [{"anything-but": {"prefix": "aws"}}]}, False),
        ({"missing": [{"anything-but": "x"}]}, False),
        ({"detail": {"size": [{"numeric": [">", 5, "<=", 10]}]}}, True),
        ({"detail": {"size": [{"numeric": [">", 10]}]}}, False),
        ({"detail": {"ok": [{"numeric": ["=", 1]}]}}, False),
        ({"missing": [{"exists": False}]}, True),
        ({"source": [{"exists": True}]}, True),
        ({"missing": {"inner": [{"exists": False}]}}, True),
        ({"ip": [{"cidr": "10.0.0.0/24"}]}, True),
        ({"source": [{"cidr": "10.0.0.0/24"}]}, False),
        ({"$or": [{"source": ["no"]}, {"ip": [{"exists": True}]}]}, True),
        ({"$or": [{"source": ["no"]}], "ip": ["10.0.0.7"]}, False),
        ({"source": {"deeper": ["x"]}}, False),
    ],
)
def test_what_a_pattern_takes(pattern: Any, taken: bool) -> None:
    check_pattern(pattern)
    assert matches(pattern, EVENT) is taken


@pytest.mark.parametrize(
    ("pattern", "place"),
    [
        ([], "match"),
        ({"a": "x"}, "match.a"),
        ({"a": []}, "match.a"),
        ({"a": {"b": 5}}, "match.a.b"),
        ({"a": [{"prefix": 5}]}, r"match.a\[0\]"),
        ({"a": [{"prefx": "x"}]}, "prefx"),
        ({"a": [{"prefix": "x", "suffix": "y"}]}, "exactly one rule"),
        ({"a": [{"numeric": [">"]}]}, "numeric"),
        ({"a": [{"numeric": ["~", 1]}]}, "numeric"),
        ({"a": [{"exists": "yes"}]}, "exists"),
        ({"$or": {}}, r"match.\$or"),
        ({"a": [["x"]]}, "not a list"),
    ],
)
def test_what_cannot_be_meant_is_said(pattern: Any, place: str) -> None:
    with pytest.raises(Invalid, match=place) as caught:
        check_pattern(pattern)
    assert caught.value.code == "pattern"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON)
def test_any_pattern_is_refused_or_answers_for_any_event(pattern: Any, event: Any) -> None:
    try:
        check_pattern(pattern)
    except Invalid:
        return
    assert matches(pattern, event) in (True, False)
