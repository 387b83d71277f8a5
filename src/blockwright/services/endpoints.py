"""Endpoints: what is served, how the service that answers does, and asking it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from blockwright.core.endpoints import Endpoint
from blockwright.core.errors import Unavailable
from blockwright.ports.serving import ServedVersion, Standing
from blockwright.ports.workspace import Workspace
from blockwright.services.models import promoting


class ServiceState(StrEnum):
    OFF = "off"
    """None runs on this machine for this data folder."""
    AWAY = "away"
    """It runs and does not answer."""
    UP = "up"


@dataclass(frozen=True, slots=True)
class Service:
    """The prediction service of this machine, ``seconds`` after it began; ``problem``: why it is away; ``records``: why
    it cannot read the records, empty when it can."""

    state: ServiceState
    url: str = ""
    seconds: float = 0.0
    problem: str = ""
    records: str = ""


@dataclass(frozen=True, slots=True)
class Served:
    """``versions`` are those that the service has loaded; ``problem``: why it is not what the records want."""

    endpoint: Endpoint
    versions: tuple[ServedVersion, ...] = ()
    problem: str = ""


def listed(workspace: Workspace) -> tuple[Service, list[Served]]:
    """Every endpoint of the project, and what the service makes of it."""
    service, standing = _service(workspace)
    endpoints = workspace.learning.models.endpoints(workspace.project.name)
    return service, [_served(endpoint, standing) for endpoint in endpoints]


def predict(workspace: Workspace, model: str, rows: Sequence[Mapping[str, Any]], key: str = "") -> Mapping[str, Any]:
    """What the model answers to ``rows`` (by name, as its signature has them): ``predictions``, ``model``, ``version``,
    ``request_id``. Counted and kept as every other request; the same ``key`` is answered by the same version. Raises
    NotFound when nothing of the model is served, and what ``PredictionService.predict`` raises."""
    promoting.require_endpoint(workspace, model)
    asked = {"instances": list(rows), **({"key": key} if key else {})}
    return workspace.learning.serving.predict(model, asked)


def _service(workspace: Workspace) -> tuple[Service, Standing | None]:
    try:
        found = workspace.learning.serving.standing()
    except Unavailable as error:
        return Service(ServiceState.AWAY, problem=f"{error.message} {error.hint}".strip()), None
    if found is None:
        return Service(ServiceState.OFF), None
    return Service(ServiceState.UP, found.url, found.seconds, records=found.records), found


def _served(endpoint: Endpoint, standing: Standing | None) -> Served:
    if standing is None:
        return Served(endpoint)
    found = next((one for one in standing.models if one.model == endpoint.model), None)
    if found is None:
        return Served(endpoint, problem=standing.waiting.get(endpoint.model, ""))
    return Served(endpoint, found.versions, found.problem)
