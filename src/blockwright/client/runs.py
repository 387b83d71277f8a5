"""A run as a program sees it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from blockwright.client.calls import Api
from blockwright.client.errors import RunFailed

if TYPE_CHECKING:
    from pandas import DataFrame

FINAL = frozenset({"completed", "failed", "cancelled"})
FIRST_LOOK, LAST_LOOK = 0.1, 2.0


@dataclass
class Run:
    """``document`` is the run as the server last told it; ``refresh`` asks again."""

    api: Api = field(repr=False)
    document: dict[str, Any] = field(repr=False)

    @property
    def id(self) -> int:
        return int(self.document["id"])

    @property
    def pipeline(self) -> str:
        return str(self.document["pipeline"])

    @property
    def state(self) -> str:
        return str(self.document["state"])

    @property
    def ended(self) -> bool:
        """It has ended, and nobody has asked to run it again."""
        return self.state in FINAL and "retry" not in self.document.get("wishes", ())

    @property
    def reason(self) -> str:
        return str(self.document["reason"])

    @property
    def path(self) -> str:
        return f"/projects/{quote(str(self.document['project']), safe='')}/runs/{self.id}"

    def refresh(self) -> Run:
        self.document = self.api.get(self.path)
        return self

    def wait(self, timeout: float | None = None, *, check: bool = True) -> Run:
        """Wait until it has ended. Raises RunFailed when it did not complete (unless ``check`` is False), TimeoutError
        when it goes on after ``timeout`` seconds."""
        until = None if timeout is None else time.monotonic() + timeout
        pause = FIRST_LOOK
        while not self.refresh().ended:
            if until is not None and time.monotonic() + pause > until:
                raise TimeoutError(f"Run {self.id} is {self.state} after {timeout:g} s; it goes on.")
            time.sleep(pause)
            pause = min(LAST_LOOK, pause * 1.5)
        if check and self.state != "completed":
            raise RunFailed(self.id, self.state, self.reason)
        return self

    def cancel(self, reason: str = "") -> Run:
        self.document = self.api.post(f"{self.path}/cancel", {"reason": reason})
        return self

    def retry(self, *start: str, same_code: bool = False) -> Run:
        """Run again what did not complete, and the blocks ``start`` with everything behind them."""
        self.document = self.api.post(f"{self.path}/retry", {"start": list(start), "same_code": same_code})
        return self

    def block_runs(self) -> Iterator[dict[str, Any]]:
        return self.api.items(f"{self.path}/block-runs")

    def log(self, block: str | None = None) -> Iterator[dict[str, Any]]:
        return self.api.items(f"{self.path}/logs", block=block)

    def output(self, block: str, name: str | None = None) -> Output:
        """An output of a block run; its first one without ``name``."""
        return Output(self, block, name)


@dataclass
class Output:
    """Nothing is fetched before it is asked for."""

    run: Run
    block: str
    name: str | None = None

    def describe(self) -> dict[str, Any]:
        """Type, size, columns and a preview."""
        document: dict[str, Any] = self.run.api.get(self._path("outputs"), name=self.name)
        return document

    def rows(self, **options: Any) -> list[dict[str, Any]]:
        """A page of a table: ``limit``, ``offset``, ``sort``, ``where``."""
        page = self.run.api.get(self._path("pages"), name=self.name, **options)
        return [dict(zip(page["columns"], row, strict=True)) for row in page["rows"]]

    def value(self) -> Any:
        """A JSON value, or a table as a list of objects."""
        return self._download("json").json()

    def save(self, format: str = "parquet") -> bytes:
        """The output as a file: csv, parquet, json, jsonl, txt."""
        content: bytes = self._download(format).content
        return content

    def frame(self) -> DataFrame:
        """The table as a pandas frame; needs pandas and pyarrow."""
        import pandas

        return pandas.read_parquet(BytesIO(self.save("parquet")))

    def _download(self, format: str) -> Any:
        options = {"name": self.name, "format": format}
        given = {name: value for name, value in options.items() if value is not None}
        return self.run.api.call("GET", self._path("downloads"), params=given)

    def _path(self, what: str) -> str:
        return f"{self.run.path}/{what}/{quote(self.block)}"
