"""Models of other formats, and classifiers that answer with probabilities."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from blockwright.codecs.packed_models import NoModelFile, OnnxModel, Probabilities, packed
from blockwright.core.models.signatures import Field, FieldType, Signature
from blockwright.runner.model_files import handed_in
from blockwright.serving.loading import load
from blockwright.serving.rows import Rows
from tests.serving.models import TWO, stored

ROWS = Rows({"a": [1.0, 0.0, 2.0], "b": [2.0, 1.0, 2.0]}, 3)
FRAME = pd.DataFrame({"a": [1.0, 0.0, 2.0], "b": [2.0, 1.0, 2.0]})


def onnx_model(kind: str = "double") -> Any:
    """``2a + 3b`` of a matrix with two columns."""
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    number = {"double": onnx.TensorProto.DOUBLE, "float": onnx.TensorProto.FLOAT}[kind]
    weights = onnx.helper.make_tensor("w", number, [2, 1], [2.0, 3.0])
    given = onnx.helper.make_tensor_value_info("X", number, [None, 2])
    gives = onnx.helper.make_tensor_value_info("Y", number, [None, 1])
    node = onnx.helper.make_node("MatMul", ["X", "w"], ["Y"])
    graph = onnx.helper.make_graph([node], "sums", [given], [gives], [weights])
    return onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=10)


def named_onnx_model() -> Any:
    """``a + length of nothing``: one input for each column, of different types."""
    onnx = pytest.importorskip("onnx")
    proto = onnx.TensorProto
    inputs = [
        onnx.helper.make_tensor_value_info("a", proto.FLOAT, [None, 1]),
        onnx.helper.make_tensor_value_info("b", proto.INT64, [None, 1]),
    ]
    gives = onnx.helper.make_tensor_value_info("Y", proto.FLOAT, [None, 1])
    nodes = [
        onnx.helper.make_node("Cast", ["b"], ["b32"], to=proto.FLOAT),
        onnx.helper.make_node("Add", ["a", "b32"], ["Y"]),
    ]
    graph = onnx.helper.make_graph(nodes, "named", inputs, [gives])
    return onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=10)


@pytest.mark.parametrize("kind", ["double", "float"])
def test_a_model_of_onnx_is_served(tmp_path: Path, kind: str) -> None:
    loaded = load(stored(tmp_path, packed(onnx_model(kind))))
    assert loaded.predict(ROWS) == [8.0, 3.0, 10.0]


def test_a_file_of_onnx_is_the_model(tmp_path: Path) -> None:
    file = tmp_path / "sums.onnx"
    file.write_bytes(onnx_model().SerializeToString())
    found = packed(file)
    assert isinstance(found, OnnxModel)
    assert found.predict(FRAME).tolist() == [8.0, 3.0, 10.0]


def test_inputs_of_onnx_get_the_columns_of_their_names(tmp_path: Path) -> None:
    takes = Signature((Field("b", FieldType.INTEGER), Field("a", FieldType.NUMBER)))
    loaded = load(stored(tmp_path, packed(named_onnx_model()), signature=takes))
    assert loaded.predict(Rows({"b": [2, 5], "a": [0.5, 1.0]}, 2)) == [2.5, 6.0]


@pytest.mark.parametrize("names", [True, False])
def test_a_classifier_answers_with_probabilities(tmp_path: Path, names: bool) -> None:
    from sklearn.linear_model import LogisticRegression

    given = FRAME if names else FRAME.to_numpy()
    model = LogisticRegression().fit(given, ["late", "early", "late"])
    answers = load(stored(tmp_path, Probabilities(model))).predict(ROWS)
    expected = model.predict_proba(given)
    assert [sorted(answer) for answer in answers] == [["early", "late"]] * 3
    assert [answer["late"] for answer in answers] == pytest.approx(expected[:, 1].tolist())


def test_what_has_no_probabilities_is_refused(tmp_path: Path) -> None:
    from sklearn.linear_model import LinearRegression

    model = LinearRegression().fit(FRAME, [1, 2, 3])
    with pytest.raises(TypeError, match="has no `predict_proba`"):
        handed_in("delay", model, {"method": "predict_proba"}, (None, None), tmp_path, False)


def test_what_cannot_predict_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="int has none"):
        handed_in("delay", 7, {}, (None, None), tmp_path, False)


def test_a_path_that_leads_to_no_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoModelFile, match=r"neither a file `\.onnx` nor a folder"):
        packed(tmp_path / "nothing")


@pytest.mark.slow
def test_a_folder_of_mlflow_is_served_whatever_wrote_it(tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    write = (
        "import sys, pandas, mlflow.sklearn; from sklearn.linear_model import LinearRegression as L;"
        "frame = pandas.DataFrame({'a': [1.0, 0.0, 2.0], 'b': [2.0, 1.0, 5.0]});"
        "model = L().fit(frame, frame['a'] * 2 + frame['b'] * 3);"
        "mlflow.sklearn.save_model(model, sys.argv[1], pip_requirements=[])"
    )
    done = subprocess.run([sys.executable, "-c", write, str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = handed_in("delay", str(folder), {}, (None, None), tmp_path / "store", False)
    assert {"mlflow", "sklearn"} <= set(told["modules"])
    assert "blockwright" not in told["modules"]
    again = handed_in("delay", str(folder), {}, (None, None), tmp_path / "store", False)
    assert again["output"]["digest"] == told["output"]["digest"]  # the same version, however often it is handed in
    loaded = load(stored(tmp_path / "store", packed(folder), signature=TWO))
    assert loaded.predict(ROWS) == pytest.approx([8.0, 3.0, 10.0])
    assert np.isfinite(loaded.predict(ROWS)).all()
