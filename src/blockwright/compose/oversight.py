"""What watches over runs, opened when it is first used: a run from the command line pays nothing for it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from blockwright.compose.addresses import public_address
from blockwright.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from blockwright.adapters.db.databases import Database
    from blockwright.ports.alerts import AlertStore, Mutes, Watch
    from blockwright.ports.catalog import CatalogStore
    from blockwright.ports.ledger import Figures, Ledger
    from blockwright.ports.measures import Measures
    from blockwright.ports.notifiers import Notifier
    from blockwright.ports.telemetry import Telemetry


class OpenOversight:
    """Implements ``Oversight``."""

    def __init__(self, database: Database, settings: Settings, data: Path) -> None:
        self._database = database
        self._settings = settings
        self._data = data
        self.tallies: dict[str, float] = {}

    @property
    def public_url(self) -> str:
        return public_address(self._settings, self._data)

    @cached_property
    def alerts(self) -> AlertStore:
        from blockwright.adapters.db.alerts import DatabaseAlerts

        return DatabaseAlerts(self._database)

    @cached_property
    def mutes(self) -> Mutes:
        from blockwright.adapters.db.mutes import DatabaseMutes

        return DatabaseMutes(self._database)

    @cached_property
    def watch(self) -> Watch:
        from blockwright.adapters.db.watching import DatabaseWatch

        return DatabaseWatch(self._database)

    @cached_property
    def ledger(self) -> Ledger:
        from blockwright.adapters.db.ledger import DatabaseLedger

        return DatabaseLedger(self._database)

    @cached_property
    def catalog(self) -> CatalogStore:
        from blockwright.adapters.db.catalog import DatabaseCatalog

        return DatabaseCatalog(self._database)

    @cached_property
    def figures(self) -> Figures:
        from blockwright.adapters.db.ledger import DatabaseFigures

        return DatabaseFigures(self._database)

    @cached_property
    def measures(self) -> Measures:
        from blockwright.adapters.db.measures import DatabaseMeasures

        return DatabaseMeasures(self._database)

    @property
    def telemetry(self) -> Telemetry:
        from blockwright.compose.telemetry import open_telemetry

        return open_telemetry(self._settings.telemetry)

    @cached_property
    def notifier(self) -> Notifier:
        from blockwright.adapters.notify.notifiers import Notifiers

        return Notifiers(self._settings.alert_hosts)
