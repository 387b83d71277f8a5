"""Another registry of models (MLflow's), which repeats who answers for those who look there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from blockwright.core.models.mirroring import Place


@dataclass(frozen=True, slots=True)
class RegisteredThere:
    """A version of ours as the registry gets to know it. ``run`` is the tracked run that it came from (may be empty),
    ``link`` where people see it with us."""

    number: int
    source: str
    description: str = ""
    run: str = ""
    link: str = ""
    tags: Mapping[str, str] | None = None


class ModelRegistry(Protocol):
    """Raises as ``Tracking`` does. Nothing is asked twice: whoever calls comes again later."""

    def aliases(self, name: str) -> Mapping[str, Place] | None:
        """Where the aliases stand that we mirror; None when there is no such model."""
        ...

    def open(self, name: str, *, project: str, model: str) -> None:
        """Make the model, or go on with the one that was made for us. Raises Conflict (code ``mirror_name``) when
        somebody else's has this name."""
        ...

    def add(self, name: str, version: RegisteredThere) -> str:
        """The registry's own number of our version, which is made when it is not there."""
        ...

    def put(self, name: str, alias: str, version: str) -> None:
        """Let the alias stand for the registry's ``version``."""
        ...

    def drop(self, name: str, alias: str) -> None:
        """Take the alias away; that there is none is fine."""
        ...
