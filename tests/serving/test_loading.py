from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import sklearn

from blockwright.core.models.signatures import Field, FieldType, Signature
from blockwright.serving import rows
from blockwright.serving.loading import CannotServe, load
from blockwright.serving.rows import Rows
from blockwright.serving.snapshots import keep, kept
from tests.serving.models import TWO, Constant, Failing, of_sha, snapshot, stored, sums

ROW = Rows({"a": [1.0], "b": [2.0]}, 1)
THREE = Rows({"a": [1.0, 0.0, 2.0], "b": [2.0, 1.0, 2.0]}, 3)


class Touch:
    """A pickle that leaves a file when it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return (os.mkdir, (str(self.path),))


@pytest.mark.parametrize("names", [True, False])
def test_a_model_of_scikit_learn_answers_one_row_and_many(tmp_path: Path, names: bool) -> None:
    loaded = load(stored(tmp_path, sums(names=names)))
    assert loaded.predict(ROW) == pytest.approx([3.0])
    assert loaded.predict(THREE) == pytest.approx([3.0, 1.0, 4.0])


def test_a_model_of_xgboost_answers_in_both_its_forms(tmp_path: Path) -> None:
    xgboost = pytest.importorskip("xgboost")
    import numpy as np
    import pandas as pd

    data = pd.DataFrame(np.random.default_rng(1).random((200, 2)), columns=["a", "b"])
    model = xgboost.XGBRegressor(n_estimators=20, n_jobs=1).fit(data, data.sum(axis=1))
    given = rows.read({"features": [0.5, 0.25]}, TWO)
    expected = model.predict(pd.DataFrame([[0.5, 0.25]], columns=["a", "b"]))
    for each in (model, model.get_booster()):
        assert load(stored(tmp_path, each)).predict(given) == pytest.approx([float(expected[0])])


def test_any_object_that_predicts_gets_a_frame_with_the_types_of_its_signature(tmp_path: Path) -> None:
    class Tell:
        def predict(self, frame: Any) -> Any:
            return [{name: str(kind) for name, kind in frame.dtypes.items()}] * len(frame)

    fields = [Field(word, FieldType(word), nullable=True) for word in ("number", "integer", "boolean", "time", "any")]
    takes = Signature(tuple(fields))
    given = rows.read({"features": [1, 2, True, "2013-04-01", "x"]}, takes)
    (kinds,) = load(stored(tmp_path, Tell(), signature=takes)).predict(given)
    assert kinds["number"] == "float64"
    assert kinds["integer"] == "int64"
    assert kinds["boolean"] == "bool"
    assert kinds["time"].startswith("datetime64")
    nothing = rows.read({"features": [None] * 5}, takes)
    (kinds,) = load(stored(tmp_path, Tell(), signature=takes)).predict(nothing)
    assert kinds["number"] == "float64"


def test_a_model_without_a_signature_says_itself_what_it_takes(tmp_path: Path) -> None:
    loaded = load(stored(tmp_path, sums(), signature=None))
    assert loaded.signature is not None
    assert loaded.signature.names == ("a", "b")
    assert loaded.predict(rows.read({"features": [1, 2]}, loaded.signature)) == pytest.approx([3.0])
    assert load(stored(tmp_path, Constant(1), signature=None)).signature is None


@pytest.mark.parametrize("answer", [1, "late", True, None, {"p": 0.5}, [1.0, 2.0]])
def test_answers_are_plain_values(tmp_path: Path, answer: Any) -> None:
    assert load(stored(tmp_path, Constant(answer))).predict(ROW) == [answer]


def test_an_answer_that_is_no_number_is_null(tmp_path: Path) -> None:
    assert load(stored(tmp_path, Constant(float("nan")))).predict(ROW) == [None]


def test_a_file_that_is_not_the_registered_one_is_never_unpickled(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    poisoned = stored(tmp_path / "store", Touch(mark))
    with pytest.raises(CannotServe, match="SHA-256"):
        load(of_sha(poisoned, sha256="0" * 64))
    with pytest.raises(CannotServe, match="bytes instead of"):
        load(of_sha(poisoned, bytes=poisoned.file.bytes + 1))
    with pytest.raises(CannotServe, match=r"Python 2\.7"):
        load(of_sha(poisoned, python="2.7"))
    with pytest.raises(CannotServe, match=r"scikit-learn 0\.1"):
        load(of_sha(poisoned, packages={"sklearn": ("scikit-learn", "0.1")}))
    assert not mark.exists()
    with pytest.raises(CannotServe, match="no `predict`"):
        load(poisoned)  # what these checks kept from happening
    assert mark.exists()


def test_a_file_that_is_missing_or_cut_short_is_refused(tmp_path: Path) -> None:
    wanted = stored(tmp_path, sums())
    whole = Path(wanted.path).read_bytes()
    Path(wanted.path).write_bytes(whole[:-10])
    with pytest.raises(CannotServe, match="bytes instead of"):
        load(wanted)
    Path(wanted.path).unlink()
    with pytest.raises(CannotServe, match="cannot be read: No such file"):
        load(wanted)


def test_a_model_that_fails_on_its_own_example_never_answers(tmp_path: Path) -> None:
    with pytest.raises(CannotServe, match="fails on its own example: ZeroDivisionError: no wind"):
        load(stored(tmp_path, Failing(), example=({"a": 1.0, "b": 2.0},)))
    with pytest.raises(CannotServe, match="does not fit its signature"):
        load(stored(tmp_path, sums(), example=({"a": 1.0, "c": 2.0},)))


def test_a_model_with_another_number_of_features_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotServe, match="1 fields, but the model takes 2"):
        load(stored(tmp_path, sums(), signature=Signature((Field("a", FieldType.NUMBER),))))


def test_the_same_library_in_another_patch_version_is_good_enough(tmp_path: Path) -> None:
    patch = ".".join([*sklearn.__version__.split(".")[:2], "999"])
    load(stored(tmp_path, sums(), packages={"sklearn": ("scikit-learn", patch)}))


def test_what_is_kept_of_a_picture_comes_back(tmp_path: Path) -> None:
    found = snapshot(stored(tmp_path, sums(), example=({"a": 1.0, "b": 2.0},), metrics={"mae": 1.0}, created="now"))
    keep(found, tmp_path / "deep" / "snapshot.json")
    assert kept(tmp_path / "deep" / "snapshot.json") == found
    (tmp_path / "deep" / "snapshot.json").write_text('{"endpoints": [')
    assert kept(tmp_path / "deep" / "snapshot.json") is None
    assert kept(tmp_path / "none.json") is None
