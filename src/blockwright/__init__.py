"""Blockwright: the open platform for data and machine-learning pipelines.

The decorators that block files use (``from blockwright import transformer``) and what they do with models are loaded on
first use, so that importing one room of the house never loads another.
"""

from __future__ import annotations

TYPE_CHECKING = False  # nothing is imported here, not even ``typing``
if TYPE_CHECKING:
    from typing import Any

__version__ = "0.1.0"

_DECORATORS = frozenset(
    {
        "callback",
        "condition",
        "custom",
        "data_exporter",
        "data_loader",
        "on_failure",
        "on_success",
        "preprocesser",
        "sensor",
        "test",
        "transformer",
    }
)
_MODELS = frozenset({"load_model", "model_version", "promote_model", "register_model", "tell_truth"})


def __getattr__(name: str) -> Any:
    if name in _DECORATORS:
        from blockwright.sdk import decorators

        return getattr(decorators, name)
    if name in _MODELS:
        from blockwright.sdk import models

        return getattr(models, name)
    raise AttributeError(f"module 'blockwright' has no attribute {name!r}")
