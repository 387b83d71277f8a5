"""What watches over runs: alerts, the ledger, the catalogue, the figures of processes. Opened when it is first used,
since a run from the command line needs none of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from blockwright.ports.alerts import AlertStore, Mutes, Watch
    from blockwright.ports.catalog import CatalogStore
    from blockwright.ports.ledger import Figures, Ledger
    from blockwright.ports.measures import Measures
    from blockwright.ports.notifiers import Notifier
    from blockwright.ports.telemetry import Telemetry


class Oversight(Protocol):
    @property
    def alerts(self) -> AlertStore: ...

    @property
    def mutes(self) -> Mutes: ...

    @property
    def watch(self) -> Watch: ...

    @property
    def ledger(self) -> Ledger: ...

    @property
    def catalog(self) -> CatalogStore: ...

    @property
    def figures(self) -> Figures: ...

    @property
    def measures(self) -> Measures: ...

    @property
    def tallies(self) -> dict[str, float]:
        """What this process counted for the project since it began: ``executor_losses``."""
        ...

    @property
    def notifier(self) -> Notifier: ...

    @property
    def telemetry(self) -> Telemetry: ...

    @property
    def public_url(self) -> str:
        """How people's browsers reach the server, without a slash at the end."""
        ...
