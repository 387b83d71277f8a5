"""The prediction service of a project, as others find it: whether it answers, with which versions, and how they do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class ServedVersion:
    """Since the service began. ``milliseconds`` is what 95 of 100 of the latest answers did not exceed."""

    version: int
    role: str
    requests: int
    rows: int
    errors: int
    milliseconds: float


@dataclass(frozen=True, slots=True)
class ServedModel:
    """``problem``: why what the records want is not what answers; empty when it is."""

    model: str
    versions: tuple[ServedVersion, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the service is. ``waiting`` has the models of which nothing can answer, with the reason; ``records`` says why
    the service cannot read the records; empty when it can."""

    url: str
    seconds: float
    models: tuple[ServedModel, ...] = ()
    waiting: Mapping[str, str] = field(default_factory=dict)
    records: str = ""


class PredictionService(Protocol):
    """The one that was started on this machine for this data folder. Safe to use from every thread."""

    def standing(self) -> Standing | None:
        """None: none runs. Raises Unavailable (code ``serving_away``) when one runs and does not answer."""
        ...

    def predict(self, model: str, document: Mapping[str, Any]) -> Mapping[str, Any]:
        """Its answer. Raises Conflict (code ``serving_off``) when none runs, Unavailable (``serving_away``, or its own)
        when it cannot answer, and what it refuses as Invalid or NotFound with its own code; UserCode
        (``model_failed``) when the model raised."""
        ...
