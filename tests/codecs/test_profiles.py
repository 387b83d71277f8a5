from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import given

from blockwright import codecs
from tests.codecs.samples import frames
from tests.properties import examples


def test_numbers_have_all_statistics() -> None:
    profile = codecs.profile(pd.DataFrame({"n": [1.0, 3.0, 3.0, np.nan]}))
    assert profile == {
        "rows": 4,
        "columns": [{"name": "n", "type": "float64", "nulls": 1, "distinct": 2, "min": 1.0, "max": 3.0, "mean": 7 / 3}],
    }


def test_text_moments_and_lists_have_what_they_can() -> None:
    frame = pd.DataFrame({"s": ["b", None, "a"], "t": pd.to_datetime(["2020", "2021", None]), "l": [[1], [2], None]})
    text, moment, nested = codecs.profile(frame)["columns"]
    assert (text["nulls"], text["distinct"], text["min"], text["max"], text["mean"]) == (1, 2, "a", "b", None)
    assert (moment["nulls"], moment["min"]) == (1, "2020-01-01T00:00:00")
    assert (nested["nulls"], nested["distinct"], nested["min"]) == (1, None, None)


def test_only_the_first_rows_are_read() -> None:
    profile = codecs.profile(pd.DataFrame({"n": range(50_000)}))
    assert (profile["rows"], profile["columns"][0]["max"]) == (10_000, 9_999)


def test_arrow_tables_have_a_profile_and_other_values_none() -> None:
    profile = codecs.profile(pa.table({"a": [1, 2, None], "l": [[1], [2], None]}))
    assert profile["columns"][0] | {"type": ""} == {
        "name": "a", "type": "", "nulls": 1, "distinct": 2, "min": 1, "max": 2, "mean": 1.5,
    }  # fmt: skip
    assert profile["columns"][1]["distinct"] is None
    assert codecs.profile({"a": 1}) is None


@examples(25)
@given(frames())
def test_every_frame_has_a_profile_of_every_column(frame: pd.DataFrame) -> None:
    profile = codecs.profile(frame)
    assert len(profile["columns"]) == frame.shape[1]
    assert all(0 <= (column["nulls"] or 0) <= len(frame) for column in profile["columns"])
