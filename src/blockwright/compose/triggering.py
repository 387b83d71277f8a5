"""Triggers and their files, and backfills, opened when they are first used."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from blockwright.settings import Settings

if TYPE_CHECKING:
    from blockwright.adapters.db.databases import Database
    from blockwright.ports.backfills import BackfillStore
    from blockwright.ports.sources import Sources
    from blockwright.ports.triggers import TriggerFiles, TriggerStore


class OpenTriggering:
    """Implements ``Triggering``. ``data`` is the data folder; ``secrets`` gives the value of a named secret."""

    def __init__(
        self, database: Database, root: Path, data: Path, settings: Settings, secrets: Callable[[str], str | None]
    ) -> None:
        self._database = database
        self._root = root
        self._data = data
        self._settings = settings
        self._secrets = secrets

    @cached_property
    def records(self) -> TriggerStore:
        from blockwright.adapters.db.seals import Seals
        from blockwright.adapters.db.triggers import DatabaseTriggers

        return DatabaseTriggers(self._database, Seals(self._data, self._settings.secret_key))

    @cached_property
    def files(self) -> TriggerFiles:
        from blockwright.adapters.project.trigger_files import DiskTriggerFiles

        return DiskTriggerFiles(self._root)

    @cached_property
    def sources(self) -> Sources:
        from blockwright.adapters.sources.opening import ProjectSources

        return ProjectSources(self._root, self._secrets, self._settings.redis_url)

    @cached_property
    def backfills(self) -> BackfillStore:
        from blockwright.adapters.db.backfills import DatabaseBackfills

        return DatabaseBackfills(self._database)
