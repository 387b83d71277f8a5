"""Models that are files of another format, and models that are asked for something else than `predict`: as objects with
`predict`, so that they are kept, checked, loaded and served as every other model.

Pickles of versions name these classes: they stay where they are. Their libraries are imported when a model is read in a
process that predicts.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import tempfile
import weakref
import zipfile
from pathlib import Path
from typing import Any, ClassVar

_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The same files are the same bytes, whenever they were written."""


class NoModelFile(ValueError):
    """A path that leads to no model."""

    hint = "Give the model itself, a file of ONNX (`.onnx`), or a folder that MLflow's `save_model` wrote."


def packed(model: Any) -> Any:
    """The model as an object with `predict`: what stands behind a path, and models of ONNX; others as they are. Raises
    NoModelFile."""
    if isinstance(model, str | os.PathLike):
        path = Path(model)
        if path.suffix == ".onnx" and path.is_file():
            return OnnxModel(path.read_bytes())
        if (path / "MLmodel").is_file():
            return PyfuncFolder(_zipped(path), ("mlflow", *_flavours((path / "MLmodel").read_text(encoding="utf-8"))))
        raise NoModelFile(f"`{model}` is neither a file `.onnx` nor a folder with an `MLmodel`.")
    if type(model).__module__.partition(".")[0] == "onnx" and hasattr(model, "SerializeToString"):
        return OnnxModel(model.SerializeToString())
    return model


class OnnxModel:
    """A model in ONNX's format: what its first output says of each row, or with ``output`` another one."""

    needs: ClassVar = ("onnxruntime",)

    def __init__(self, data: bytes, output: int = 0) -> None:
        self.data = data
        self.output = output
        self._session: Any = None

    def __getstate__(self) -> dict[str, Any]:
        return {"data": self.data, "output": self.output}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["data"], state["output"])  # type: ignore[misc]  # as if it were made anew
        self._opened()

    def predict(self, frame: Any) -> Any:
        """``frame`` is one of pandas. A model with one input gets all columns in their order as a matrix, else each
        input the column of its name."""
        session = self._opened()
        inputs = session.get_inputs()
        if len(inputs) == 1 and len(inputs[0].shape) == 2 and inputs[0].name not in frame.columns:
            given = {inputs[0].name: frame.to_numpy(dtype=_dtype(inputs[0].type))}
        else:
            given = {one.name: frame[[one.name]].to_numpy(dtype=_dtype(one.type)) for one in inputs}
        found = session.run(None, given)[self.output]
        flat = hasattr(found, "ndim") and found.ndim == 2 and found.shape[1] == 1
        return found[:, 0] if flat else found

    def predict_proba(self, frame: Any) -> Any:
        """The last output, which is that of classifiers' probabilities."""
        return OnnxModel(self.data, output=-1).predict(frame)

    def _opened(self) -> Any:
        if self._session is None:
            import onnxruntime

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = (
                1  # rows are few, and requests come side by side
            )
            self._session = onnxruntime.InferenceSession(self.data, options, providers=["CPUExecutionProvider"])
        return self._session


class PyfuncFolder:
    """A folder that MLflow's ``save_model`` wrote, of whichever flavour, as one archive."""

    def __init__(self, data: bytes, needs: tuple[str, ...] = ("mlflow",)) -> None:
        self.data = data
        self.needs = needs
        self._model: Any = None

    def __getstate__(self) -> dict[str, Any]:
        return {"data": self.data, "needs": self.needs}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["data"], state["needs"])  # type: ignore[misc]  # as if it were made anew
        self._opened()

    def predict(self, frame: Any) -> Any:
        return self._opened().predict(frame)

    def _opened(self) -> Any:
        if self._model is None:
            from mlflow import pyfunc

            # It stays as long as the model: some read their files when they are asked.
            folder = tempfile.mkdtemp(prefix="blockwright-model-")
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
            with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
                archive.extractall(folder)
            self._model = pyfunc.load_model(folder)
        return self._model


class Probabilities:
    """A classifier whose answer is the probability of each class, by its name."""

    def __init__(self, model: Any) -> None:
        self.model = model

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(getattr(self.model, "needs", ()))

    def predict(self, frame: Any) -> list[Any]:
        named = getattr(self.model, "feature_names_in_", None) is not None or hasattr(self.model, "needs")
        found = self.model.predict_proba(frame if named else frame.to_numpy())
        if len(found) and isinstance(found[0], dict):  # as ONNX's own classifiers say it
            return [{str(name): share for name, share in row.items()} for row in found]
        classes = [str(name) for name in getattr(self.model, "classes_", range(len(found[0]) if len(found) else 0))]
        return [dict(zip(classes, row, strict=True)) for row in found.tolist()]


def _flavours(description: str) -> list[str]:
    """The library that MLflow loads the model with: ``sklearn`` of ``loader_module: mlflow.sklearn``."""
    found = re.findall(r"^\s*loader_module:\s*mlflow\.(\w+)\s*$", description, re.MULTILINE)
    return [name for name in found if name != "pyfunc"]


def _zipped(folder: Path) -> bytes:
    """Every file below the folder, by name. Links that lead elsewhere stay out."""
    root, written = folder.resolve(), io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(root.rglob("*")):
            if path.is_file() and path.resolve().is_relative_to(root):
                entry = zipfile.ZipInfo(path.relative_to(root).as_posix(), _EARLIEST)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, path.read_bytes())
    return written.getvalue()


def _dtype(kind: str) -> Any:
    """Of numpy, for an input of ONNX's ``tensor(float)`` …"""
    import numpy

    names = {"tensor(float)": "float32", "tensor(double)": "float64", "tensor(string)": "object"}
    return numpy.dtype(names.get(kind) or kind.removeprefix("tensor(").removesuffix(")"))
