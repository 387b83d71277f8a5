"""From the bytes of a version to something that predicts: checked before a single byte of it is unpickled."""

from __future__ import annotations

import hashlib
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from blockwright.codecs import values
from blockwright.core.models.signatures import Field, FieldType, Signature
from blockwright.serving import rows
from blockwright.serving.frames import Builder
from blockwright.serving.refusals import Refusal
from blockwright.serving.snapshots import Wanted
from blockwright.wire.outputs import Output

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


class CannotServe(Exception):
    """A version that cannot answer; the text says why."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A version that answers. ``predict`` takes checked rows and gives a list with one answer for each."""

    wanted: Wanted
    signature: Signature | None
    predict: Callable[[rows.Rows], list[Any]]

    @property
    def number(self) -> int:
        return self.wanted.number


def load(wanted: Wanted) -> Loaded:
    """Check the file and the libraries, unpickle it, and try it with its example. Raises CannotServe."""
    require_libraries(wanted)
    path = Path(wanted.path)
    require_whole(wanted, path)
    model = _unpickled(wanted, path)
    signature = wanted.signature or _signature_of(model)
    if wanted.signature is not None:
        _require_fields(model, wanted.signature)
    build = Builder(model, signature)

    def predict(given: rows.Rows) -> list[Any]:
        return build.answers(given)

    loaded = Loaded(wanted, signature, predict)
    _try(loaded)
    return loaded


def require_libraries(wanted: Wanted) -> None:
    """Another minor version of a library may read a pickle, and answer wrongly."""
    if wanted.file.python and wanted.file.python != PYTHON:
        raise CannotServe(f"it was made with Python {wanted.file.python}, here is {PYTHON}")
    for name, made in wanted.file.packages.values():
        for each, version in zip(name.split(", "), made.split(", "), strict=False):
            here = _installed(each)
            if here is None or here.split(".")[:2] != version.split(".")[:2]:
                raise CannotServe(f"it was made with {each} {version}, here is {here or 'none'}")


def require_whole(wanted: Wanted, path: Path) -> None:
    """Raises CannotServe unless the bytes are those that were registered."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
    except OSError as error:
        raise CannotServe(f"its file cannot be read: {error.strerror or error}") from error
    if size != wanted.file.bytes:
        raise CannotServe(f"its file has {size:,} bytes instead of {wanted.file.bytes:,}")
    if digest != wanted.file.sha256:
        raise CannotServe("its file is not the one that was registered (SHA-256)")


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _unpickled(wanted: Wanted, path: Path) -> Any:
    file = wanted.file
    output = Output(str(wanted), file.digest, file.codec, file.type, file.bytes)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = values.read(output, store=path.parent.parent)
    except Exception as error:  # unpickling runs code of the project, which may raise anything
        raise CannotServe(f"it cannot be loaded: {error}") from error
    if not callable(getattr(model, "predict", None)) and not callable(model):
        raise CannotServe(f"it is {type(model).__name__}, which has no `predict`")
    return model


def _signature_of(model: Any) -> Signature | None:
    """What the model itself says; no types are known then."""
    names = getattr(model, "feature_names_in_", None)
    if names is None:
        count = getattr(model, "n_features_in_", None)
        names = None if count is None else [str(place) for place in range(int(count))]
    if names is None or not len(names):
        return None
    return Signature(tuple(Field(str(name), FieldType.ANY, nullable=True) for name in names))


def _require_fields(model: Any, signature: Signature) -> None:
    count = getattr(model, "n_features_in_", None)
    if isinstance(count, int) and count != len(signature.inputs):
        raise CannotServe(f"its signature has {len(signature.inputs)} fields, but the model takes {count}")


def _try(loaded: Loaded) -> None:
    example: list[Mapping[str, Any]] = list(loaded.wanted.example)
    if not example:
        return
    try:
        given = rows.read({"instances": [dict(row) for row in example]}, loaded.signature)
        loaded.predict(given)
    except Refusal as error:
        raise CannotServe(f"its own example does not fit its signature: {error.detail}") from error
    except Exception as error:  # code of the project
        raise CannotServe(f"it fails on its own example: {type(error).__name__}: {error}") from error
