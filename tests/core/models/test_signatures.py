from __future__ import annotations

from typing import Any

import pytest

from blockwright.core.errors import Invalid
from blockwright.core.models import signatures
from blockwright.core.models.signatures import Field, FieldType, Signature, breaks

DISTANCE, HOUR = Field("distance", FieldType.NUMBER), Field("hour", FieldType.INTEGER, nullable=True)
TWO = Signature((DISTANCE, HOUR))


def test_a_signature_is_what_its_document_says() -> None:
    assert signatures.read(signatures.document(TWO)) == TWO
    assert signatures.read(None) is None
    assert [str(field) for field in TWO.inputs] == ["distance: number", "hour: integer?"]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "no object"),
        ({"inputs": []}, "names no field"),
        ({"inputs": {"a": 1}}, "`inputs` is no list"),
        ({"inputs": ["a"]}, r"`inputs\[0\]` is no object"),
        ({"inputs": [{"name": ""}]}, r"`inputs\[0\].name`"),
        ({"inputs": [{"name": "a", "type": "float"}]}, r"`inputs\[0\].type` is 'float'"),
        ({"inputs": [{"name": "a"}, {"name": "a"}]}, "names `a` twice"),
        ({"inputs": [{"name": str(n)} for n in range(10_001)]}, "more than 10,000"),
    ],
)
def test_what_is_wrong_in_a_document_is_named(document: Any, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        signatures.read(document)


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (Signature((DISTANCE,)), "it no longer takes `hour`"),
        (Signature((DISTANCE, HOUR, Field("wind", FieldType.NUMBER))), "it needs `wind`"),
        (Signature((Field("distance", FieldType.TEXT), HOUR)), "`distance` was number and is text"),
        (Signature((DISTANCE, Field("hour", FieldType.INTEGER))), "`hour` may no longer be null"),
        (Signature((HOUR, DISTANCE)), "its fields come in another order"),
    ],
)
def test_what_would_break_callers_is_said(new: Signature, said: str) -> None:
    assert breaks(TWO, new) == (said,)


def test_what_callers_need_not_notice_breaks_nothing() -> None:
    more = Signature((DISTANCE, HOUR, Field("wind", FieldType.NUMBER, nullable=True)))
    wider = Signature((DISTANCE, Field("hour", FieldType.NUMBER, nullable=True)))
    for new in (TWO, more, wider, Signature((Field("distance"), HOUR))):
        assert breaks(TWO, new) == ()
