"""Cases 8 and 9: every role at every route, and nobody beyond the place where the role was given."""

from __future__ import annotations

import pytest

from blockwright.core.access import GIVES, Grant, Permission, Role
from blockwright.core.runs.model import Queue, RunRequest
from blockwright.services.access import tokens
from blockwright.services.runs import start
from blockwright.web.shown import LIBRARY
from tests.security.sites import LOCAL, Address, City

PLACES = {"": ("", ""), " of shop": ("shop", ""), " of sales": ("shop", "sales")}
ROLES = [Role.OWNER, Role.ADMIN, Role.EDITOR, Role.VIEWER]


def may(role: Role, place: str, address: Address, project: str, pipeline: str) -> bool:
    """The rule in other words than the code's: the role gives the permission, and covers what the path names."""
    own_project, own_pipeline = PLACES[place]
    if address.need.permission is None:
        return True
    if address.need.permission not in GIVES[role]:
        return False
    asked_project = project if "project" in address.parameters else ""
    asked_pipeline = pipeline if "pipeline" in address.parameters else ""
    if own_project not in ("", asked_project):
        return False
    return own_pipeline in ("", asked_pipeline) or (address.need.within and not asked_pipeline)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("role", ROLES)
def test_every_role_at_every_route(town: City, role: Role, place: str) -> None:
    """Let through, or refused with 403, or with 404 where the project itself may not be seen."""
    name = f"{role}{place}"
    if name not in town.people:
        pytest.skip("owners own everything")
    wrong = []
    for address in town.addresses():
        for project, pipeline in (("shop", "sales"), ("shop", "stock"), ("bank", "sales"), ("gone", "sales")):
            status = town.judge(address.method, address.filled(project=project, pipeline=pipeline), by=name).status_code
            if status != expected(role, place, address, project, pipeline):
                wrong.append(f"{address} in {project}/{pipeline}: {status}")
    assert wrong == []


def expected(role: Role, place: str, address: Address, project: str, pipeline: str) -> int:
    if address.need.open:
        return 299
    seen = PLACES[place][0] in ("", project) and project != "gone"
    if "project" in address.parameters and not seen:
        return 404
    return 299 if may(role, place, address, project, pipeline) else 403


def test_a_project_that_one_may_not_see_is_like_one_that_is_not_there(town: City) -> None:
    hidden = town.call("GET", "/api/v1/projects/bank", by="viewer of shop")
    absent = town.call("GET", "/api/v1/projects/gone", by="viewer of shop")
    same = [{**answer.json(), "request_id": "", "detail": ""} for answer in (hidden, absent)]
    assert same[0] == same[1]
    assert hidden.json()["detail"].replace("bank", "gone") == absent.json()["detail"]
    listed = town.call("GET", "/api/v1/projects", by="viewer of shop").json()["items"]
    assert [project["name"] for project in listed] == ["shop"]


@pytest.mark.parametrize("name", ["viewer", "editor", "admin", "admin of shop", "nobody"])
def test_nobody_gives_more_than_they_may(city: City, name: str) -> None:
    """Neither themselves nor others: an administrator makes no owners, and one of a project has no say elsewhere."""
    me = city.people[name].id
    for grant in ({"role": "owner"}, {"role": "owner", "project": "shop"}, {"role": "admin", "project": "bank"}):
        if name == "admin" and grant.get("project") == "bank":
            continue
        for person in (me, city.people["viewer"].id):
            assert city.call("PUT", f"/api/v1/people/{person}/grants", by=name, json=grant).status_code == 403
    assert city.access.store.person(me).grants == city.people[name].grants


def test_an_administrator_has_no_power_over_an_owner(city: City) -> None:
    owner = city.people["owner"].id
    attempts = [
        city.call("PATCH", f"/api/v1/people/{owner}", by="admin", json={"active": False}),
        city.call("PUT", f"/api/v1/people/{owner}/password", by="admin", json={"password": "taken over by an admin"}),
        city.call("POST", f"/api/v1/people/{owner}/link", by="admin"),
        city.call("DELETE", f"/api/v1/people/{owner}", by="admin"),
        city.call("DELETE", f"/api/v1/people/{owner}/grants", by="admin"),
        city.call("PUT", f"/api/v1/people/{owner}/grants", by="admin", json={"role": "viewer"}),
    ]
    assert {answer.status_code for answer in attempts} == {403}
    assert city.call("GET", "/api/v1/me", by="owner").json()["grants"][0]["role"] == "owner"


def test_an_administrator_of_a_project_sees_and_changes_that_project_only(city: City) -> None:
    city.access.store.grant(city.people["nobody"].id, Grant(Role.OWNER, "bank"))
    grant = {"email": "nobody@example.com", "role": "editor"}
    answer = city.call("PUT", "/api/v1/projects/shop/grants", by="admin of shop", json=grant)
    assert answer.json()["grants"] == [{"role": "editor", "project": "shop", "pipeline": ""}]
    assert city.call("PUT", "/api/v1/projects/bank/grants", by="admin of shop", json=grant).status_code == 404
    listed = city.call("GET", "/api/v1/projects/shop/grants", by="admin of shop").json()["items"]
    assert {given["project"] for person in listed for given in person["grants"]} == {"shop"}
    city.access.store.grant(city.people["nobody"].id, Grant(Role.OWNER, "shop"))
    assert city.call("PUT", "/api/v1/projects/shop/grants", by="admin of shop", json=grant).status_code == 403


def test_the_last_owner_stays(city: City) -> None:
    owner = city.people["owner"].id
    for answer in (
        city.call("PATCH", f"/api/v1/people/{owner}", by="owner", json={"active": False}),
        city.call("DELETE", f"/api/v1/people/{owner}", by="owner"),
        city.call("PUT", f"/api/v1/people/{owner}/grants", by="owner", json={"role": "viewer"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "last_owner")


def test_a_token_may_less_than_its_person_never_more(city: City) -> None:
    for name, scopes, project in (("owner", {Permission.VIEW}, "shop"), ("viewer", set(Permission), "")):
        made = tokens.new(city.access, LOCAL, city.people[name], "x", scopes=frozenset(scopes), project=project)
        city.secrets[f"token of {name}"] = made.secret
    assert city.call("GET", "/api/v1/projects/shop", by="token of owner").status_code == 200
    assert city.call("GET", "/api/v1/projects/bank", by="token of owner").status_code == 404
    assert city.call("GET", "/api/v1/people", by="token of owner").status_code == 403
    assert city.call("GET", "/api/v1/people", by="token of viewer").status_code == 403
    assert city.call("GET", "/api/v1/me", by="token of viewer").json()["permissions"] == ["view"]


def test_what_was_taken_away_is_gone_at_the_next_call(city: City) -> None:
    viewer = city.people["viewer"].id
    assert city.call("GET", "/api/v1/projects/shop", by="viewer").status_code == 200
    assert city.call("DELETE", f"/api/v1/people/{viewer}/grants", by="owner").status_code == 200
    assert city.call("GET", "/api/v1/projects/shop", by="viewer").status_code == 404
    assert city.call("PATCH", f"/api/v1/people/{viewer}", by="owner", json={"active": False}).status_code == 200
    assert city.call("GET", "/api/v1/me", by="viewer").status_code == 401


@pytest.fixture(scope="module")
def runs(town: City) -> dict[tuple[str, str], int]:
    """A run of each pipeline of each project, none of them driven."""
    made = {}
    for project in ("shop", "bank"):
        workspace = town.site.installation.workspace(project)
        for pipeline in ("sales", "stock"):
            request = RunRequest(project, pipeline, queue=Queue.ENGINE)
            made[project, pipeline] = int(start(workspace, request).id)
    return made


def test_the_number_of_a_run_elsewhere_opens_nothing(town: City, runs: dict[tuple[str, str], int]) -> None:
    """Neither under the project that one may see, nor under the pipeline's own for who may see another pipeline."""
    wrong = []
    for address in town.addresses():
        if not {"project", "run"} <= set(address.parameters):
            continue
        for name, elsewhere in (
            ("owner", ("bank", "sales")),
            ("editor of shop", ("bank", "sales")),
            ("editor of sales", ("shop", "stock")),
        ):
            path = address.filled(project="shop", run=str(runs[elsewhere]), pipeline="sales")
            answer = town.call(address.method, path, by=name, json={})
            if answer.status_code not in (403, 404, 422) or "bank_" in answer.text or "shop_stock" in answer.text:
                wrong.append(f"{address} by {name}: {answer.status_code} {answer.text[:200]}")
    assert wrong == []
    states = [town.call("GET", f"/api/v1/projects/{p}/runs/{n}", by="owner").json() for (p, _), n in runs.items()]
    assert {run.get("state") for run in states} == {"queued"}, states


def test_lists_hold_only_what_one_may_see(town: City, runs: dict[tuple[str, str], int]) -> None:
    assert runs
    for address in town.addresses():
        if (
            address.method != "GET"
            or address.template == LIBRARY
            or address.template.endswith(("events", "follow"))
            or set(address.parameters) - {"project"}
        ):
            continue
        told = town.call("GET", address.filled(project="shop"), by="viewer of sales").text
        assert "bank" not in told, address
        assert "shop_stock" not in told, address
        assert '"stock"' not in told, address
