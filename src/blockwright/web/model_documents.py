"""What models look like from outside."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

Stage = Literal["", "champion", "challenger", "previous"]


class TrafficDocument(BaseModel):
    """Who answers beside the champion. ``shadow``: the challenger's answers are only written down; ``canary``: it is
    taken out by itself when it is worse than its bounds: ``most_errors`` is a share of its answers,
    ``most_milliseconds`` what 95 of 100 may take, and it is judged after ``fewest_requests``."""

    mode: Literal["single", "split", "shadow", "canary"] = "single"
    challenger: int | None = Field(default=None, ge=1, le=2**31 - 1)
    share: Annotated[float, Field(ge=0, le=1)] = 0.0
    most_errors: Annotated[float, Field(ge=0, lt=1)] = 0.05
    most_milliseconds: Annotated[float | None, Field(gt=0)] = None
    fewest_requests: Annotated[int, Field(ge=1, le=1_000_000)] = 50


class EndpointDocument(BaseModel):
    """What is served of a model: ``version`` answers, ``previous`` is where a roll back leads."""

    model: str
    version: int
    previous: int | None
    traffic: TrafficDocument
    revision: int
    updated: datetime
    updated_by: str


class ModelVersionBrief(BaseModel):
    model: str
    version: int
    stage: Stage
    type: str
    bytes: int
    metrics: dict[str, float]
    tags: dict[str, str]
    run: int | None
    pipeline: str
    block: str
    git_commit: str | None
    created: datetime
    created_by: str


class ModelField(BaseModel):
    name: str
    type: Literal["number", "integer", "boolean", "text", "time", "any"]
    nullable: bool


class ModelSignature(BaseModel):
    inputs: list[ModelField]
    outputs: list[ModelField]


class ModelVersionDocument(ModelVersionBrief):
    """``held_out`` and ``training_data`` are fingerprints. ``rivals``: metrics of other versions, by number, on this
    version's held-out data. ``packages``: what the file needs, by distribution."""

    parameters: dict[str, Any]
    card: str
    signature: ModelSignature | None
    example: list[dict[str, Any]]
    training_data: str
    held_out: str
    rivals: dict[str, dict[str, float]]
    digest: str
    sha256: str
    python: str
    packages: dict[str, str]
    snapshot: str
    tracking: dict[str, str]


class MirrorDocument(BaseModel):
    """MLflow's aliases of a model, called ``name`` there. ``mirrored``: they say what is served; ``waiting``: they have
    yet to be told; ``off``: MLflow does not run, and they follow when it does. ``problem``: why the last try failed."""

    state: Literal["mirrored", "waiting", "off"]
    name: str
    problem: str


class ModelDocument(BaseModel):
    """``endpoint`` null: nothing of it is served yet. ``mirror`` is told of a single model only, once it is served."""

    model: str
    versions: int
    newest: ModelVersionBrief
    endpoint: EndpointDocument | None
    mirror: MirrorDocument | None = None


class FindingDocument(BaseModel):
    """A check of a promotion. ``firm``: it cannot be forced."""

    check: str
    holds: bool
    message: str
    firm: bool


class PromotionDocument(BaseModel):
    """An entry of the log. ``before`` and ``after`` are versions; ``origin`` says who moved an alias elsewhere."""

    id: int
    model: str
    kind: Literal["promote", "roll_back", "traffic"]
    state: Literal["done", "refused", "waiting"]
    before: int | None
    after: int | None
    by: str
    at: datetime
    reason: str
    findings: list[FindingDocument]
    decided_by: str
    decided: datetime | None
    origin: str


class PromotionOutcome(BaseModel):
    """What came of a wish, and what is served now; ``problem``: what others could not be told."""

    promotion: PromotionDocument
    endpoint: EndpointDocument | None
    problem: str = ""


class SideBySide(BaseModel):
    name: str
    first: Any = None
    second: Any = None


class PromotionRules(BaseModel):
    """What the project asks of a promotion. ``metric`` empty: none is compared; ``margin`` is in its unit.
    ``approval``: a person has to agree."""

    metric: str
    better: Literal["lower", "higher"]
    margin: float
    approval: bool


class ModelComparison(BaseModel):
    """``second`` may follow ``first``. ``same_data``: both were measured on the same held-out data; ``breaks``: why
    requests for the first could fail with the second; ``findings``: what a promotion of the second would say, by the
    project's ``rules``."""

    model: str
    first: ModelVersionBrief
    second: ModelVersionBrief
    same_data: bool
    same_training_data: bool
    metrics: list[SideBySide]
    parameters: list[SideBySide]
    packages: list[SideBySide]
    breaks: list[str]
    findings: list[FindingDocument]
    rules: PromotionRules


Reason = Annotated[str, Field(max_length=1_000)]
Words = Annotated[str, Field(max_length=50)]


class NewModelVersionDocument(BaseModel):
    """Register what ``block`` gave in ``run``; ``output`` empty: the one that is a model."""

    run: int = Field(ge=0, le=2**63 - 1)
    block: str = Field(max_length=1_000)
    output: str = Field(default="", max_length=400)
    metrics: dict[str, float] = {}
    parameters: dict[str, Any] = {}
    tags: dict[str, str] = {}
    card: str = Field(default="", max_length=100_000)
    signature: ModelSignature | None = None
    held_out: str = Field(default="", max_length=200)
    training_data: str = Field(default="", max_length=200)


class ModelDescription(BaseModel):
    """What people write about a version; null leaves it as it is."""

    card: str | None = Field(default=None, max_length=100_000)
    tags: dict[str, str] | None = None


class PromotionWish(BaseModel):
    """``version``: a number or an alias. ``force`` passes over metrics, tests and signature, never over the file."""

    version: Words = "newest"
    force: bool = False
    reason: Reason = ""


class Because(BaseModel):
    reason: Reason = ""


class TrafficWish(TrafficDocument):
    reason: Reason = ""
