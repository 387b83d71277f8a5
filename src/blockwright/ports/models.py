"""The records of models: versions, what is served, and the log of promotions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from blockwright.core.endpoints import Endpoint
from blockwright.core.models.mirroring import Mirror
from blockwright.core.models.promotion import Promotion, State
from blockwright.core.models.versions import Facts, ModelVersion, NewModelVersion


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """A model in a list: its newest version, and what is served of it (None: nothing was promoted yet)."""

    name: str
    versions: int
    newest: ModelVersion
    endpoint: Endpoint | None


class ModelStore(Protocol):
    """Each method is one transaction. Unknown models and versions are NotFound (codes ``model_not_found``,
    ``model_version_not_found``)."""

    def register(self, project: str, new: NewModelVersion) -> ModelVersion:
        """Give it the next number. The same bytes from the same block run are the same version, however often they are
        handed in."""
        ...

    def models(self, project: str, *, after: str = "", limit: int) -> Sequence[ModelSummary]:
        """By name."""
        ...

    def newest(self, project: str, model: str) -> ModelVersion: ...

    def version(self, project: str, model: str, number: int) -> ModelVersion: ...

    def versions(self, project: str, model: str, *, before: int | None = None, limit: int) -> Sequence[ModelVersion]:
        """Newest first; ``before``: those with a lower number."""
        ...

    def describe(self, project: str, model: str, number: int, facts: Facts) -> ModelVersion:
        """Replace what is known of a version beside its bytes."""
        ...

    def endpoint(self, project: str, model: str) -> Endpoint | None: ...

    def endpoints(self, project: str) -> Sequence[Endpoint]:
        """By model."""
        ...

    def change(self, endpoint: Endpoint, entry: Promotion) -> tuple[Endpoint, Promotion]:
        """Write the endpoint and the entry (whose ``id`` is given here) together; ``endpoint.revision`` is the one that
        was read, and the one written is the next. Revision 0 makes it. Raises Conflict (code ``endpoint_changed``) when
        somebody was faster."""
        ...

    def note(self, entry: Promotion) -> Promotion:
        """Write an entry that changes nothing: a refusal, or a wish that waits for a person."""
        ...

    def promotion(self, project: str, number: int) -> Promotion:
        """Raises NotFound (code ``promotion_not_found``)."""
        ...

    def promotions(
        self, project: str, model: str = "", *, state: State | None = None, before: int | None = None, limit: int
    ) -> Sequence[Promotion]:
        """Newest first; an empty ``model``: of all."""
        ...

    def decide(self, entry: Promotion, state: State, *, by: str, now: datetime, reason: str) -> Promotion:
        """Let a waiting entry be done or refused. Raises Conflict (code ``decided``) when it does not wait any more."""
        ...

    def mirror(self, project: str, model: str) -> Mirror | None:
        """What another registry was told of the model; None: nothing yet."""
        ...

    def mirrors(self, project: str) -> Sequence[Mirror]:
        """By model."""
        ...

    def keep_mirror(self, mirror: Mirror) -> None:
        """In place of what was kept of it."""
        ...
