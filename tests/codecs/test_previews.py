from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from blockwright import codecs
from tests.codecs.samples import frames, odd_objects
from tests.properties import examples


def strict(preview: Any) -> bytes:
    """The preview as every reader must be able to take it."""
    return json.dumps(preview, allow_nan=False, ensure_ascii=False).encode("utf-8")


@examples(25)
@given(frames())
def test_the_preview_of_any_frame_is_a_small_strict_table(frame: pd.DataFrame) -> None:
    preview = codecs.preview(frame)
    assert preview["kind"] == "table"
    assert (preview["total"], len(preview["rows"])) == (len(frame), len(frame) if preview["columns"] else 0)
    assert len(strict(preview)) < 200_000


@given(odd_objects)
def test_the_preview_of_any_value_is_strict(value: Any) -> None:
    assert b"\0" not in strict(codecs.preview([value, {"k": value}, value]))


def test_cells_of_a_frame_are_json_for_people() -> None:
    frame = pd.DataFrame(
        {
            "f": [np.nan, np.inf],
            "t": pd.to_datetime(["2020-01-02 03:04:05", None]),
            "b": [b"abc", b""],
            "l": [[1, {"a": 2}], None],
            "s": ["x" * 600, "y"],
            "i": [2**60, 1],
        }
    )
    first, second = codecs.preview(frame)["rows"]
    assert first == [None, "2020-01-02T03:04:05", "<3 bytes>", [1, {"a": 2}], "x" * 499 + "…", str(2**60)]
    assert second == ["Infinity", None, "<0 bytes>", None, "y", 1]


def test_a_long_and_wide_frame_is_cut() -> None:
    frame = pd.DataFrame(np.zeros((5_000, 300)))
    preview = codecs.preview(frame)
    assert (len(preview["rows"]), len(preview["columns"]), preview["total"]) == (100, 200, 5_000)


def test_a_frame_of_long_texts_is_cut_to_its_size() -> None:
    frame = pd.DataFrame({f"c{place}": ["x" * 1_000] * 100 for place in range(200)})
    preview = codecs.preview(frame)
    assert preview["kind"] == "table"
    assert len(strict(preview)) <= 200_000
    assert preview["rows"]


def test_named_levels_of_an_index_are_shown() -> None:
    frame = pd.DataFrame({"key": ["a", "a", "b"], "n": [1, 2, 3]}).groupby("key").sum()
    preview = codecs.preview(frame)
    assert [column["name"] for column in preview["columns"]] == ["key", "n"]
    assert preview["rows"] == [["a", 3], ["b", 3]]


@pytest.mark.parametrize(
    ("value", "preview"),
    [
        (3, {"kind": "value", "type": "int", "value": 3}),
        ("hello", {"kind": "text", "text": "hello", "length": 5}),
        (b"1234", {"kind": "bytes", "length": 4}),
        ({"a": (1, 2)}, {"kind": "json", "value": {"a": [1, 2]}, "total": 1, "cut": False}),
        (np.eye(2, dtype="i8"), {"kind": "array", "dtype": "int64", "shape": [2, 2], "values": [1, 0, 0, 1]}),
    ],
)
def test_each_kind_has_its_form(value: Any, preview: Any) -> None:
    assert codecs.preview(value) == preview


def test_a_long_list_is_cut_and_says_so() -> None:
    preview = codecs.preview(list(range(10_000)))
    assert (len(preview["value"]), preview["total"], preview["cut"]) == (100, 10_000, True)


def test_a_frame_inside_a_dict_is_summarised() -> None:
    preview = codecs.preview({"frame": pd.DataFrame({"a": [1, 2]})})
    assert preview["value"] == {"frame": "<DataFrame of 2 rows and 1 columns>"}


class Hostile:
    """Every question is answered with an error."""

    def __repr__(self) -> str:
        raise RuntimeError("no")

    __str__ = __len__ = __iter__ = __hash__ = __eq__ = __bool__ = __repr__  # type: ignore[assignment]

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)


class HostileList(list[int]):
    def __len__(self) -> int:
        raise RuntimeError("no")

    __iter__ = __len__  # type: ignore[assignment]


class Recursive:
    def __repr__(self) -> str:
        return repr(self)


@pytest.mark.parametrize("value", [Hostile(), Recursive(), HostileList([1])], ids=["hostile", "recursive", "list"])
def test_a_hostile_object_is_still_shown(value: Any) -> None:
    for shown in (value, [value], {"a": value}):
        assert strict(codecs.preview(shown))
    cells = np.empty(1, dtype=object)
    cells[0] = value
    preview = codecs.preview(pd.DataFrame({"a": pd.Series(cells, dtype=object)}))
    assert (preview["kind"], len(preview["rows"])) == ("table", 1)


def test_deep_and_cyclic_values_are_cut() -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    deep: dict[str, Any] = {}
    for _ in range(10_000):
        deep = {"a": deep}
    assert codecs.preview(cycle)["cut"]
    assert codecs.preview(deep)["cut"]


def test_a_model_shows_its_parameters(store: Path) -> None:
    linear = pytest.importorskip("sklearn.linear_model")
    model = linear.Ridge(alpha=2.0).fit([[0.0], [1.0]], [0.0, 1.0])
    output = codecs.write(model, name="output_0", store=store)
    assert output.type == "model"
    assert output.preview["class"].endswith("Ridge")
    assert output.preview["params"]["alpha"] == 2.0
    assert codecs.read(output, store=store).predict([[1.0]]) == model.predict([[1.0]])


def test_a_booster_is_a_model(store: Path) -> None:
    xgboost = pytest.importorskip("xgboost")
    data = np.arange(8.0).reshape(-1, 1)
    model = xgboost.XGBRegressor(n_estimators=2, n_jobs=1).fit(data, data[:, 0])
    for value in (model, model.get_booster()):
        assert codecs.write(value, name="output_0", store=store).type == "model"
    read = codecs.read(codecs.write(model, name="output_0", store=store), store=store)
    assert (read.predict(data) == model.predict(data)).all()


def test_a_sparse_matrix_keeps_its_class_and_stays_compact(store: Path) -> None:
    sparse = pytest.importorskip("scipy.sparse")
    for kind in (sparse.csr_matrix, sparse.csc_array, sparse.coo_array):
        matrix = kind(sparse.eye(1_000))
        output = codecs.write(matrix, name="output_0", store=store)
        read = codecs.read(output, store=store)
        assert (type(read), output.type, output.rows, output.columns) == (type(matrix), "sparse", 1_000, 1_000)
        assert (read != matrix).nnz == 0
        assert output.bytes < 30_000


def test_a_drawing_is_shown_as_a_picture(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = pytest.importorskip("matplotlib.figure")
    figure = figures.Figure()
    figure.subplots().plot([1, 2])
    output = codecs.write(figure, name="output_0", store=store)
    assert output.type == "figure"
    assert base64.b64decode(output.preview["data"]).startswith(b"\x89PNG")
    assert len(codecs.read(output, store=store).axes) == 1


def test_a_plotly_figure_comes_back_as_a_figure(store: Path) -> None:
    go = pytest.importorskip("plotly.graph_objects")
    figure = go.Figure(go.Scatter(x=np.arange(3), y=[1, 2, 3]))
    output = codecs.write(figure, name="output_0", store=store)
    read = codecs.read(output, store=store)
    assert (output.codec, output.preview["kind"], type(read)) == ("plotly", "plotly", go.Figure)
    assert read.data[0].x.tolist() == [0, 1, 2]
    assert read.layout == figure.layout
