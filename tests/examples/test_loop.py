"""How the loop cuts time, and how the demo asks the service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pandas as pd
import pytest
from loop import SEASONS, cut, names
from mlops_demo.utils.features import FEATURES
from mlops_demo.utils.registry import signature
from mlops_demo.utils.traffic import ROWS, ask_for

from tests.examples.tables import features_of, raw_flight, raw_flights, raw_observation, raw_weather


@pytest.mark.parametrize("months", range(1, 13))
def test_a_training_judges_on_the_last_half_month_that_it_knows(months: int) -> None:
    told = cut(months)
    end = date(2013 + months // 12, months % 12 + 1, 1)
    assert told["months"] == list(range(1, months + 1))
    assert date(2013, 1, 1) < date.fromisoformat(told["validation_from"]) < date.fromisoformat(told["test_from"]) < end


def test_the_seasons_are_the_rest_of_the_year() -> None:
    assert [month for season in SEASONS for month in season] == list(range(4, 13))
    assert names(SEASONS[0]) == "April to June"


class Answering(BaseHTTPRequestHandler):
    """Predicts the place of each row in its request."""

    asked: list[dict[str, Any]]

    def do_POST(self) -> None:
        document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(document)
        rows = len(document["columns"]["distance"])
        refused = document["model"] != "arrival_delay"
        said = {"predictions": list(range(rows)), "version": 7, "request_id": f"r{len(self.asked)}"}
        body = json.dumps({"detail": "no such model"} if refused else said).encode()
        self.send_response(404 if refused else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def service() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    asked: list[dict[str, Any]] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Answering,), {"asked": asked}))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def rows() -> pd.DataFrame:
    flights = raw_flights(raw_flight(flight=1, clock=1600), raw_flight(flight=2, clock=900, arr_delay=None))
    weather = raw_weather(raw_observation("2013-03-04 08:00"))
    return features_of(flights, weather)


def test_flights_are_asked_for_in_the_order_of_their_departures(
    service: tuple[str, list[dict[str, Any]]], rows: pd.DataFrame
) -> None:
    url, asked = service
    many = pd.concat([rows] * ROWS, ignore_index=True)
    told = ask_for(many, url, "arrival_delay")
    assert [len(each["columns"]["distance"]) for each in asked] == [ROWS, ROWS]
    assert list(asked[0]["columns"]) == FEATURES
    assert told["flight"].tolist() == [2] * ROWS + [1] * ROWS
    assert told["arr_delay"].isna().sum() == ROWS
    assert told["row"].tolist() == told["predicted_delay"].tolist() == [*range(ROWS), *range(ROWS)]
    assert told["request_id"].unique().tolist() == ["r1", "r2"]


def test_what_the_service_says_is_told(service: tuple[str, list[dict[str, Any]]], rows: pd.DataFrame) -> None:
    with pytest.raises(RuntimeError, match="no such model"):
        ask_for(rows, service[0], "another")
    with pytest.raises(RuntimeError, match="does not answer"):
        ask_for(rows, "http://127.0.0.1:1", "arrival_delay")


def test_a_number_may_be_missing_in_a_request_and_a_category_may_not() -> None:
    fields = {field["name"]: field for field in signature(FEATURES)["inputs"]}
    assert list(fields) == FEATURES
    assert fields["temp"] == {"name": "temp", "type": "number", "nullable": True}
    assert fields["carrier"] == {"name": "carrier", "type": "text", "nullable": False}
