"""Several projects under one server: equal names do not meet, and nothing of one is reached by way of another."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from blockwright.core.access import Grant, Role
from blockwright.services.catalog import recording
from tests.project import Project
from tests.security.sites import Address, City, open_city
from tests.servers import SECONDS, serving

LOADER = """
    @data_loader
    def load(*args, **kwargs):
        print("{name} prints")
        return {{"owner": "{name}", "rate": kwargs["rate"]}}
"""
NAMES = ("shop", "bank")


def fill(folder: Path, name: str) -> Project:
    """A project like every other here: the same pipeline, block, trigger, product; only what it holds differs."""
    project = Project(folder / name)
    project.pipeline("sales", {"kind": "loader", "id": "load", "code": LOADER.format(name=name)}, variables={"rate": 1})
    project.write("notes.md", f"{name} writes\n")
    project.write("global_data_products.yaml", yaml.safe_dump({"prices": {"object_uuid": "sales"}}))
    trigger = {"name": "caller", "schedule_type": "api", "status": "active", "variables": {"rate": len(name)}}
    project.write("pipelines/sales/triggers.yaml", yaml.safe_dump({"triggers": [trigger]}))
    return project


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Two projects, each with a run that has ended, a backfill, a trigger of the API and versions in the catalogue."""
    folder = tmp_path_factory.mktemp("city")
    made = open_city(folder)
    try:
        for name in NAMES:
            fill(folder, name)
        made.join("editor of bank", Grant(Role.EDITOR, "bank"))
        for name in NAMES:
            work(made, name)
        yield made
    finally:
        made.platform.close()


def work(city: City, name: str) -> None:
    run = post(city, name, "runs", json={"pipeline": "sales"})["id"]
    driver = city.platform.driver(city.root / name, observer=lambda *_: None, progress=lambda *_: None)
    driver.take(run)
    assert driver.drive(run).state == "completed"
    recording.catch_up(city.site.installation.workspace(name))
    definition = {"name": "nightly", "schedule_interval": "@daily"}
    post(city, name, "pipelines/sales/triggers", json={"definition": definition, "in_file": False})
    post(city, name, "pipelines/sales/backfills", json={"start": "2024-01-01", "end": "2024-01-02"})
    secret = city.call("PUT", address(name, "secrets/key"), by="owner", json={"value": f"secret of {name}"})
    assert secret.is_success, secret.text


def address(project: str, path: str) -> str:
    return f"/api/v1/projects/{project}/{path}"


def get(city: City, project: str, path: str, by: str = "owner") -> Any:
    answer = city.call("GET", address(project, path), by=by)
    assert answer.status_code == 200, answer.text
    return answer.json()


def post(city: City, project: str, path: str, **options: Any) -> Any:
    answer = city.call("POST", address(project, path), by="owner", **options)
    assert answer.is_success, answer.text
    return answer.json()


def of(project: str) -> str:
    return next(name for name in NAMES if name != project)


def ids(city: City, project: str) -> dict[str, str]:
    """For each parameter whose numbers all projects share: that of something of this project. Changes of files are
    numbered by project."""
    run = get(city, project, "runs")["items"][-1]["id"]
    version = get(city, project, "catalog/versions/sales/load")["items"][0]["version"]
    return {
        "run": str(run),
        "trigger": str(get(city, project, "triggers")["items"][0]["id"]),
        "backfill": str(get(city, project, "backfills")["items"][0]["id"]),
        "version": str(version),
    }


@pytest.mark.parametrize("name", NAMES)
def test_each_has_what_is_its_own(city: City, name: str) -> None:
    own, other = ids(city, name), of(name)
    run = own["run"]
    told = {
        "output": get(city, name, f"runs/{run}/outputs/load"),
        "log": get(city, name, f"runs/{run}/logs"),
        "found in logs": get(city, name, "logs?text=prints"),
        "found in files": get(city, name, "search?q=writes"),
        "source": city.call("GET", address(name, "pipelines/sales/sources/load"), by="owner").text,
        "file": city.call("GET", address(name, "files/notes.md"), by="owner").text,
    }
    for what, document in told.items():
        text = json.dumps(document)
        assert name in text, what
        assert other not in text, what
    assert [one["id"] for one in get(city, name, "runs")["items"]].count(int(run)) == 1
    names = [one["name"] for one in get(city, name, "triggers")["items"]]
    assert sorted(names) == ["nightly"]  # those of files come with the scheduler, of every project
    assert [one["id"] for one in get(city, name, "catalog")["items"]] == ["sales/load/output_0", "prices"]
    assert city.site.installation.workspace(name).secrets.get(name, "key") == f"secret of {name}"


def by_id(city: City) -> list[Address]:
    known = set(ids(city, "shop"))
    return [
        one
        for one in city.addresses()
        if one.template.startswith("/api/v1/projects/{project}/") and known & set(one.parameters)
    ]


def test_what_is_of_one_project_does_not_exist_in_the_other(city: City) -> None:
    """By whom may do everything in both: the answer is that for a number which nobody has."""
    theirs, wrong = ids(city, "bank"), []
    tried: set[str] = set()
    for one in by_id(city):
        asked = set(one.parameters) & set(theirs)
        tried |= asked
        answers = [
            city.call(
                one.method, one.filled(project="shop", pipeline="sales", block="load", **given), by="owner", json={}
            )
            for given in (theirs, dict.fromkeys(theirs, "987654321"))
        ]
        told = [said(answer, theirs) for answer in answers]
        if answers[0].status_code != 404 or told[0] != told[1]:
            wrong.append(f"{one}: {told}")
    assert wrong == []
    assert tried == set(theirs)


def said(answer: httpx.Response, theirs: dict[str, str]) -> tuple[int, str]:
    text = answer.text
    with suppress(ValueError):
        text = json.dumps({**answer.json(), "request_id": ""})
    for number in ("987654321", *sorted(theirs.values(), key=len, reverse=True)):
        text = text.replace(f" {number}.", " N.").replace(f"`{number}`", "`N`").replace(f" {number} ", " N ")
    return answer.status_code, text


def test_nothing_was_done_to_the_other_by_trying(city: City) -> None:
    own = ids(city, "bank")
    assert get(city, "bank", f"runs/{own['run']}")["state"] == "completed"
    assert get(city, "bank", f"backfills/{own['backfill']}")["state"] in ("queued", "running")
    assert [one["id"] for one in get(city, "bank", "triggers")["items"]] == [int(own["trigger"])]


@pytest.mark.parametrize("name", NAMES)
def test_who_belongs_to_one_sees_nothing_of_the_other(city: City, name: str) -> None:
    """Neither in lists, nor by addresses, nor in Mage's lists over all projects."""
    who, other = f"editor of {name}", of(name)
    listed = city.call("GET", "/api/v1/projects", by=who).json()["items"]
    assert [one["name"] for one in listed] == [name]
    theirs = ids(city, other)
    for one in city.addresses():
        if "{project}" not in one.template:
            continue
        answer = city.call(
            one.method, one.filled(project=other, pipeline="sales", block="load", **theirs), by=who, json={}
        )
        assert answer.status_code == 404, f"{one}: {answer.text}"
        assert answer.json()["code"] in ("not_found", "no_route"), one  # no route: a socket
    for path in ("/api/pipelines", "/api/pipeline_runs", "/api/pipeline_schedules", "/api/backfills"):
        told = city.call("GET", path, by=who)
        assert told.status_code == 200, told.text
        assert other not in told.text.replace(f"{other}.example", "")
    assert city.call("GET", f"/api/pipeline_runs/{theirs['run']}", by=who).status_code == 404


def test_a_trigger_that_is_switched_off_leaves_the_one_of_that_name_elsewhere_on(city: City) -> None:
    shop, bank = (ids(city, name)["trigger"] for name in NAMES)
    before = get(city, "bank", f"triggers/{bank}")["active"]
    for verb in ("disable", "enable", "disable"):
        post(city, "shop", f"triggers/{shop}/{verb}")
    assert get(city, "shop", f"triggers/{shop}")["active"] is False
    assert get(city, "bank", f"triggers/{bank}")["active"] == before


def test_a_product_of_the_other_is_computed_by_who_may_run_its_pipeline(city: City) -> None:
    """Who sees this project sees how a product stands that it uses, and nothing of the runs that make it elsewhere."""
    registry = {"prices": {"object_uuid": "sales"}, "theirs": {"object_uuid": "sales", "project": "bank"}}
    before = (city.root / "shop/global_data_products.yaml").read_text()
    theirs = city.root / "bank/global_data_products.yaml"
    kept = theirs.read_text()
    Project(city.root / "shop").write("global_data_products.yaml", yaml.safe_dump(registry))
    theirs.write_text(yaml.safe_dump({**yaml.safe_load(kept), "theirs": {"object_uuid": "sales"}}))
    try:
        who = "editor of shop"
        seen = get(city, "shop", "products/theirs", by=who)
        assert (seen["project"], seen["fresh"], seen["why"]) == ("bank", False, "it was never computed")
        refused = city.call("POST", address("shop", "products/theirs/refresh"), by=who)
        assert (refused.status_code, refused.json()["detail"]) == (
            403,
            "You may not run pipeline `sales` of project `bank`.",
        )
        run = post(city, "shop", "products/theirs/refresh")["run"]
        assert get(city, "bank", f"runs/{run}")["product"] == "theirs"
        assert city.call("GET", address("shop", f"runs/{run}"), by="owner").status_code == 404
        assert get(city, "shop", "products/theirs")["computing"] == run
        assert get(city, "shop", "products/theirs", by=who)["computing"] is None
        listed = {one["uuid"]: one for one in get(city, "shop", "products", by=who)["items"]}
        assert (listed["theirs"]["project"], listed["theirs"]["computing"]) == ("bank", None)
        assert city.call("GET", address("shop", "products/theirs"), by="viewer of sales").status_code == 404
        edges = get(city, "shop", "catalog/lineage?product=theirs")["edges"]
        assert edges == [], "the own pipeline of that name does not make it"
    finally:
        (city.root / "shop/global_data_products.yaml").write_text(before)
        theirs.write_text(kept)


@pytest.fixture
def platform(tmp_path: Path) -> Project:
    for name in NAMES:
        fill(tmp_path, name)
    (tmp_path / "settings.yaml").write_text("projects:\n  shop: {}\n  bank: {}\n  gone: {}\n")
    return Project(tmp_path)


def until(client: httpx.Client, path: str, so: Callable[[Any], bool]) -> Any:
    deadline = time.monotonic() + SECONDS
    while True:
        found = client.get(path).raise_for_status().json()
        if so(found):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


def test_one_server_schedules_runs_and_tells_of_every_project(platform: Project) -> None:
    """The real thing: triggers of the files of all projects, each fired by its own token, each told on its own stream;
    and the command line says the same."""
    with serving(platform) as server, server.signed_in() as client, server.somebody() as stranger:
        listed = client.get("/api/v1/projects").json()["items"]
        assert sorted(one["name"] for one in listed) == sorted(NAMES)
        started = {}
        for name in NAMES:
            told = until(client, address(name, "triggers"), lambda found: len(found["items"]) == 1)["items"][0]
            assert (told["name"], told["definition"]["variables"]) == ("caller", {"rate": len(name)})
            token = client.get(address(name, f"triggers/{told['id']}/token")).json()["token"]
            answer = stranger.post(
                f"/api/v1/triggers/{told['id']}/fire", headers={"Authorization": f"Bearer {token}"}, json={}
            )
            assert answer.is_success, answer.text
            started[name] = (answer.json()["run"], token, told["id"])
        wrong = stranger.post(
            f"/api/v1/triggers/{started['bank'][2]}/fire",
            headers={"Authorization": f"Bearer {started['shop'][1]}"},
            json={},
        )
        assert wrong.status_code in (401, 403, 404), wrong.text
        for name, (run, _, _) in started.items():
            ended = until(client, address(name, f"runs/{run}"), lambda found: found["finished"] is not None)
            assert (ended["state"], ended["project"]) == ("completed", name)
            assert [one["id"] for one in client.get(address(name, "runs")).json()["items"]] == [run]
            assert stream_of(client, name, run) == {name}
            told = platform.report("show", str(run), "--project", name)
            assert told["state"] == "completed"
            inside = Project(platform.root / name, platform.environ)
            assert [one["run"] for one in inside.report("runs")["runs"]] == [run]
            assert inside.value("load", str(run)) == {"owner": name, "rate": len(name)}
            assert f"{name} prints" in inside.run("logs", str(run)).out
            strange = inside.run("show", str(started[of(name)][0]))
            assert strange.code != 0, strange.out
            assert f"There is no run {started[of(name)][0]} in this project" in strange.err
            assert inside.report("show", str(started[of(name)][0]), "--project", of(name))["state"] == "completed"
    unnamed = platform.run("runs")
    assert unnamed.code != 0
    assert "holds several projects: `shop`, `bank`" in unnamed.err


def stream_of(client: httpx.Client, project: str, run: int) -> set[str]:
    """The projects that the events of a project's stream speak of, from the beginning until the run has ended."""
    found = set()
    with client.stream("GET", address(project, "events"), params={"after": "0-0"}) as answer:
        for line in answer.iter_lines():
            if not line.startswith("data:"):
                continue
            data = json.loads(line.removeprefix("data:"))
            found.add(data["project"])
            if data.get("run") == run and "run.completed" in line:
                return found
    raise AssertionError("the stream ended")
