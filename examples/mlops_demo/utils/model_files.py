"""Models on disk. ``models/<version>/`` never changes once it is there; ``models/latest.json`` says which one counts.

The pointer is replaced last and in one step, so a reader sees the model before or the model after, never a mixture.
A model is unpickled only when its bytes have the digest that the pointer names.
"""

from __future__ import annotations

import json
import pickle
from hashlib import sha256
from pathlib import Path
from typing import Any, TypedDict

from mlops_demo.utils.files import as_json, write_atomically

POINTER = "latest.json"
_RUN_TRAINING = "Run the pipeline `training` first: `blockwright run training`."


class Latest(TypedDict):
    """``version`` names the folder below ``models/``; ``sha256`` is the digest of its ``model.pkl``."""

    version: str
    sha256: str
    features: list[str]


class PublishedModel(TypedDict):
    version: str
    features: list[str]
    model: Any


def models_folder(project: str | Path) -> Path:
    return Path(project) / "models"


def publish(folder: Path, model: Any, features: list[str], metrics: dict[str, Any], card: str) -> Latest:
    """Store the model with its metrics and card, then make it the latest.

    The version is a digest of all three, so publishing the same again changes nothing.
    """
    content, figures = pickle.dumps(model, protocol=5), as_json(metrics)
    version = sha256(content + figures.encode() + card.encode()).hexdigest()[:12]
    place = folder / version
    write_atomically(place / "model.pkl", content)
    write_atomically(place / "metrics.json", figures)
    write_atomically(place / "model_card.md", card)
    pointer: Latest = {"version": version, "sha256": sha256(content).hexdigest(), "features": features}
    write_atomically(folder / POINTER, as_json(pointer))
    return pointer


def is_published(folder: Path) -> bool:
    """Whether there is a latest model."""
    return (folder / POINTER).is_file()


def latest(folder: Path) -> Latest:
    """What the pointer says; FileNotFoundError with the way out when nothing was published."""
    if not is_published(folder):
        raise FileNotFoundError(f"{folder / POINTER} does not exist: no model was exported yet. {_RUN_TRAINING}")
    pointer: Latest = json.loads((folder / POINTER).read_text())
    return pointer


def load_latest(folder: Path) -> PublishedModel:
    """The latest model; ValueError when its file is not the one that was published."""
    pointer = latest(folder)
    path = folder / pointer["version"] / "model.pkl"
    if not path.is_file():
        raise FileNotFoundError(f"{folder / POINTER} names {path}, which does not exist. {_RUN_TRAINING}")
    content = path.read_bytes()
    if sha256(content).hexdigest() != pointer["sha256"]:
        raise ValueError(f"{path} is not the file that was published: its digest differs. {_RUN_TRAINING}")
    return {"version": pointer["version"], "features": pointer["features"], "model": pickle.loads(content)}


def latest_metrics(folder: Path) -> dict[str, Any]:
    """The metrics that were published with the latest model."""
    metrics: dict[str, Any] = json.loads((folder / latest(folder)["version"] / "metrics.json").read_text())
    return metrics
