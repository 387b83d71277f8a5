from __future__ import annotations

import io
import pickle
from fractions import Fraction

import cloudpickle
import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from blockwright.wire.models import modules_of_pickle


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_the_modules_of_a_pickle_are_found_without_reading_it(protocol: int) -> None:
    data = np.random.default_rng(1).random((20, 2))
    model = make_pipeline(StandardScaler(), LinearRegression()).fit(data, data.sum(axis=1))
    found = set(modules_of_pickle(io.BytesIO(cloudpickle.dumps(model, protocol=protocol))))
    assert {"sklearn", "numpy"} <= found
    assert found <= {"sklearn", "numpy", "scipy", "copy_reg", "__builtin__"}  # the last two: names of Python 2


def test_the_standard_library_is_not_listed() -> None:
    assert modules_of_pickle(io.BytesIO(pickle.dumps(Fraction(1, 3)))) == ()


@pytest.mark.parametrize("data", [b"", b"no pickle", b"\x80\x05", pickle.dumps(LinearRegression())[:40]])
def test_what_is_no_pickle_ends_the_search(data: bytes) -> None:
    assert modules_of_pickle(io.BytesIO(data)) in ((), ("sklearn",))
