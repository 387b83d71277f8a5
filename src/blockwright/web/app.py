"""The browser's door put together: routes, errors, and what stands in front of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Scope

from blockwright.web import (
    access,
    alerts,
    app_pages,
    backfills,
    blocks,
    catalog,
    charts,
    checks,
    costs,
    dashboards,
    editing,
    endpoints,
    experiments,
    file_search,
    files,
    frames,
    git,
    health,
    history,
    interactions,
    languages,
    live,
    log_search,
    logs,
    metrics,
    models,
    monitors,
    names,
    notes,
    oidc,
    outputs,
    overview,
    people,
    pipelines,
    presence,
    problems,
    products,
    projects,
    retention,
    run_details,
    runs,
    secrets,
    shown,
    sign_in_pages,
    templates,
    terminals,
    tracking_screens,
    triggers,
    variables,
    workspace,
)
from blockwright.web.edge import Edge
from blockwright.web.following import Live
from blockwright.web.http_figures import Counted, HttpFigures
from blockwright.web.mage import backfills as mage_backfills
from blockwright.web.mage import calls, lists
from blockwright.web.site import Site

OPENAPI = "/api/v1/openapi.json"
SMALLEST_ZIPPED = 1_000  # bytes; below, the packet is no smaller

COLUMNS = (
    health,
    projects,
    overview,
    pipelines,
    blocks,
    frames,
    editing,
    workspace,
    charts,
    checks,
    dashboards,
    files,
    file_search,
    names,
    history,
    interactions,
    templates,
    git,
    runs,
    run_details,
    outputs,
    logs,
    live,
    presence,
    variables,
    secrets,
    access,
    people,
    oidc,
    sign_in_pages,
    alerts,
    costs,
    log_search,
    models,
    endpoints,
    monitors,
    triggers,
    backfills,
    products,
    catalog,
    experiments,
    notes,
    retention,
    languages,
    terminals,
    lists,
    mage_backfills,
    calls,
    shown,
    tracking_screens,
    app_pages,
)
"""Every module with ``routes``: a new column adds its line here."""

Gate = Callable[[ASGIApp, FastAPI], ASGIApp]
"""Stands in front of the app: puts the ``Actor`` into ``scope["state"]["actor"]``, or answers 401, 403, 404 itself."""


def create_app(site: Site, *, gate: Gate) -> FastAPI:
    """The ASGI app of a site. Nothing but ``gate`` decides who may call what, so there is no app without one."""
    app = FastAPI(
        title="Blockwright",
        version=site.version,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.site = site
    app.state.live = Live(site)
    app.state.openapi = lambda: openapi_of(app)
    for column in COLUMNS:
        app.router.routes.extend(column.routes.routes)
    app.router.routes.extend(metrics.routes_of(anybody=site.metrics_open).routes)
    app.state.figures, app.state.http_figures = metrics.Figures(site.installation), HttpFigures()
    problems.install(app)
    # The last one added is the first to see a request.
    app.add_middleware(GZipMiddleware, minimum_size=SMALLEST_ZIPPED)
    app.add_middleware(gate, app)
    app.add_middleware(Counted, figures=app.state.http_figures, telemetry=site.telemetry)
    app.add_middleware(Edge, body_seconds=site.body_seconds, largest=lambda scope: _largest_body(site, scope))
    return app


def _largest_body(site: Site, scope: Scope) -> int:
    """Files of the project are the only large bodies."""
    is_file = scope["method"] == "PUT" and "/files/" in scope["path"]
    return site.largest_file if is_file else site.largest_body


def openapi_of(app: FastAPI) -> dict[str, Any]:
    """The description of the API, worked out once."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, routes=app.routes, description=DESCRIPTION)
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        problem = problems.ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(problem.pop("$defs", {}))
        schemas["ProblemDocument"] = problem
        for path, operations in document["paths"].items():
            for operation in operations.values():
                operation["responses"].setdefault("default", PROBLEM)
                _declare_places(path, operation)
        app.openapi_schema = document
    return app.openapi_schema


def _declare_places(path: str, operation: dict[str, Any]) -> None:
    """What the path names and only the gate or the site reads, such as the project, is a parameter as well."""
    declared = operation.setdefault("parameters", [])
    known = {parameter["name"] for parameter in declared if parameter["in"] == "path"}
    for name in re.findall(r"{(\w+)}", path):
        if name not in known:
            declared.append(
                {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
            )


PROBLEM = {"description": "A problem", "content": {problems.MEDIA_TYPE: {"schema": problems.SCHEMA}}}
DESCRIPTION = (
    "Lists take `limit` and `cursor` and answer `items` and `next`. Errors are problem documents (RFC 9457) with a "
    "stable `code`. Creations take an `Idempotency-Key` header: asked twice with one key, they happen once. Sign in "
    "with a session cookie or a token: `Authorization: Bearer bw_…`."
)
