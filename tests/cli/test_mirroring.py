"""MLflow's registry repeats who answers, and a champion that is moved there is a wish: on a server that really runs."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from blockwright.adapters.mlflow.process import OwnServer, ServerOptions
from blockwright.adapters.mlflow.rest import MlflowRest
from blockwright.engine.tracker import Tracker
from tests.engines import installation
from tests.project import Project

pytestmark = pytest.mark.slow

FIT = """
    from blockwright import register_model

    class Constant:
        def predict(self, frame):
            return [1] * len(frame)

    @custom
    def fit(*args, number=1, **kwargs):
        return register_model("delay", Constant(), metrics={"mae": float(number)})
"""


@pytest.fixture
def shop(project: Project) -> Project:
    project.pipeline("train", {"kind": "custom", "id": "fit", "code": FIT})
    for number in (1, 2, 3):
        assert project.run("run", "train", "--var", f"number={number}").code == 0
    return project


@contextmanager
def mlflow_elsewhere(folder: Path) -> Iterator[tuple[MlflowRest, dict[str, str]]]:
    """A server that others keep running, and the settings that lead to it."""
    options = ServerOptions(folder, f"sqlite:///{folder.parent / 'elsewhere.db'}")
    server = OwnServer(options, {})
    rest = MlflowRest(server)
    try:
        place = server.ensure()
        yield rest, {"MLFLOW_TRACKING_URI": place.url, "MLFLOW_TRACKING_TOKEN": place.token}
    finally:
        rest.close()


def aliases(rest: MlflowRest, name: str = "shop.delay") -> dict[str, str]:
    """Of each alias our version, as the tags there say it."""
    found = rest.call("GET", "registered-models/get", {"name": name})["registered_model"].get("aliases", [])
    return {one["alias"]: number_of(rest, name, one["version"]) for one in found}


def number_of(rest: MlflowRest, name: str, version: str) -> str:
    found = rest.call("GET", "model-versions/get", {"name": name, "version": version})["model_version"]
    return next((tag["value"] for tag in found["tags"] if tag["key"] == "blockwright.version"), "")


def move(rest: MlflowRest, version: str) -> None:
    """What a person does at MLflow's own screens."""
    moved = {"name": "shop.delay", "alias": "champion", "version": version}
    rest.call("POST", "registered-models/alias", moved)


def requests(project: Project) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = project.report("models", "requests")["promotions"]
    return found


def test_promotions_are_repeated_and_moved_aliases_are_wishes(shop: Project, tmp_path: Path) -> None:
    with mlflow_elsewhere(tmp_path / "elsewhere") as (rest, environ):
        shop = Project(shop.root, {**shop.environ, **environ})
        done = shop.report("models", "promote", "delay", "1")
        assert done["mirror"] == {"state": "mirrored", "name": "shop.delay", "problem": ""}
        assert aliases(rest) == {"champion": "1"}
        shop.report("models", "promote", "delay", "2")
        assert aliases(rest) == {"champion": "2", "previous": "1"}
        shop.report("models", "traffic", "delay", "split", "--challenger", "3", "--share", "0.2")
        assert aliases(rest) == {"champion": "2", "previous": "1", "challenger": "3"}
        shop.report("models", "rollback", "delay")
        assert aliases(rest) == {"champion": "1", "previous": "2"}

        # Moved there: a wish that a person refuses, and one that a person grants.
        move(rest, "3")
        assert shop.report("models", "mirror")["wishes"] == 1
        (wish,) = requests(shop)
        assert (wish["by"], wish["before"], wish["after"], wish["state"]) == ("MLflow", 1, 3, "waiting")
        assert wish["origin"] == "MLflow: `champion` of `shop.delay` was moved to its version 3"
        assert shop.report("models", "mirror")["wishes"] == 0
        assert aliases(rest)["champion"] == "3"
        shop.report("models", "reject", str(wish["id"]))
        assert aliases(rest) == {"champion": "1", "previous": "2"}
        move(rest, "3")
        with installation(shop) as (_, opened):  # as a running installation finds it
            Tracker(opened).turn()
        (wish,) = requests(shop)
        approved = shop.report("models", "approve", str(wish["id"]))
        assert (approved["endpoint"]["version"], approved["mirror"]["state"]) == (3, "mirrored")
        assert aliases(rest) == {"champion": "3", "previous": "1"}

        # A version of MLflow's own cannot be served; ours stands there again.
        foreign = rest.call("POST", "model-versions/create", {"name": "shop.delay", "source": "s3://bucket/model"})
        move(rest, foreign["model_version"]["version"])
        assert shop.report("models", "mirror")["wishes"] == 1
        assert requests(shop) == []
        refused = shop.report("models", "log", "delay")["promotions"][0]
        assert (refused["state"], refused["after"]) == ("refused", None)
        assert "none of ours" in refused["reason"]
        assert aliases(rest)["champion"] == "3"


def test_a_promotion_waits_for_nobody_and_is_told_later(shop: Project, tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = Project(shop.root, {"MLFLOW_TRACKING_URI": f"http://127.0.0.1:{nobody.getsockname()[1]}"})
        said = away.run("models", "promote", "delay", "2")
        assert said.code == 0
        assert "version 2 answers" in said.out
        assert "MLflow's aliases of `shop.delay` are yet to follow: The tracking server at" in said.out
        refused = away.report("models", "mirror")
        assert refused["error"]["code"] == "tracking"
    assert (
        "MLflow does not run; its aliases of `shop.delay` follow when it does"
        in shop.run("models", "show", "delay").out
    )
    with mlflow_elsewhere(tmp_path / "elsewhere") as (rest, environ):
        there = Project(shop.root, environ)
        assert there.report("models", "show", "delay")["mirror"]["state"] == "waiting"
        with installation(there) as (_, opened):
            Tracker(opened).turn()
        assert aliases(rest) == {"champion": "2"}
        assert there.report("models", "show", "delay")["mirror"]["state"] == "mirrored"


def test_a_name_that_somebody_else_has_is_left_alone(shop: Project, tmp_path: Path) -> None:
    with mlflow_elsewhere(tmp_path / "elsewhere") as (rest, environ):
        rest.call("POST", "registered-models/create", {"name": "shop.delay"})
        shop = Project(shop.root, environ)
        told = shop.report("models", "promote", "delay", "1")["mirror"]
        assert told["state"] == "waiting"
        assert "was not made for model `delay` of `shop`" in told["problem"]
        assert aliases(rest) == {}
