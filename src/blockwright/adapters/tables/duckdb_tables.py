"""The port ``Tables`` by a reader process with DuckDB in it. Nothing heavy is imported on this side."""

from __future__ import annotations

import contextlib
import errno
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from blockwright.adapters.tables.children import Child, ChildEnded, Limits, TooBig, TooSlow
from blockwright.core.errors import BlockwrightError, Invalid, NotFound, Unavailable
from blockwright.ports.tables import ChartSeries, ChartWish, ColumnProfile, Marks, Page, TableDiff
from blockwright.wire.outputs import Output

DEFAULTS = Limits()
SUFFIXES = (".csv", ".parquet", ".json", ".jsonl")


class DuckDBTables:
    """Reads blobs that ``locate`` finds by digest (``ArtifactStore.path``) in a child that is started on first use,
    ends when it is idle, and is started anew when it died. Safe for threads: requests wait for each other."""

    def __init__(
        self, locate: Callable[[str], Path], *, limits: Limits = DEFAULTS, environ: Mapping[str, str] | None = None
    ) -> None:
        self._locate = locate
        self._limits = limits
        self._environ = environ or {}
        self._turn = threading.Lock()
        self._child: Child | None = None
        self._cancelled = False

    @property
    def pid(self) -> int | None:
        """The process of the reader, if one was started and not ended by us."""
        child = self._child
        return None if child is None else child.pid

    def page(
        self, output: Output, *, offset: int = 0, limit: int = 100, sort: Sequence[str] = (), where: str | None = None
    ) -> Page:
        request: dict[str, Any] = {"operation": "page", "value": self._value(output)}
        request |= {"offset": offset, "limit": limit, "sort": list(sort), "where": where}
        found = self._ask(request, f"output `{output.name}`", self._limits.seconds)
        return Page(
            columns=tuple(found["columns"]),
            types=tuple(found["types"]),
            rows=tuple(tuple(row) for row in found["rows"]),
            total=found["total"],
            matching=found["matching"],
        )

    def profile(self, output: Output) -> Sequence[ColumnProfile]:
        """Over all rows; NaN counts as null. Histograms of times have edges in seconds (since 1970, for moments)."""
        request = {"operation": "profile", "value": self._value(output)}
        found = self._ask(request, f"output `{output.name}`", self._limits.seconds)
        return [_profile(column) for column in found]

    def chart(self, output: Output, wish: ChartWish) -> Marks:
        request = {"operation": "chart", "value": self._value(output), "wish": asdict(wish)}
        found = self._ask(request, f"output `{output.name}`", self._limits.seconds)
        return Marks(
            kind=found["kind"],
            axis=found["x"],
            series=tuple(
                ChartSeries(one["name"], tuple(tuple(point) for point in one["points"])) for one in found["series"]
            ),
            words=tuple(found.get("words", ())),
            left_out=found["left_out"],
            rows=found["rows"],
            total=found["total"],
            upward=tuple(found.get("upward", ())),
            interval=found.get("interval", ""),
        )

    def export(self, output: Output, target: Path) -> int:
        suffix = target.suffix.lower()
        if suffix not in SUFFIXES:
            raise Invalid(
                f"A table cannot be written as `{target.name}`.", hint=f"The name may end in {', '.join(SUFFIXES)}."
            )
        with _appearing(target) as path:
            request = {"operation": "export", "value": self._value(output), "path": str(path), "suffix": suffix}
            return int(self._ask(request, f"output `{output.name}`", self._limits.export_seconds))

    def diff(self, before: Output, after: Output, key: Sequence[str] | None) -> TableDiff:
        """Each of ``statistics`` has ``column``, ``changed`` (cells; None without a key), ``before`` and ``after``
        (nulls, distinct, minimum, maximum, mean, deviation). Each of ``samples`` has ``change`` (changed, removed or
        added), ``key``, ``columns`` (those that differ), ``before`` and ``after`` (objects, or None)."""
        request: dict[str, Any] = {"operation": "diff", "before": self._value(before), "after": self._value(after)}
        request["key"] = None if key is None else list(key)
        name = before.name if before.name == after.name else f"{before.name}` and `{after.name}"
        found = self._ask(request, f"output `{name}`", self._limits.seconds)
        return TableDiff(
            key=None if found["key"] is None else tuple(found["key"]),
            added=found["added"],
            removed=found["removed"],
            changed=found["changed"],
            same=found["same"],
            columns_added=tuple(found["columns_added"]),
            columns_removed=tuple(found["columns_removed"]),
            types_changed=tuple((name, one, other) for name, one, other in found["types_changed"]),
            statistics=tuple(found["statistics"]),
            samples=tuple(found["samples"]),
        )

    def cancel(self) -> None:
        """End the request under way, from any thread; whoever waits for it gets Unavailable (code ``cancelled``)."""
        child = self._child
        if child is not None and self._turn.locked():
            self._cancelled = True
            child.kill()

    def close(self) -> None:
        self.cancel()
        with self._turn:
            self._end()

    def _value(self, output: Output) -> dict[str, str]:
        if output.in_memory:
            raise NotFound(
                f"Output `{output.name}` was handed over in memory and never stored.",
                hint="Its preview stands in the manifest; run without `run_pipeline_in_one_process` to keep it.",
            )
        path = os.path.abspath(self._locate(output.digest))
        return {"path": path, "name": output.name, "codec": output.codec, "type": output.type}

    def _ask(self, request: Mapping[str, Any], what: str, seconds: float) -> Any:
        """The answer to a request about ``what``, within ``seconds`` from now."""
        deadline = time.monotonic() + seconds
        if not self._turn.acquire(timeout=seconds):
            raise _too_slow(what, seconds)
        try:
            self._cancelled = False
            reply = self._reply(request, what, seconds, deadline)
        finally:
            self._turn.release()
        if "error" in reply:
            raise _error(reply)
        return reply["answer"]

    def _reply(self, request: Mapping[str, Any], what: str, seconds: float, deadline: float) -> Any:
        fresh = False
        while True:
            if self._child is None:
                self._child, fresh = self._start(), True
            try:
                return self._child.ask(request, deadline - time.monotonic())
            except ChildEnded as ended:
                self._end()
                if self._cancelled:
                    raise Unavailable(f"Reading {what} was cancelled.", code="cancelled") from None
                if fresh or ended.status > 0:
                    raise _crashed(what, ended.status) from None
                # It ended between two requests (idle, or killed by somebody): this one has not been tried yet.
            except TooSlow:
                self._end()
                raise _too_slow(what, seconds) from None
            except TooBig:
                self._end()
                raise _too_big(what, self._limits.memory) from None
            except BaseException:  # interrupted: its answer must not be taken for the next one's
                self._end()
                raise

    def _start(self) -> Child:
        try:
            return Child(self._limits, self._environ)
        except OSError as error:
            raise Unavailable(f"The table reader cannot be started: {error.strerror}.", code="no_reader") from error

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


def _profile(column: Mapping[str, Any]) -> ColumnProfile:
    return ColumnProfile(
        name=column["name"],
        type=column["type"],
        rows=column["rows"],
        nulls=column["nulls"],
        distinct=column["distinct"],
        minimum=column.get("minimum"),
        maximum=column.get("maximum"),
        mean=column.get("mean"),
        deviation=column.get("deviation"),
        quantiles=tuple(column.get("quantiles", ())),
        top=tuple((value, count) for value, count in column.get("top", ())),
        histogram=tuple((low, high, count) for low, high, count in column.get("histogram", ())),
    )


@contextlib.contextmanager
def _appearing(target: Path) -> Iterator[Path]:
    """A path to write to; the file appears as ``target`` when the body succeeds, and nothing is left when it fails."""
    final = Path(os.path.realpath(target))
    if not final.parent.is_dir():
        raise NotFound(f"The folder {final.parent} does not exist.", hint="Make it, or choose another place.")
    if final.is_dir():
        raise Invalid(f"{final} is a folder.", hint="Name a file in it.")
    path = final.with_name(f".{os.urandom(8).hex()}.part")
    try:
        yield path
        os.replace(path, final)
    except OSError as error:
        raise Unavailable(f"Cannot write {final}: {error.strerror}.", hint=_way_out(error)) from error
    finally:
        with contextlib.suppress(OSError):
            path.unlink()


def _way_out(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "Free space, or choose another volume."
    return "Choose another place, or make the folder writable."


def _error(reply: Mapping[str, Any]) -> BlockwrightError:
    family = {"NotFound": NotFound, "Unavailable": Unavailable}.get(reply["error"], Invalid)
    return family(str(reply["message"]), hint=str(reply["hint"]), code=str(reply["code"]))


def _too_slow(what: str, seconds: float) -> Unavailable:
    return Unavailable(
        f"Reading {what} took longer than {seconds:g} s.", hint="Ask for less, or for a simpler thing.", code="deadline"
    )


def _too_big(what: str, memory: int) -> Unavailable:
    return Unavailable(
        f"Reading {what} needed more than {memory >> 20:,} MiB of memory.",
        hint="Ask for fewer rows or columns, or do it in a block.",
        code="memory",
    )


def _crashed(what: str, status: int) -> Unavailable:
    how = f"signal {-status}" if status < 0 else f"status {status}"
    return Unavailable(
        f"The table reader ended ({how}) while it read {what}.",
        hint="Its stored bytes may be damaged: run the block again to have them anew.",
        code="reader_ended",
    )
