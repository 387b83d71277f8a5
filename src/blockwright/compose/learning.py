"""The records of models, opened when they are first used, and those who serve models woken when something changes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blockwright.adapters.db.databases import Database
    from blockwright.ports.models import ModelStore
    from blockwright.ports.monitors import MonitorStore, PredictionLogs
    from blockwright.ports.notes import Annotations
    from blockwright.ports.serving import PredictionService
    from blockwright.ports.tracking import ExperimentStore, Tracking


class OpenLearning:
    """Implements ``Learning``. ``predictions`` is the folder of the project's log, ``tell`` wakes those who serve
    models, ``tracking`` opens the data folder's own, ``serving`` what finds the prediction service."""

    def __init__(
        self,
        database: Database,
        predictions: Path,
        tell: Callable[[], None],
        tracking: Callable[[], Tracking],
        serving: Callable[[], PredictionService],
    ) -> None:
        self._database = database
        self._predictions = predictions
        self._tell = tell
        self._tracking = tracking
        self._serving = serving

    @cached_property
    def serving(self) -> PredictionService:
        return self._serving()

    @property
    def tracking(self) -> Tracking:
        return self._tracking()

    @cached_property
    def experiments(self) -> ExperimentStore:
        from blockwright.adapters.db.experiments import DatabaseExperiments

        return DatabaseExperiments(self._database)

    @cached_property
    def monitors(self) -> MonitorStore:
        from blockwright.adapters.db.monitors import DatabaseMonitors

        return DatabaseMonitors(self._database)

    @cached_property
    def predictions(self) -> PredictionLogs:
        from blockwright.adapters.monitors.local import LocalPredictions

        return LocalPredictions(self._predictions)

    @cached_property
    def annotations(self) -> Annotations:
        from blockwright.adapters.db.notes import DatabaseAnnotations

        return DatabaseAnnotations(self._database)

    @cached_property
    def models(self) -> ModelStore:
        from blockwright.adapters.db.models import DatabaseModels

        return DatabaseModels(self._database, self._tell)
