"""Case 1: who is not signed in gets nothing but sign-in, health and the triggers' own addresses."""

from __future__ import annotations

from blockwright.web.app_pages import PLACES
from tests.security.sites import METHODS, City

PLOTLY = "GET /plotly.js"
"""A library as its package carries it: its text is that of others, and the same everywhere."""

OPEN = {
    "GET /health",
    "GET /health/ready",
    "GET /api/v1/sign-in",
    "POST /api/v1/session",
    "POST /api/v1/session/link",
    "GET /sign-in/oidc",
    "GET /sign-in/oidc/callback",
    "GET /sign-in/link/{code}",
    "POST /sign-in/link/{code}",
    # The browser app: one page, the same for everybody, and what it is made of.
    "GET /",
    "GET /assets/{name:path}",
    "GET /theme.js",
    "GET /mark.svg",
    PLOTLY,
    *(f"GET /{place}{rest}" for place in PLACES for rest in ("", "/{rest:path}")),
    # Under the old names: whether the server lives, and sign-in.
    "GET /api/status",
    "GET /api/statuses",
    "POST /api/sessions",
    # A trigger's own token, which the route itself compares.
    "POST /api/v1/triggers/{trigger}/fire",
    "POST /api/v1/hooks/{trigger}",
    "POST /api/pipeline_schedules/{number}/pipeline_runs/{token}",
    "POST /api/pipeline_schedules/{number}/api_trigger",
    "POST /api/runs",
    "POST /api/runs/{token}",
}
"""Every route that says that anybody may call it. A new one is written down here on purpose, or it fails."""


def test_every_open_route_is_meant_to_be(town: City) -> None:
    assert {str(address) for address in town.addresses() if address.need.open} == OPEN


def test_a_stranger_is_refused_everywhere_by_every_method(town: City) -> None:
    openly = {template.partition(" ")[2] for template in OPEN}
    let_in = [
        f"{method} {address.template}: {answer.status_code}"
        for address in town.addresses()
        if address.template not in openly
        for method in METHODS
        if (answer := town.call(method, address.filled(project="shop", pipeline="sales"))).status_code != 401
    ]
    assert let_in == []


def test_a_stranger_does_not_learn_what_there_is(town: City) -> None:
    answers = [
        town.call("GET", path).json()
        for path in ("/x", "/nothing", "/api/v1/projects/shop", "/api/v1/projects/gone", "/api/v1/openapi.json")
    ]
    assert {(answer["status"], answer["code"], answer["detail"]) for answer in answers} == {
        (401, "signed_out", "Sign in first.")
    }


def test_open_routes_take_their_own_methods_only(town: City) -> None:
    there = {str(address) for address in town.addresses()}
    for address in (address for address in town.addresses() if address.need.open):
        for method in METHODS:
            if f"{method} {address.template}" not in there:
                answer = town.call(method, address.filled())
                assert answer.status_code == 405, (method, address.template)
                assert address.method in answer.headers["allow"]


def test_what_is_open_tells_nothing_of_what_there_is(town: City) -> None:
    for address in (address for address in town.addresses() if address.need.open and str(address) != PLOTLY):
        answer = town.call(address.method, address.filled())
        assert not [word for word in ("shop", "bank", "sales", "example.com", str(town.root)) if word in answer.text], (
            address,
            answer.text,
        )


def test_who_is_signed_in_hears_of_what_is_not_there(town: City) -> None:
    assert town.call("GET", "/nothing", by="nobody").status_code == 404
    assert town.call("PATCH", "/api/v1/projects", by="nobody").status_code == 405
