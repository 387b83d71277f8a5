"""The contract of ``ports.monitors.MonitorStore``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from blockwright.core.monitors.definitions import FindingKind
from blockwright.core.monitors.findings import NewResult, ResultState
from blockwright.core.monitors.judging import Found
from blockwright.ports.monitors import MonitorStore

NOW = datetime(2026, 1, 31, tzinfo=UTC)
DRIFT = Found(FindingKind.DRIFT, "1 of 2 drifted")


def result(*found: Found, monitor: str = "delay", days: int = 0, **fields: Any) -> NewResult:
    at = NOW + timedelta(days=days)
    said: dict[str, Any] = {
        "version": 1,
        "state": ResultState.FOUND if found else ResultState.WELL,
        "evaluated": at,
        "since": at - timedelta(days=7),
        "until": at,
        "rows": 900,
        "text": "as it is",
        "by": "ada",
        "document": {"features": []},
        **fields,
    }
    return NewResult(monitor=monitor, model="delay", found=found, **said)


class MonitorStoreContract:
    def test_a_result_is_kept_as_it_is(self, store: MonitorStore) -> None:
        kept, holding = store.record("shop", result(document={"features": [{"name": "größe"}]}))
        assert (kept.monitor, kept.version, kept.rows, kept.evaluated, kept.by) == ("delay", 1, 900, NOW, "ada")
        assert holding == []
        assert store.results("shop", "delay", limit=5) == [kept]
        assert kept.document == {"features": [{"name": "größe"}]}
        assert store.results("other", "delay", limit=5) == []

    def test_results_come_newest_first_and_page_by_page(self, store: MonitorStore) -> None:
        kept = [store.record("shop", result(days=day))[0] for day in range(4)]
        other = store.record("shop", result(monitor="price"))[0]
        first = store.results("shop", "delay", limit=2)
        assert first == [kept[3], kept[2]]
        assert store.results("shop", "delay", before=first[-1].id, limit=9) == [kept[1], kept[0]]
        assert store.latest("shop") == {"delay": kept[3], "price": other}

    def test_a_finding_holds_until_it_is_no_longer_found(self, store: MonitorStore) -> None:
        (opened,) = store.record("shop", result(DRIFT))[1]
        assert (opened.kind, opened.version, opened.opened, opened.closed) == (FindingKind.DRIFT, 1, NOW, None)
        (seen,) = store.record("shop", result(Found(FindingKind.DRIFT, "2 of 2 drifted"), days=1))[1]
        assert (seen.id, seen.opened, seen.seen, seen.reason) == (
            *(opened.id, NOW, NOW + timedelta(days=1), "2 of 2 drifted"),
        )
        assert store.record("shop", result(days=2))[1] == []
        (ended,) = store.findings("shop", limit=5)
        assert (ended.id, ended.closed) == (opened.id, NOW + timedelta(days=2))
        (again,) = store.record("shop", result(DRIFT, days=3))[1]
        assert again.id > opened.id

    def test_another_version_ends_what_was_found_of_the_one_before(self, store: MonitorStore) -> None:
        (first,) = store.record("shop", result(DRIFT))[1]
        (second,) = store.record("shop", result(DRIFT, version=2, days=1))[1]
        assert (second.version, second.id > first.id) == (2, True)
        assert [one.closed is None for one in store.findings("shop", limit=5)] == [True, False]

    def test_findings_are_confined(self, store: MonitorStore) -> None:
        store.record("shop", result(DRIFT, Found(FindingKind.QUALITY, "12 % are missing")))
        store.record("shop", result(DRIFT, monitor="price"))
        store.record("shop", result(monitor="price", days=1))
        assert [one.monitor for one in store.findings("shop", limit=9)] == ["price", "delay", "delay"]
        assert [one.kind for one in store.findings("shop", "delay", kind=FindingKind.QUALITY, limit=9)] == ["quality"]
        holding = store.findings("shop", open_only=True, limit=9)
        assert [one.monitor for one in holding] == ["delay", "delay"]
        assert store.findings("shop", before=holding[-1].id, limit=9) == []
        assert store.findings("other", limit=9) == []

    def test_old_results_are_forgotten_but_for_the_newest(self, store: MonitorStore) -> None:
        store.record("shop", result(DRIFT))
        store.record("shop", result(days=1))
        newest = store.record("shop", result(DRIFT, days=2))[0]
        lonely = store.record("shop", result(monitor="price"))[0]
        assert store.prune("shop", NOW + timedelta(days=30)) == 2
        assert store.results("shop", "delay", limit=9) == [newest]
        assert store.results("shop", "price", limit=9) == [lonely]
        assert [one.closed for one in store.findings("shop", limit=9)] == [None]
        assert store.prune("shop", NOW + timedelta(days=30)) == 0
