"""What a project knows of its models, opened when it is first used, since a run without models needs none of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from blockwright.ports.models import ModelStore
    from blockwright.ports.monitors import MonitorStore, PredictionLogs
    from blockwright.ports.notes import Annotations
    from blockwright.ports.serving import PredictionService
    from blockwright.ports.tracking import ExperimentStore, Tracking


class Learning(Protocol):
    @property
    def models(self) -> ModelStore:
        """Whoever serves models hears of what is changed here."""
        ...

    @property
    def serving(self) -> PredictionService:
        """What answers predictions with the project's models."""
        ...

    @property
    def tracking(self) -> Tracking:
        """Where blocks record parameters, metrics and models; one for all projects of a data folder."""
        ...

    @property
    def experiments(self) -> ExperimentStore: ...

    @property
    def monitors(self) -> MonitorStore: ...

    @property
    def predictions(self) -> PredictionLogs:
        """What the prediction service of the project wrote down."""
        ...

    @property
    def annotations(self) -> Annotations:
        """What people say about runs."""
        ...
