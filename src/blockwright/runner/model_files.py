"""A model as bytes in the store, and what the engine is told of it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from blockwright import codecs
from blockwright.codecs import blobs, packed_models
from blockwright.runner.references import reference_of
from blockwright.wire import documents
from blockwright.wire.models import ModelHandedIn, modules_of_pickle

LARGEST_FACTS = 45_000
"""Bytes that a question has room for; beyond, the example goes first: it is a convenience."""


def handed_in(
    name: str, model: Any, facts: dict[str, Any], data: tuple[Any, Any], store: Path, durable: bool
) -> dict[str, Any]:
    """Write the model, and what its ``data`` (training, held out) look like, and give the document of
    ``ModelHandedIn``. ``facts`` may have the ``method`` that answers. Raises as ``codecs.write``, TypeError for what
    cannot be asked, ValueError when there is more to tell than a question has room for.
    """
    model = packed_models.packed(model)
    if not callable(getattr(model, "predict", None)) and not callable(model):
        raise TypeError(f"A model must have `predict`, and {type(model).__name__} has none.")
    if facts.pop("method", "predict") == "predict_proba":
        if not callable(getattr(model, "predict_proba", None)):
            raise TypeError(f"{type(model).__name__} has no `predict_proba`.")
        model = packed_models.Probabilities(model)
    output = codecs.write(model, name=name, store=store, durable=durable)
    path = blobs.path_of(store, output.digest)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        modules = modules_of_pickle(file) if output.codec == "pickle" else ()
    modules = tuple(sorted({*modules, *getattr(model, "needs", ())}))
    if len(json.dumps(facts)) > LARGEST_FACTS:
        facts = {**facts, "example": []}
    size = len(json.dumps(facts))
    if size > LARGEST_FACTS:
        raise ValueError(
            f"What is told of model `{name}` has {size:,} characters; at most {LARGEST_FACTS:,} fit. "
            "Shorten its card, or register fewer parameters and metrics."
        )
    inputs = [field["name"] for field in (facts.get("signature") or {}).get("inputs", ())]
    document = reference_of(model, *data, inputs)
    reference = None if document is None else codecs.write(document, name=name, store=store, durable=durable).digest
    lies = "" if reference is None else str(blobs.path_of(store, reference))
    told = documents.dump(ModelHandedIn(name, output, str(path), sha256, modules, facts, reference or "", lies))
    told["output"] = {**told["output"], "preview": None, "profile": None}
    return dict(told)
