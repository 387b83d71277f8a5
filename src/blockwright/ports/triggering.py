"""What starts runs by itself, opened when it is first used: a run from the command line needs none of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from blockwright.ports.backfills import BackfillStore
    from blockwright.ports.sources import Sources
    from blockwright.ports.triggers import TriggerFiles, TriggerStore


class Triggering(Protocol):
    @property
    def records(self) -> TriggerStore: ...

    @property
    def files(self) -> TriggerFiles: ...

    @property
    def sources(self) -> Sources: ...

    @property
    def backfills(self) -> BackfillStore: ...
