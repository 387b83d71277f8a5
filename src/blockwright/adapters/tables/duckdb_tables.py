"""The port ``Tables`` by a reader process with DuckDB in it. Nothing heavy is imported on this side."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from blockwright.adapters.tables.children import Limits
from blockwright.adapters.tables.readers import Reader
from blockwright.core.errors import Invalid, NotFound, Unavailable
from blockwright.ports.tables import ChartSeries, ChartWish, ColumnProfile, Marks, Page, TableDiff
from blockwright.wire.outputs import Output

DEFAULTS = Limits()
SUFFIXES = (".csv", ".parquet", ".json", ".jsonl")
PROFILES_KEPT = 64
"""Bytes of a digest never change, so what is known of them holds. A profile has a few kilobytes for each column."""


class DuckDBTables:
    """Reads blobs that ``locate`` finds by digest (``ArtifactStore.path``) in children that are started on first use,
    end when they are idle, and are started anew when they died. One turns pages; the other folds whole tables
    (profiles, charts, exports, comparisons), which takes seconds of a large one and must keep no page waiting. Safe for
    threads: requests of a kind wait for each other."""

    def __init__(
        self, locate: Callable[[str], Path], *, limits: Limits = DEFAULTS, environ: Mapping[str, str] | None = None
    ) -> None:
        self._locate = locate
        self._limits = limits
        self._pages = Reader(limits, environ or {})
        self._folds = Reader(limits, environ or {})
        self._profiles: dict[tuple[str, str, str], Sequence[ColumnProfile]] = {}

    @property
    def pid(self) -> int | None:
        """The process that reads pages, if one was started and not ended by us."""
        return self._pages.pid

    def page(
        self, output: Output, *, offset: int = 0, limit: int = 100, sort: Sequence[str] = (), where: str | None = None
    ) -> Page:
        request: dict[str, Any] = {"operation": "page", "value": self._value(output)}
        request |= {"offset": offset, "limit": limit, "sort": list(sort), "where": where}
        found = self._pages.ask(request, f"output `{output.name}`", self._limits.seconds)
        rows = found["rows"]
        if not sort and where is None:
            _show_objects(rows, found["columns"], found["opaque"], offset, output.preview)
        return Page(
            columns=tuple(found["columns"]),
            types=tuple(found["types"]),
            rows=tuple(tuple(row) for row in rows),
            total=found["total"],
            matching=found["matching"],
        )

    def profile(self, output: Output) -> Sequence[ColumnProfile]:
        """Over all rows; NaN counts as null. Histograms of times have edges in seconds (since 1970, for moments)."""
        kept = (output.digest, output.codec, output.type)
        if kept not in self._profiles:
            request = {"operation": "profile", "value": self._value(output)}
            found = self._folds.ask(request, f"output `{output.name}`", self._limits.seconds)
            while len(self._profiles) >= PROFILES_KEPT:
                self._profiles.pop(next(iter(self._profiles)), None)
            self._profiles[kept] = [_profile(column) for column in found]
        return self._profiles[kept]

    def chart(self, output: Output, wish: ChartWish) -> Marks:
        request = {"operation": "chart", "value": self._value(output), "wish": asdict(wish)}
        found = self._folds.ask(request, f"output `{output.name}`", self._limits.seconds)
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
            return int(self._folds.ask(request, f"output `{output.name}`", self._limits.export_seconds))

    def diff(self, before: Output, after: Output, key: Sequence[str] | None) -> TableDiff:
        """Each of ``statistics`` has ``column``, ``changed`` (cells; None without a key), ``before`` and ``after``
        (nulls, distinct, minimum, maximum, mean, deviation). Each of ``samples`` has ``change`` (changed, removed or
        added), ``key``, ``columns`` (those that differ), ``before`` and ``after`` (objects, or None)."""
        request: dict[str, Any] = {"operation": "diff", "before": self._value(before), "after": self._value(after)}
        request["key"] = None if key is None else list(key)
        name = before.name if before.name == after.name else f"{before.name}` and `{after.name}"
        found = self._folds.ask(request, f"output `{name}`", self._limits.seconds)
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
        """End the requests under way, from any thread; whoever waits for one gets Unavailable (code ``cancelled``)."""
        self._pages.cancel()
        self._folds.cancel()

    def close(self) -> None:
        self._pages.close()
        self._folds.close()

    def _value(self, output: Output) -> dict[str, str]:
        if output.in_memory:
            raise NotFound(
                f"Output `{output.name}` was handed over in memory and never stored.",
                hint="Switch `cache_block_output_in_memory` off in its pipeline to keep it.",
            )
        try:
            path = os.path.abspath(self._locate(output.digest))
        except NotFound:
            raise NotFound(
                f"The stored bytes of output `{output.name}` are gone.", hint="Run the block again to have them."
            ) from None
        return {"path": path, "name": output.name, "codec": output.codec, "type": output.type}


def _show_objects(
    rows: list[list[Any]], labels: Sequence[str], opaque: Sequence[str], offset: int, preview: Any
) -> None:
    """Cells that the reader may not open, as the block process has shown them in the preview of the first rows."""
    if not opaque or not isinstance(preview, dict) or preview.get("kind") != "table":
        return
    shown = [column["name"] for column in preview["columns"]]
    for label in opaque:
        if list(labels).count(label) != 1 or shown.count(label) != 1:
            continue  # which of them is meant?
        place, source = list(labels).index(label), shown.index(label)
        for row, known in zip(rows, preview["rows"][offset:], strict=False):
            row[place] = known[source]


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
