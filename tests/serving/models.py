"""Real models in files, as a registry names them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from blockwright.codecs import values
from blockwright.core.endpoints import Endpoint, Traffic
from blockwright.core.models.signatures import Field, FieldType, Signature
from blockwright.core.models.versions import ModelFile
from blockwright.serving.snapshots import Snapshot, Wanted

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TWO = Signature((Field("a", FieldType.NUMBER), Field("b", FieldType.NUMBER)))


class Constant:
    """A model that says the same to everybody."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def predict(self, frame: Any) -> Any:
        return [self.answer] * len(frame)


class Failing:
    def predict(self, frame: Any) -> Any:
        raise ZeroDivisionError("no wind")


def sums(scale: float = 1.0, *, names: bool = True) -> Any:
    """A fitted model of scikit-learn that gives ``scale * (a + b)``."""
    import numpy as np
    import pandas as pd
    from sklearn.linear_model import LinearRegression

    data = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [2.0, 3.0]])
    frame = pd.DataFrame(data, columns=["a", "b"]) if names else data
    return LinearRegression().fit(frame, scale * data.sum(axis=1))


def stored(folder: Path, model: Any, number: int = 1, name: str = "delay", **fields: Any) -> Wanted:
    """The model in a store below ``folder``."""
    output = values.write(model, name=name, store=folder)
    path = folder / output.digest[:2] / output.digest
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    file = ModelFile(output.digest, sha256, output.codec, output.type, output.bytes, fields.pop("packages", {}))
    return Wanted(name, number, file, str(path), fields.pop("signature", TWO), **fields)


def snapshot(*wanted: Wanted, traffic: Traffic | None = None, revision: int = 1) -> Snapshot:
    """The first one answers; the others may be challengers."""
    first = wanted[0]
    endpoint = Endpoint("shop", first.model, first.number, None, traffic or Traffic(), revision, NOON, "ada")
    return Snapshot((endpoint,), {(one.model, one.number): one for one in wanted})


def of_sha(wanted: Wanted, **fields: Any) -> Wanted:
    """The same version with something else said of its file."""
    return replace(wanted, file=replace(wanted.file, **fields))
