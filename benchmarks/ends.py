"""Hears of the ends of runs as a browser does: one open answer of server-sent events, nothing asked again and again."""

from __future__ import annotations

import json
import threading
import time

import httpx

ENDS = {f"run.{state}": state for state in ("completed", "failed", "cancelled")}
_LONGEST = 120.0


class Ends:
    """Follows a project from ``begin`` on until the client is closed. What the server could not tell (``resync``) is
    not made up for: a measurement that misses something must fail."""

    def __init__(self, client: httpx.Client, project: str) -> None:
        self._client = client
        self._path = f"/api/v1/projects/{project}/events"
        self._ended: dict[int, tuple[str, float]] = {}
        self._lost: Exception | None = None
        self._ready = threading.Event()
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._follow, name="ends", daemon=True)

    def begin(self) -> None:
        self._thread.start()
        if not self._ready.wait(_LONGEST):
            raise RuntimeError("The server's stream of events did not begin.")

    def wait(self, run: int) -> float:
        """Wait until the run has ended; when that was heard, by ``perf_counter``. Raises RuntimeError unless it
        completed."""
        with self._news:
            if not self._news.wait_for(lambda: run in self._ended or self._lost is not None, _LONGEST):
                raise RuntimeError(f"run {run} did not end within {_LONGEST:.0f} s")
            if run not in self._ended:
                raise RuntimeError(f"the stream of events broke off before run {run} ended") from self._lost
            state, heard = self._ended[run]
        if state != "completed":
            raise RuntimeError(f"run {run} {state}")
        return heard

    def _follow(self) -> None:
        try:
            with self._client.stream("GET", self._path, timeout=httpx.Timeout(60, read=None)) as answer:
                answer.raise_for_status()
                for line in answer.iter_lines():
                    self._take(line)
            raise RuntimeError("the server ended it")
        except Exception as error:
            with self._news:
                self._lost = error
                self._news.notify_all()

    def _take(self, line: str) -> None:
        if line == "event: ready":
            self._ready.set()
        elif line == "event: resync":
            raise RuntimeError("the stream was too slow")
        elif line.startswith("data: ") and '"run.' in line:
            heard = time.perf_counter()
            told = json.loads(line.removeprefix("data: "))
            kinds = [event["kind"] for event in told["data"].get("events", ())]
            with self._news:
                self._ended.update((told["run"], (ENDS[kind], heard)) for kind in kinds if kind in ENDS)
                self._news.notify_all()
