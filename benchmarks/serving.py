"""What the prediction service promises: what it adds to the model's own ``predict``, swaps without a failed request,
and a quick return after a kill; beside MLflow's own server, where that is installed, on the same model.

``python -m benchmarks.serving`` prints one line for each promise. The model's own time is measured in the same moments
as the service's, so that a busy machine burdens both.
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from benchmarks.server import COMMAND, Line, table

REQUESTS = 2_000
VERSIONS = 10_000
SECONDS = 120.0
FIELDS = 8
FIT = """
import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor

from blockwright import register_model


@custom
def fit(*args, seed=1, **kwargs):
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(random.random((2_000, 8)), columns=[f"f{n}" for n in range(8)])
    model = HistGradientBoostingRegressor(max_iter=50).fit(frame, frame.sum(axis=1))
    return register_model("bench", model, example=frame)
"""
ROW = [round(0.1 * place, 1) for place in range(FIELDS)]


class Caller:
    """One connection that stays, and no more work than sending and reading: what is measured is the service."""

    def __init__(self, url: str, path: str, body: dict[str, Any]) -> None:
        parts = urlsplit(url)
        data = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
        self._request = f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data
        self._socket = socket.create_connection((parts.hostname or "", parts.port or 80), SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self) -> bytes:
        self._socket.sendall(self._request)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        length = next(int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:"))
        while len(body) < length:
            body += self._more()
        if b" 200 " not in lines[0]:
            raise AssertionError(f"{lines[0]!r}: {body!r}")
        return body

    def close(self) -> None:
        self._socket.close()

    def _more(self) -> bytes:
        found = self._socket.recv(65_536)
        if not found:
            raise ConnectionError("closed")
        return found


def measure(requests: int = REQUESTS, versions: int = VERSIONS) -> list[Line]:
    lines: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="blockwright-serving-") as folder:
        project = Path(folder, "bench")
        model = _trained(project)
        with _started([COMMAND, "serve", "--port", "0", "--json"], project) as (process, url):
            ours, alone = _beside_the_model(url, model, requests)
            added = [1000 * (a - b) for a, b in zip(sorted(ours), sorted(alone), strict=True)]
            lines += [
                Line("one row: added to predict, median", f"{median(added):.2f} ms", "1 ms"),
                Line("one row: added to predict, p99", f"{added[int(len(added) * 0.99)]:.2f} ms", "5 ms"),
                Line("one row: end to end", f"{1000 * median(ours):.2f} / {1000 * _p99(ours):.2f} ms", "2 / 10 ms"),
            ]
            rate = requests / sum(ours)
            lines.append(Line("swaps under load: failed requests", _swaps(project, url), "0"))
            lines.append(Line("answers again after kill -9", f"{_killed(process.pid, url):.2f} s", "3 s"))
        lines.append(Line(f"{versions:,} versions: a page of the list, p95", _listed(versions), "100 ms"))
        lines += _rivals(Path(folder), model, rate, requests)
    return lines


def _trained(project: Path) -> HistGradientBoostingRegressor:
    import numpy as np

    (project / "pipelines" / "train").mkdir(parents=True)
    (project / "custom").mkdir()
    (project / "metadata.yaml").write_text("project_type: standalone\n")
    (project / "custom" / "fit.py").write_text(FIT)
    blocks = "blocks: [{uuid: fit, type: custom, language: python}]\n"
    (project / "pipelines" / "train" / "metadata.yaml").write_text(f"uuid: train\nname: train\ntype: python\n{blocks}")
    for seed in ("1", "2"):
        _do(project, "run", "train", "--var", f"seed={seed}")
        _do(project, "models", "promote", "bench")
    random = np.random.default_rng(2)
    frame = pd.DataFrame(random.random((2_000, FIELDS)), columns=[f"f{n}" for n in range(FIELDS)])
    return HistGradientBoostingRegressor(max_iter=50).fit(frame, frame.sum(axis=1))


def _do(project: Path, *arguments: str) -> None:
    subprocess.run([COMMAND, *arguments], cwd=project, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def _started(command: Sequence[str], folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())["url"]
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=SECONDS)


def _beside_the_model(url: str, model: Any, requests: int) -> tuple[list[float], list[float]]:
    """Seconds of each request, and of the model alone on the same row, in turn."""
    frame = pd.DataFrame([ROW], columns=[f"f{n}" for n in range(FIELDS)])
    caller = Caller(url, "/predict", {"features": ROW})
    ours, alone = [], []
    with threadpool_limits(1):  # as the service has it: threads only cost one row time
        for _ in range(requests // 10):
            caller.ask()
            model.predict(frame)
        for _ in range(requests):
            ours.append(_seconds(caller.ask))
            alone.append(_seconds(lambda: model.predict(frame)))
    caller.close()
    return ours, alone


def _seconds(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def _p99(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]


def _swaps(project: Path, url: str) -> str:
    """Roll back again and again while requests go on."""
    seen: set[int] = set()
    failed = asked = 0
    caller = Caller(url, "/predict", {"features": ROW})
    for _ in range(3):
        changing = subprocess.Popen([COMMAND, "models", "rollback", "bench"], cwd=project, stdout=subprocess.DEVNULL)
        while changing.poll() is None:
            asked += 1
            try:
                seen.add(json.loads(caller.ask())["version"])
            except (AssertionError, OSError):
                failed += 1
    caller.close()
    return f"{failed} of {asked:,}, versions {', '.join(map(str, sorted(seen)))}"


def _killed(parent: int, url: str) -> float:
    child = int(Path(f"/proc/{parent}/task/{parent}/children").read_text().split()[0])
    began = time.perf_counter()
    os.kill(child, signal.SIGKILL)
    while time.perf_counter() - began < SECONDS:
        try:
            caller = Caller(url, "/predict", {"features": ROW})
            caller.ask()
            caller.close()
            break
        except OSError:
            continue  # what the killed process had accepted already
    return time.perf_counter() - began


def _listed(versions: int) -> str:
    from tests.contracts.models import new

    from blockwright.adapters.db.models import DatabaseModels
    from blockwright.adapters.db.opening import open_database

    with tempfile.TemporaryDirectory(prefix="blockwright-registry-") as folder:
        database = open_database(None, folder=Path(folder), durable=False)
        models = DatabaseModels(database)
        for number in range(versions):
            models.register("bench", new(f"model_{number % 100:03}", run=number))
        times = []
        for number in range(100):
            times.append(_seconds(lambda: models.models("bench", limit=100)))
            times.append(_seconds(lambda name=f"model_{number:03}": models.versions("bench", name, limit=100)))
        database.close()
    return f"{1000 * sorted(times)[int(len(times) * 0.95)]:.1f} ms"


def _rivals(folder: Path, model: Any, ours: float, requests: int) -> list[Line]:
    """MLflow's server on the same model, if it is installed here."""
    if importlib.util.find_spec("mlflow") is None:
        return [Line("requests a second beside `mlflow models serve`", f"{ours:,.0f}; MLflow is not installed", "5×")]
    import mlflow

    mlflow.sklearn.save_model(model, folder / "rival")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(folder / "rival"), "-p", str(port)]
    process = subprocess.Popen(
        [*command, "--env-manager", "local"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, process_group=0
    )
    try:
        body = {"dataframe_split": {"columns": [f"f{n}" for n in range(FIELDS)], "data": [ROW]}}
        caller = _connected(f"http://127.0.0.1:{port}", "/invocations", body)
        for _ in range(20):
            caller.ask()
        few = max(100, requests // 10)
        theirs = few / sum(_seconds(caller.ask) for _ in range(few))
        caller.close()
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(SECONDS)
    what = f"{ours:,.0f} and {theirs:,.0f}: {ours / theirs:.1f}×"
    return [Line("requests a second beside `mlflow models serve`", what, "5×")]


def _connected(url: str, path: str, body: dict[str, Any]) -> Caller:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            caller = Caller(url, path, body)
            caller.ask()
            return caller
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


if __name__ == "__main__":
    print(table(measure()), f"\nload {os.getloadavg()[0]:.1f}")
