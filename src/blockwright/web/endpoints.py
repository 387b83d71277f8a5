"""Endpoints: what is served, how the service that answers does, and asking it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import BaseModel

from blockwright.core.access import Permission
from blockwright.core.errors import Unavailable
from blockwright.ports.serving import ServedModel, Standing
from blockwright.ports.workspace import Workspace
from blockwright.services.models import promoting, reports
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
    service, standing = _standing(workspace)
    served = {} if standing is None else {one.model: one for one in standing.models}
    waiting = {} if standing is None else standing.waiting
    listed = []
    for endpoint in workspace.learning.models.endpoints(workspace.project.name):
        found = served.get(endpoint.model)
        document = EndpointDocument.model_validate(reports.endpoint(endpoint))
        problem = waiting.get(endpoint.model, "") if found is None else found.problem
        listed.append(ServedEndpoint(endpoint=document, versions=_versions(found), problem=problem))
    return Endpoints(service=service, endpoints=listed)


@routes.post("/models/{model}/predict", summary="Ask the prediction service, as its callers do")
@needs(Permission.RUN)
def predict(caller: TheCaller, workspace: ProjectWorkspace, model: ModelName, body: PredictionWish) -> PredictionAnswer:
    """Answered, counted and kept as every other request to the service of this machine."""
    caller.only_asks()
    promoting.require_endpoint(workspace, model)
    asked = {"instances": body.instances, **({"key": body.key} if body.key else {})}
    return PredictionAnswer.model_validate(workspace.learning.serving.predict(model, asked))


def _standing(workspace: Workspace) -> tuple[ServiceDocument, Standing | None]:
    try:
        found = workspace.learning.serving.standing()
    except Unavailable as error:
        return ServiceDocument(state="away", problem=f"{error.message} {error.hint}".strip()), None
    if found is None:
        return ServiceDocument(state="off"), None
    return ServiceDocument(state="up", url=found.url, seconds=found.seconds, records=found.records), found


def _versions(found: ServedModel | None) -> list[ServedVersionDocument]:
    if found is None:
        return []
    return [
        ServedVersionDocument(
            version=one.version,
            role="champion" if one.role == "champion" else "challenger",
            requests=one.requests,
            rows=one.rows,
            errors=one.errors,
            milliseconds=one.milliseconds,
        )
        for one in found.versions
    ]
