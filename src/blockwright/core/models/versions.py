"""A model's versions: where each comes from, what is known of it, and the rules for names. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from blockwright.core.errors import Invalid
from blockwright.core.models.signatures import Signature

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
LONGEST_CARD = 100_000
MOST_METRICS = 1_000
LOWER_IS_BETTER = ("mae", "mse", "rmse", "mape", "error", "loss", "deviance", "seconds", "latency")


@dataclass(frozen=True, slots=True)
class Origin:
    """What made a version: a block run (all fields), or a person who brought a file (``by`` alone)."""

    by: str
    run: int | None = None
    pipeline: str = ""
    block: str = ""
    block_run: str = ""
    commit: str | None = None
    snapshot: str = ""
    """Digest of the code with which the run worked."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """The bytes: ``digest`` (BLAKE3) names them in the store, ``sha256`` is for others who check them. ``packages`` are
    the modules that the file needs with their distribution and version, ``python`` is the version that wrote it."""

    digest: str
    sha256: str
    codec: str
    type: str
    bytes: int
    packages: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    python: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a version beside its bytes. ``training_data`` and ``held_out`` are fingerprints: two versions
    with the same ``held_out`` were measured on the same data. ``rivals`` are the metrics of other versions, by number,
    that were measured on this version's held-out data. ``example`` is a few rows to try the model with."""

    metrics: Mapping[str, float] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    card: str = ""
    signature: Signature | None = None
    example: Sequence[Mapping[str, Any]] = ()
    training_data: str = ""
    held_out: str = ""
    rivals: Mapping[int, Mapping[str, float]] = field(default_factory=dict)
    tracking: Mapping[str, str] = field(default_factory=dict)
    """Where an MLflow server knows it: ``run_id``, ``version``."""


@dataclass(frozen=True, slots=True)
class NewModelVersion:
    """A version before it has a number. ``reference`` names the document that says what its data look like
    (``core.monitors.references``); empty when nobody said."""

    model: str
    file: ModelFile
    facts: Facts
    origin: Origin
    created: datetime
    reference: str = ""


@dataclass(frozen=True, slots=True)
class ModelVersion:
    project: str
    model: str
    number: int
    file: ModelFile
    facts: Facts
    origin: Origin
    created: datetime
    reference: str = ""

    def __str__(self) -> str:
        return f"{self.model}/{self.number}"


def require_name(name: str) -> str:
    """The name of a model; raises Invalid (code ``model_name``)."""
    if not _NAME.fullmatch(name):
        raise Invalid(
            f"`{name[:100]}` cannot be the name of a model.",
            hint="Use up to 100 letters, digits, `_`, `-` and `.`, beginning with a letter or digit.",
            code="model_name",
        )
    return name


def checked_metrics(metrics: Any) -> dict[str, float]:
    """Metrics as numbers by name; raises Invalid naming the one that is none."""
    if not isinstance(metrics, Mapping):
        raise Invalid("Metrics must be numbers by name.", hint='Write {"mae": 12.3}.', code="metrics")
    if len(metrics) > MOST_METRICS:
        raise Invalid(f"There are {len(metrics):,} metrics; at most {MOST_METRICS:,} are kept.", code="metrics")
    found = {}
    for name, value in metrics.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise Invalid(f"The metric `{name}` is {value!r}, which is no finite number.", code="metrics")
        found[str(name)[:200]] = float(value)
    return found


def lower_is_better(metric: str) -> bool:
    """What the metric's own name says, where a rule does not."""
    words = re.split(r"[^a-z]+", metric.lower())
    return any(word in LOWER_IS_BETTER or word.endswith(("loss", "error")) for word in words)
