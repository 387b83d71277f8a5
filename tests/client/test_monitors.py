"""Monitors of a server as a program uses them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from blockwright.client import ApiError, Client
from tests.project import Project
from tests.web.conftest import Listening, listen, records, serve
from tests.web.test_monitors import FIT, MONITORS, asked

__all__ = ["listen", "records", "serve"]

pytest.importorskip("scipy")


@pytest.fixture
def listening(project: Project, listen: Callable[[], Listening]) -> Listening:
    project.pipeline("train", {"kind": "custom", "id": "fit", "code": FIT})
    project.write("monitors.yaml", MONITORS)
    return listen()


@pytest.fixture
def client(listening: Listening) -> Iterator[Client]:
    with Client(listening.address, token="bw_test") as client:
        yield client


def test_a_program_tells_the_truth_and_evaluates(listening: Listening, client: Client) -> None:
    shop = client.project("shop")
    listening.server.drive(shop.start("train").id)
    asked(listening.server, [float(n) for n in range(1_500, 1_900)])
    assert shop.tell_truth("delay", [{"request_id": "r", "row": row, "actual": 3_000.0} for row in range(20)]) == 20
    (monitor,) = shop.monitors()
    done = monitor.run()
    assert {one["kind"] for one in done["found"]} == {"drift", "performance"}
    assert monitor.result(done["id"]) == done
    assert [one["id"] for one in monitor.results()] == [done["id"]]
    assert shop.monitor("delay").document["latest"] == done
    assert {one["kind"] for one in shop.findings(monitor="delay", holding=True)} == {"drift", "performance"}
    with pytest.raises(ApiError) as caught:
        shop.monitor("none")
    assert caught.value.code == "monitor_not_found"
