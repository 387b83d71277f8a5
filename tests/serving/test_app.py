"""The service in this process: real models, the real app, requests as they come over the wire."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pyarrow as pa
import pytest

from blockwright.core.endpoints import Bounds, Mode, Traffic
from blockwright.core.errors import Unavailable
from blockwright.serving.app import Door, Service
from blockwright.serving.predictions import PredictionLog
from blockwright.serving.registry import Registry
from blockwright.serving.snapshots import Snapshot
from tests.serving.models import Constant, Failing, of_sha, snapshot, stored, sums
from tests.serving.test_predictions import batches

SECONDS = 60.0


class Bell:
    """Rings when it is told to."""

    def __init__(self) -> None:
        self.rung = Event()

    def wait(self, timeout: float | None) -> object:
        self.rung.wait(timeout)
        self.rung.clear()
        return ()

    def wake(self) -> None:
        self.rung.set()

    def close(self) -> None:
        return


class House:
    """A service with records that a test writes: ``records`` is what they say, ``away`` why they cannot be read."""

    def __init__(self, folder: Path, door: Door) -> None:
        self.folder = folder
        self.records = Snapshot()
        self.away = ""
        self.retired: list[tuple[str, int, str]] = []
        self.registry = Registry(self._look, Bell, folder / "kept.json")
        self.log = PredictionLog(folder / "predictions")
        retire: Callable[[str, int, str], None] = lambda *told: self.retired.append(told)  # noqa: E731
        self.service = Service(self.registry, self.log, version="0", door=door, retire=retire)

    def _look(self, before: Snapshot) -> Snapshot:
        if self.away:
            raise Unavailable(self.away)
        return self.records

    def serve(self, records: Snapshot) -> None:
        self.records = records
        self.registry.refresh()

    def ask(self, document: Any = None, path: str = "/predict", method: str = "POST", **options: Any) -> httpx.Response:
        if document is not None:
            options["json"] = document
        return asyncio.run(self._ask(path, method, options))

    async def _ask(self, path: str, method: str, options: dict[str, Any]) -> httpx.Response:
        client = options.pop("client", ("127.0.0.1", 1))
        transport = httpx.ASGITransport(app=self.service, client=client)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:5000") as caller:
            return await caller.request(method, path, **options)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.ask(None, path, "GET", **options)


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    opened: list[House] = []

    def make(door: Door = Door()) -> House:  # noqa: B008
        opened.append(House(tmp_path, door))
        return opened[-1]

    yield make
    for house in opened:
        house.log.close()


@pytest.fixture
def house(open_house: Callable[..., House], tmp_path: Path) -> House:
    made = open_house()
    made.serve(snapshot(stored(tmp_path / "store", sums(), 3, metrics={"mae": 1.0})))
    return made


def test_one_row_is_answered_with_the_version_that_answered(house: House) -> None:
    answer = house.ask({"features": [1.0, 2]})
    said = answer.json()
    assert answer.status_code == 200
    assert said["predictions"] == pytest.approx([3.0])
    assert (said["model"], said["version"]) == ("delay", 3)
    assert answer.headers["x-request-id"] == said["request_id"]
    assert answer.headers["x-model-version"] == "3"
    assert house.ask({"instances": [{"a": 1, "b": 1}] * 3}, "/models/delay/predict").json()["predictions"] == (
        pytest.approx([2.0] * 3)
    )


def test_curl_without_a_content_type_is_understood(house: House) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert house.ask(None, content=b'{"features": [1, 2]}', headers=headers).status_code == 200
    assert house.ask(None, content=b"<a/>", headers={"content-type": "text/xml"}).status_code == 415


def test_an_arrow_stream_is_answered_as_json_is(house: House) -> None:
    table = pa.table({"b": [1.0, 2.0], "a": pa.array([1, 2], pa.int32())})
    headers = {"content-type": "application/vnd.apache.arrow.stream"}
    assert house.ask(None, content=_stream(table), headers=headers).json()["predictions"] == pytest.approx([2.0, 4.0])
    for body, status, field in (
        (b"nothing", 400, "body"),
        (_stream(table)[:100], 400, "body"),
        (_stream(pa.table({"a": [1.0]})), 422, "columns.b[0]"),
        (_stream(pa.table({"a": [1.0], "b": ["x"]})), 422, "columns.b[0]"),
        (_stream(pa.table({"a": [1.0], "b": [None]})), 422, "columns.b[0]"),
        (_stream(pa.table({"a": [1.0], "b": [float("nan")]})), 422, "columns.b[0]"),
        (_stream(pa.table({"a": [1.0] * 10_001, "b": [1.0] * 10_001})), 422, "columns"),
    ):
        answer = house.ask(None, content=body, headers=headers)
        assert (answer.status_code, answer.json()["field"]) == (status, field)


def _stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "invalid_body"),
        (b"{", 400, "invalid_json"),
        (b"[" * 100_000, 400, "invalid_json"),
        (b'{"features": [NaN, 1]}', 400, "invalid_json"),
        (b'{"features": [1e999, 1]}', 422, "invalid_field"),
        (b'{"features": ["\\ud800", 1]}', 400, "invalid_json"),
        (b"\xff\xfe", 400, "invalid_json"),
        (b'{"features": [1, 2], "__class__": "os"}', 422, "invalid_field"),
        (b'{"features": [1, 2], "key": [1]}', 422, "invalid_field"),
        (b'{"features": [1, 2], "model": 1}', 422, "invalid_field"),
        (b'{"features": [1, 2], "model": "tips"}', 404, "model_not_found"),
    ],
)
def test_what_is_no_request_is_refused_with_the_reason(house: House, body: bytes, status: int, code: str) -> None:
    answer = house.ask(None, content=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_a_body_beyond_the_limit_is_never_read_whole(open_house: Callable[..., House], tmp_path: Path) -> None:
    house = open_house(Door(largest_body=1_000))
    house.serve(snapshot(stored(tmp_path / "store", sums())))
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        for _ in range(1_000_000):
            read += 1
            yield b" " * 500

    async def body() -> Any:
        for piece in endless():
            yield piece

    assert house.ask(None, headers={"content-length": str(2**30)}, content=b"{}").status_code == 413
    answer = house.ask(None, content=body())
    assert (answer.status_code, answer.json()["field"]) == (413, "body")
    assert answer.headers["connection"] == "close"


def test_other_addresses_and_methods_are_named(house: House) -> None:
    assert house.get("/predict").json()["code"] == "no_method"
    assert house.ask(None, "/health").status_code == 405
    assert house.get("/elsewhere").json()["code"] == "no_route"
    assert house.ask({"features": [1, 2]}, "/models/tips/predict").json()["code"] == "model_not_found"


def test_what_is_served_can_be_looked_up(house: House) -> None:
    (served,) = house.get("/models").json()["models"]
    assert (served["model"], served["version"], served["mode"], served["challenger"]) == ("delay", 3, "single", None)
    assert served["inputs"] == ["a: number", "b: number"]
    assert house.get("/ready").json() == {"ready": True, "models": {"delay": 3}, "problems": {}, "records": "ok"}
    assert house.get("/health").json()["status"] == "ok"
    house.ask({"features": [1, 2]})
    house.ask({"features": [1]})
    figures = house.get("/metrics").text
    assert 'blockwright_predictions_total{model="delay",version="3"} 1' in figures
    assert 'blockwright_prediction_refused_total{code="invalid_field"} 1' in figures
    assert 'blockwright_serving_version{model="delay",role="champion"} 3' in figures
    document = house.get("/openapi.json").json()
    assert document["components"]["schemas"]["delay"]["required"] == ["a", "b"]
    assert "/models/delay/predict" in document["paths"]


def test_nothing_to_serve_is_said(open_house: Callable[..., House]) -> None:
    house = open_house()
    house.registry.refresh()
    assert house.get("/ready").status_code == 503
    assert house.ask({"features": [1]}).json()["code"] == "no_model"
    assert house.get("/health").status_code == 200


def test_several_models_must_be_named(house: House, tmp_path: Path) -> None:
    one = snapshot(stored(tmp_path / "store", sums(), 1))
    two = snapshot(stored(tmp_path / "store", Constant(7), 1, "tips"))
    house.serve(Snapshot((*one.endpoints, *two.endpoints), {**one.versions, **two.versions}))
    answer = house.ask({"features": [1, 2]})
    assert (answer.status_code, answer.json()["field"]) == (422, "model")
    assert house.ask({"features": [1, 2], "model": "tips"}).json()["predictions"] == [7]
    assert house.ask({"features": [1, 2]}, "/models/tips/predict").json()["predictions"] == [7]


# Who may ask ----------------------------------------------------------------------------------------------------------


def test_without_a_token_programs_of_this_machine_alone_are_answered(house: House) -> None:
    row = {"features": [1, 2]}
    assert house.ask(row, client=("10.0.0.7", 1)).json()["code"] == "not_local"
    assert house.ask(row, headers={"host": "evil.example"}).status_code == 403
    assert house.ask(row, headers={"origin": "http://evil.example"}).status_code == 403
    assert house.ask(row, headers={"host": "localhost:5000"}).status_code == 200
    for path in ("/models", "/metrics", "/openapi.json"):
        assert house.get(path, client=("10.0.0.7", 1)).status_code == 403
    for path in ("/health", "/ready"):
        assert house.get(path, client=("10.0.0.7", 1)).status_code == 200


def test_with_a_token_everybody_needs_it(open_house: Callable[..., House], tmp_path: Path) -> None:
    house = open_house(Door(token="s3cret"))
    house.serve(snapshot(stored(tmp_path / "store", sums())))
    row = {"features": [1, 2]}
    for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "s3cret"}):
        refused = house.ask(row, headers=headers)
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert "s3cret" not in refused.text
    far = {"client": ("10.0.0.7", 1), "headers": {"authorization": "Bearer s3cret", "host": "models.example"}}
    assert house.ask(row, **far).status_code == 200


# Versions -------------------------------------------------------------------------------------------------------------


def test_another_version_is_swapped_in(house: House, tmp_path: Path) -> None:
    house.serve(snapshot(stored(tmp_path / "store", sums(2.0), 4), revision=2))
    said = house.ask({"features": [1, 2]}).json()
    assert (said["version"], said["predictions"]) == (4, pytest.approx([6.0]))


@pytest.mark.parametrize("what", ["missing", "truncated", "changed", "library", "python", "features"])
def test_a_version_that_cannot_answer_leaves_the_old_one_in_place(house: House, tmp_path: Path, what: str) -> None:
    wanted = stored(tmp_path / "store", sums(2.0), 4)
    file = Path(wanted.path)
    match what:
        case "missing":
            file.unlink()
        case "truncated":
            file.write_bytes(file.read_bytes()[:-1])
        case "changed":
            file.write_bytes(bytes(len(file.read_bytes())))
        case "library":
            wanted = of_sha(wanted, packages={"sklearn": ("scikit-learn", "0.1.0")})
        case "python":
            wanted = of_sha(wanted, python="2.7")
        case "features":
            wanted = stored(tmp_path / "store", Failing(), 4, example=({"a": 1.0, "b": 1.0},))
    house.serve(snapshot(wanted, revision=2))
    assert house.ask({"features": [1, 2]}).json()["version"] == 3
    (served,) = house.get("/models").json()["models"]
    assert served["problem"].startswith("version 4 cannot answer: ")
    assert house.get("/ready").json()["problems"] == {"delay": served["problem"]}
    house.serve(snapshot(stored(tmp_path / "store", sums(3.0), 5), revision=3))
    assert house.ask({"features": [1, 2]}).json()["version"] == 5
    assert house.get("/ready").json()["problems"] == {}


def test_a_file_that_comes_back_is_found_without_another_change(house: House, tmp_path: Path) -> None:
    wanted = stored(tmp_path / "store", sums(2.0), 4)
    data = Path(wanted.path).read_bytes()
    Path(wanted.path).unlink()
    house.serve(snapshot(wanted, revision=2))
    Path(wanted.path).write_bytes(data)
    house.registry.refresh()
    assert house.ask({"features": [1, 2]}).json()["version"] == 4


def test_answers_go_on_while_the_records_are_away_and_after_a_start_without_them(
    open_house: Callable[..., House], house: House
) -> None:
    house.away = "The database does not answer."
    house.registry.refresh()
    assert house.ask({"features": [1, 2]}).status_code == 200
    assert "database" in house.get("/ready").json()["records"]
    after = open_house()
    after.away = "The database does not answer."
    after.registry.refresh()
    assert after.ask({"features": [1, 2]}).json()["version"] == 3
    after.away = ""
    after.records = house.records
    after.registry.refresh()
    assert after.get("/ready").json()["records"] == "ok"


# Traffic --------------------------------------------------------------------------------------------------------------


def shared(folder: Path, challenger: Any, traffic: Traffic, **fields: Any) -> Snapshot:
    return snapshot(stored(folder, sums(), 3), stored(folder, challenger, 4), traffic=traffic, **fields)


def test_a_split_answers_the_same_key_with_the_same_version(house: House, tmp_path: Path) -> None:
    house.serve(shared(tmp_path / "store", Constant(7), Traffic(Mode.SPLIT, 4, 0.5), revision=2))
    by_key = {str(key): house.ask({"features": [1, 2], "key": str(key)}).json()["version"] for key in range(40)}
    assert set(by_key.values()) == {3, 4}
    again = {key: house.ask({"features": [1, 2]}, headers={"x-request-key": key}).json()["version"] for key in by_key}
    assert again == by_key


def test_a_shadow_sees_requests_and_is_only_written_down(house: House, tmp_path: Path) -> None:
    house.serve(shared(tmp_path / "store", Failing(), Traffic(Mode.SHADOW, 4, 1.0), revision=2))
    assert house.ask({"features": [1, 2]}).json()["version"] == 3
    deadline = time.monotonic() + SECONDS
    while house.log.accepted < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    house.log.close()
    rows = {row["role"]: row for table in batches(tmp_path / "predictions") for row in table.to_pylist()}
    assert rows["champion"]["prediction"] == pytest.approx(3.0)
    assert rows["shadow"]["error"] == "ZeroDivisionError: no wind"
    assert rows["shadow"]["request_id"] == rows["champion"]["request_id"]


def test_a_canary_that_fails_is_taken_out_at_once_and_in_the_records(house: House, tmp_path: Path) -> None:
    traffic = Traffic(Mode.CANARY, 4, 1.0, Bounds(errors=0.2, requests=5))
    house.serve(shared(tmp_path / "store", Failing(), traffic, revision=9))
    answers = [house.ask({"features": [1, 2]}) for _ in range(12)]
    assert [answer.status_code for answer in answers] == [500] * 5 + [200] * 7
    assert answers[0].json()["code"] == "model_failed"
    deadline = time.monotonic() + SECONDS
    while not house.retired and time.monotonic() < deadline:
        time.sleep(0.01)
    ((model, revision, why),) = house.retired
    assert (model, revision) == ("delay", 9)
    assert "5 of 5 answers of version 4 were errors" in why


def test_a_model_that_raises_is_an_error_of_its_own_and_written_down(house: House, tmp_path: Path) -> None:
    house.serve(snapshot(stored(tmp_path / "store", Failing(), 4), revision=2))
    answer = house.ask({"features": [1, 2]})
    assert (answer.status_code, answer.json()["code"]) == (500, "model_failed")
    assert "ZeroDivisionError: no wind" in answer.json()["detail"]
    house.log.close()
    (row,) = [row for table in batches(tmp_path / "predictions") for row in table.to_pylist()]
    assert (row["error"], row["input.a"], row["prediction"]) == ("ZeroDivisionError: no wind", 1.0, None)


def test_many_rows_of_a_slow_model_do_not_hold_up_the_health_check(house: House, tmp_path: Path) -> None:
    entered, release = Event(), Event()

    class Slow:
        def predict(self, frame: Any) -> Any:
            entered.set()
            assert release.wait(SECONDS)
            return [1] * len(frame)

    house.serve(snapshot(stored(tmp_path / "store", Constant(0), 4), revision=2))
    served = house.registry.current.served["delay"]
    object.__setattr__(served.champion, "predict", lambda given: Slow().predict([0] * given.count))

    async def both() -> tuple[httpx.Response, httpx.Response]:
        slow = asyncio.create_task(house._ask("/predict", "POST", {"json": {"features": [[1, 2], [3, 4]]}}))
        await asyncio.to_thread(entered.wait, SECONDS)
        quick = await house._ask("/health", "GET", {})
        release.set()
        return quick, await slow

    quick, slow = asyncio.run(both())
    assert quick.status_code == 200
    assert slow.json()["predictions"] == [1, 1]
