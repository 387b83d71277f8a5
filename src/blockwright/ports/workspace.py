"""Everything that a verb needs of one project, through ports."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from blockwright.core.pipelines import ProjectSpec
from blockwright.ports.artifacts import ArtifactStore
from blockwright.ports.caches import Cache
from blockwright.ports.clock import Clock
from blockwright.ports.git import Git
from blockwright.ports.idempotency import Idempotency
from blockwright.ports.learning import Learning
from blockwright.ports.oversight import Oversight
from blockwright.ports.owners import Owners
from blockwright.ports.projects import ProjectStore
from blockwright.ports.queues import Queues
from blockwright.ports.runs import RunStore
from blockwright.ports.secrets import Secrets
from blockwright.ports.triggering import Triggering

Distributions = Callable[[Iterable[str]], Mapping[str, tuple[str, str]]]
"""Top-level modules to (distribution, version) as installed for block code."""


@dataclass(frozen=True, slots=True)
class Options:
    """The settings that verbs look at; see ``settings.Settings`` for what each means."""

    env: str = "dev"
    slots: int = 1
    durable: bool = False
    default_executor: str | None = None
    run_limit: int | None = None


class Neighbours(Protocol):
    """The projects of the same platform, this one among them; a project that stands alone has only itself."""

    def names(self) -> Collection[str]:
        """Those that are there now, in the order in which they are listed."""
        ...

    def workspace(self, project: str) -> Workspace:
        """Raises NotFound (code ``project_not_found``)."""
        ...


@dataclass(frozen=True, slots=True)
class Workspace:
    project: ProjectSpec
    files: ProjectStore
    runs: RunStore
    queues: Queues
    artifacts: ArtifactStore
    secrets: Secrets
    triggering: Triggering
    owners: Owners
    clock: Clock
    cache: Cache
    oversight: Oversight
    learning: Learning
    distributions: Distributions
    idempotency: Idempotency
    git: Git
    neighbours: Neighbours
    options: Options = Options()
