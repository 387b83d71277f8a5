"""Whether the server lives, and the description of its API."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import Request
from pydantic import BaseModel

from blockwright.web import problems
from blockwright.web.routing import Routes, declared_open, signed_in
from blockwright.web.site import TheSite

routes = Routes(tags=["server"])


class Health(BaseModel):
    """``tracking`` is the server that blocks record metrics and models at: `off` until something needs it, `running`,
    or `elsewhere`."""

    status: Literal["ok"] = "ok"
    tracking: str = "off"


class About(BaseModel):
    """``projects`` counts those of the installation."""

    version: str
    env: str


@routes.get("/health", summary="Whether the server answers")
@declared_open
def health(site: TheSite) -> Health:
    return Health(tracking=site.installation.tracking.standing())


@routes.get(
    "/health/ready", summary="Whether the server can do its work: its records answer", responses=problems.responses(503)
)
@declared_open
def ready(site: TheSite) -> Health:
    site.installation.feed.newest()
    return Health(tracking=site.installation.tracking.standing())


@routes.get("/api/v1/about", summary="Which version this is", responses=problems.responses(401))
@signed_in
def about(site: TheSite) -> About:
    return About(version=site.version, env=site.env)


@routes.get("/api/v1/openapi.json", summary="This description", responses=problems.responses(401))
@signed_in
def openapi(request: Request) -> dict[str, Any]:
    document: dict[str, Any] = request.app.state.openapi()
    return document
