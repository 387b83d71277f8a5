"""Block files executed as the format says: decorators are there before the source is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml

from tests.examples.tables import PROJECT

PIPELINES = ("data_preparation", "training", "batch_prediction", "live_traffic")
_DECORATORS = {"conditional": "condition"}


@dataclass
class Block:
    """The decorated functions of one file: its own and its tests."""

    functions: list[Callable[..., Any]] = field(default_factory=list)
    tests: list[Callable[..., Any]] = field(default_factory=list)


def pipeline(uuid: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((PROJECT / "pipelines" / uuid / "metadata.yaml").read_text())
    return document


def entries(uuid: str) -> list[dict[str, Any]]:
    """Blocks, callbacks and conditionals of a pipeline."""
    document = pipeline(uuid)
    return [*document["blocks"], *document["callbacks"], *document["conditionals"]]


def load(entry: dict[str, Any]) -> Block:
    block = Block()
    path = PROJECT / entry["configuration"]["file_source"]["path"]
    decorator = _DECORATORS.get(entry["type"], entry["type"])
    names = {decorator: _register(block.functions), "test": _register(block.tests)}
    exec(compile(path.read_text(), str(path), "exec"), names)
    return block


def _register(functions: list[Callable[..., Any]]) -> Callable[..., Any]:
    """A decorator that works bare and with arguments such as ``@callback('failure')``."""

    def decorate(given: Any) -> Any:
        if callable(given):
            functions.append(given)
            return given
        return decorate

    return decorate
