"""The tracking server as a child process: MLflow's own, really started."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from blockwright.adapters.mlflow.endpoints import ElsewhereServer
from blockwright.adapters.mlflow.process import OwnServer, ServerOptions
from blockwright.adapters.mlflow.rest import UNNOTICED, MlflowRest
from blockwright.core.errors import Conflict, Invalid, NotFound, Unavailable

pytestmark = pytest.mark.slow
SECONDS = 120.0


def options(folder: Path, **changed: float) -> ServerOptions:
    return ServerOptions(folder / "mlflow", f"sqlite:///{folder / 'mlflow.db'}", **changed)  # type: ignore[arg-type]  # idle


def ask(
    server: OwnServer | ElsewhereServer, method: str, path: str, fields: dict[str, object], seconds: float = SECONDS
) -> Any:
    """One question by a client of its own, which does not end the server's use."""
    with closing(MlflowRest(Borrowed(server), seconds=seconds)) as rest:
        return rest.call(method, path, fields)


class Borrowed:
    """A server that somebody else closes."""

    def __init__(self, server: OwnServer | ElsewhereServer) -> None:
        self.ensure, self.standing = server.ensure, server.standing

    def close(self) -> None:
        """Not ours."""


def until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not what():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.05)


def gone(pid: int) -> bool:
    """Whether the process has ended; one whose parent we are may wait to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.fixture
def server(tmp_path: Path) -> Iterator[OwnServer]:
    own = OwnServer(options(tmp_path), os.environ)
    yield own
    pid = own.pid()
    own.close()
    if pid:
        until(lambda: gone(pid))


def test_it_is_started_by_the_first_question_and_shared_by_all(server: OwnServer, tmp_path: Path) -> None:
    assert server.standing() == "off"
    rest = MlflowRest(server, seconds=SECONDS)
    made = rest.call("POST", "experiments/create", {"name": "prices"}, once=True)
    assert server.standing() == "running"
    other = OwnServer(options(tmp_path), os.environ)
    assert (other.ensure().url, other.pid()) == (server.ensure().url, server.pid())
    found = ask(other, "GET", "experiments/get-by-name", {"experiment_name": "prices"})
    assert found["experiment"]["experiment_id"] == made["experiment_id"]
    with pytest.raises(Conflict):
        rest.call("POST", "experiments/create", {"name": "prices"}, once=True)
    with pytest.raises(NotFound):
        rest.call("GET", "runs/get", {"run_id": "0" * 32})
    with pytest.raises(Invalid):
        rest.call("POST", "runs/search", {"experiment_ids": [made["experiment_id"]], "filter": "nonsense"})
    # The other one still needs it.
    pid = server.pid()
    assert pid is not None
    rest.close()
    assert ask(other, "GET", "experiments/search", {"max_results": 1})["experiments"]
    other.close()
    until(lambda: gone(pid))


def test_nobody_without_the_token_and_nothing_but_tracking(server: OwnServer, tmp_path: Path) -> None:
    endpoint = server.ensure()
    with httpx.Client(base_url=endpoint.url, timeout=SECONDS) as stranger:
        assert stranger.get("/").status_code == 401
        assert stranger.get("/health").status_code == 401
        assert stranger.get("/health", headers={"Authorization": "Bearer wrong"}).status_code == 401
        ours = {"Authorization": f"Bearer {endpoint.token}"}
        assert stranger.get("/health", headers=ours).status_code == 200
        assert stranger.post("/ajax-api/3.0/mlflow/assistant/message", headers=ours, json={}).status_code == 404
        assert stranger.post("/gateway/x/mlflow/invocations", headers=ours, json={}).status_code == 404
    word = tmp_path / "mlflow" / "server.json"
    assert word.stat().st_mode & 0o077 == 0
    pid = server.pid()
    assert endpoint.token.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
    assert endpoint.token.encode() not in Path(f"/proc/{pid}/environ").read_bytes()


def test_it_comes_back_at_the_same_address_when_it_dies_at_work(server: OwnServer, tmp_path: Path) -> None:
    ask(server, "POST", "experiments/create", {"name": "kept"})
    endpoint, pid = server.ensure(), server.pid()
    assert pid is not None
    with (tmp_path / "mlflow" / "work.lock").open("w") as working:
        fcntl.flock(working, fcntl.LOCK_SH)
        os.kill(pid, signal.SIGKILL)
        until(lambda: server.pid() not in (None, pid))
        # Somebody who knows no more than the old address is answered.
        with httpx.Client(base_url=endpoint.url, timeout=SECONDS) as block:
            found = block.get(
                "/api/2.0/mlflow/experiments/get-by-name",
                params={"experiment_name": "kept"},
                headers={"Authorization": f"Bearer {endpoint.token}"},
            )
        assert found.status_code == 200


def test_it_ends_when_nobody_has_asked_for_long_unless_somebody_works_with_it(tmp_path: Path) -> None:
    server = OwnServer(options(tmp_path, idle=1.0), os.environ)
    folder = tmp_path / "mlflow"
    folder.mkdir()
    with (folder / "work.lock").open("w") as working:
        fcntl.flock(working, fcntl.LOCK_SH)
        ask(server, "GET", "experiments/search", {"max_results": 1})
        pid = server.pid()
        assert pid is not None
        time.sleep(3)  # longer than it would stay: that it does not end can only be waited for
        assert not gone(pid)
    until(lambda: gone(pid))
    assert server.standing() == "off"
    # Whoever asks next has it again.
    assert ask(server, "GET", "experiments/search", {"max_results": 1})
    again = server.pid()
    server.close()
    until(lambda: again is not None and gone(again))


def test_what_only_looks_again_and_again_does_not_keep_it_awake(tmp_path: Path) -> None:
    server = OwnServer(options(tmp_path, idle=2.0), os.environ)
    rest = MlflowRest(server)
    rest.call("GET", "experiments/search", {"max_results": 1})
    pid = server.pid()
    assert pid is not None

    def looked_until_gone() -> bool:
        if not gone(pid):
            with suppress(Unavailable):  # it ends just now
                rest.call("GET", "experiments/search", {"max_results": 1}, tries=1, headers=UNNOTICED)
        return gone(pid)

    until(looked_until_gone)
    rest.close()


def test_it_dies_with_the_last_process_that_needs_it_however_that_dies(tmp_path: Path) -> None:
    program = f"""
import os, sys, time
from pathlib import Path
from blockwright.adapters.mlflow.process import OwnServer, ServerOptions
server = OwnServer(ServerOptions(Path({str(tmp_path / "mlflow")!r}), "sqlite:///{tmp_path / "mlflow.db"}"), os.environ)
server.ensure()
print(server.pid(), flush=True)
time.sleep(600)
"""
    starter = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    starter.stdout.close()
    starter.kill()
    starter.wait()
    until(lambda: gone(pid))


@pytest.mark.quick
def test_an_address_that_is_no_server_is_refused() -> None:
    for uri in ("file:///tmp/mlruns", "sqlite:///x.db", "databricks", "http://"):
        with pytest.raises(Invalid, match="MLFLOW_TRACKING_URI"):
            ElsewhereServer(uri, {}).ensure()


@pytest.mark.quick
def test_credentials_of_another_server_come_from_mlflows_own_variables() -> None:
    found = ElsewhereServer("https://ann:secret@tracking.example:8443/mlflow/", {}).ensure()
    assert (found.url, found.user, found.password) == ("https://tracking.example:8443/mlflow", "ann", "secret")
    assert "secret" not in repr(found)
    assert ElsewhereServer("https://tracking.example", {"MLFLOW_TRACKING_TOKEN": "t"}).ensure().token == "t"


@pytest.mark.quick
def test_a_server_that_does_not_answer_is_named() -> None:
    nobody = ElsewhereServer("http://127.0.0.1:9", {})
    with pytest.raises(Unavailable, match=r"http://127\.0\.0\.1:9 does not answer") as missing:
        ask(nobody, "GET", "experiments/search", {}, seconds=1)
    assert missing.value.code == "tracking"
