"""Endpoints: what is served, how the service that answers does, and asking it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import BaseModel

from blockwright.core.access import Permission
from blockwright.services import endpoints
from blockwright.services.models import reports
from blockwright.web import problems
from blockwright.web.model_documents import EndpointDocument
from blockwright.web.routing import Routes, needs
from blockwright.web.site import ProjectWorkspace, TheCaller

routes = Routes(
    prefix="/api/v1/projects/{project}", tags=["models"], responses=problems.responses(401, 403, 404, 409, 422, 503)
)

ModelName = Annotated[str, Path(max_length=100)]


class ServiceDocument(BaseModel):
    """The prediction service of this machine. ``off``: none runs here; ``away``: it runs and does not answer
    (``problem``). ``seconds`` it has been answering; ``records``: why it cannot read the records, empty when it can."""

    state: Literal["off", "away", "up"]
    url: str = ""
    seconds: float = 0.0
    problem: str = ""
    records: str = ""


class ServedVersionDocument(BaseModel):
    """Since the service began; ``milliseconds`` is what 95 of 100 of the latest answers did not exceed. What a shadow
    answers is not counted here."""

    version: int
    role: Literal["champion", "challenger"]
    requests: int
    rows: int
    errors: int
    milliseconds: float


class ServedEndpoint(BaseModel):
    """``versions`` are those that the service has loaded; ``problem``: why it is not what the records want."""

    endpoint: EndpointDocument
    versions: list[ServedVersionDocument]
    problem: str


class Endpoints(BaseModel):
    service: ServiceDocument
    endpoints: list[ServedEndpoint]


class PredictionWish(BaseModel):
    """Rows by name, as the model's signature has them. ``key``: the same key is answered by the same version."""

    instances: list[dict[str, Any]]
    key: str = ""


class PredictionAnswer(BaseModel):
    predictions: list[Any]
    model: str
    version: int
    request_id: str


@routes.get("/endpoints", summary="What is served, and how the prediction service does")
@needs(Permission.VIEW)
def list_endpoints(workspace: ProjectWorkspace) -> Endpoints:
    service, served = endpoints.listed(workspace)
    return Endpoints(
        service=ServiceDocument.model_validate(asdict(service)),
        endpoints=[
            ServedEndpoint(
                endpoint=EndpointDocument.model_validate(reports.endpoint(one.endpoint)),
                versions=[ServedVersionDocument.model_validate(asdict(version)) for version in one.versions],
                problem=one.problem,
            )
            for one in served
        ],
    )


@routes.post("/models/{model}/predict", summary="Ask the prediction service, as its callers do")
@needs(Permission.RUN)
def predict(caller: TheCaller, workspace: ProjectWorkspace, model: ModelName, body: PredictionWish) -> PredictionAnswer:
    """Answered, counted and kept as every other request to the service of this machine."""
    caller.only_asks()
    return PredictionAnswer.model_validate(endpoints.predict(workspace, model, body.instances, body.key))
