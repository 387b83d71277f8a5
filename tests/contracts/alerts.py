"""What every ``AlertStore`` keeps. Subclass it and give a fixture ``alerts``."""

from __future__ import annotations

from dataclasses import replace

import pytest

from blockwright.core.alerts.model import AlertKind
from blockwright.core.errors import NotFound
from blockwright.core.runs.model import RunId
from blockwright.ports.alerts import AlertStore, DeliveryState, NewAlert
from tests.contracts.samples import NOON, later


def about(key: str = "run/7/3", **fields: object) -> NewAlert:
    given = {"kind": AlertKind.FAILURE, "title": "Failed", "body": "why", "pipeline": "sales", "run": RunId(7)}
    return NewAlert(key, **{**given, **fields})  # type: ignore[arg-type]


class AlertStoreContract:
    def test_an_alert_is_raised_once_for_each_key(self, alerts: AlertStore) -> None:
        first = alerts.add("shop", about(), ["mail", "slack"], now=NOON)
        assert first is not None
        assert alerts.add("shop", about(title="again"), ["pager"], now=later(5)) is None
        assert alerts.add("bank", about(), [], now=NOON) is not None
        alert = alerts.get("shop", first)
        assert (alert.about, alert.created) == (about(), NOON)
        assert [delivery.channel for delivery in alert.deliveries] == ["mail", "slack"]

    def test_text_of_users_never_hinders(self, alerts: AlertStore) -> None:
        added = alerts.add("shop", about(title="a\0b\ud800", body="ü" * 30_000), [], now=NOON)
        assert added is not None
        assert alerts.get("shop", added).about.title.startswith("a")

    def test_the_list_is_newest_first_page_by_page(self, alerts: AlertStore) -> None:
        for number in range(5):
            kind = AlertKind.STUCK if number % 2 else AlertKind.FAILURE
            alerts.add("shop", about(str(number), kind=kind, pipeline=f"p{number}"), ["mail"], now=later(number))
        page = alerts.list("shop", limit=2)
        assert [alert.about.key for alert in page] == ["4", "3"]
        assert [alert.about.key for alert in alerts.list("shop", before=page[-1].id, limit=9)] == ["2", "1", "0"]
        assert [alert.about.key for alert in alerts.list("shop", kind=AlertKind.STUCK)] == ["3", "1"]
        assert [alert.about.key for alert in alerts.list("shop", pipeline="p2")] == ["2"]
        assert all(len(alert.deliveries) == 1 for alert in page)
        assert alerts.list("bank") == []

    def test_an_alert_of_another_project_is_not_there(self, alerts: AlertStore) -> None:
        added = alerts.add("shop", about(), [], now=NOON)
        with pytest.raises(NotFound, match="There is no alert"):
            alerts.get("bank", added or 0)

    def test_a_try_is_taken_by_one_alone_and_its_end_recorded(self, alerts: AlertStore) -> None:
        alerts.add("shop", about(), ["mail"], now=NOON)
        assert alerts.due("bank", now=NOON) == []
        (due,) = alerts.due("shop", now=NOON)
        taken = alerts.take(due, until=later(60))
        assert taken == replace(due, tries=1, due=later(60))
        assert alerts.take(due, until=later(60)) is None
        assert alerts.due("shop", now=later(59)) == []
        alerts.settle(replace(taken, due=later(30), problem="refused"))
        assert alerts.next_due("shop") == later(30)
        (again,) = alerts.due("shop", now=later(30))
        assert (again.tries, again.problem, again.first_due) == (1, "refused", NOON)

    def test_who_died_while_it_sent_leaves_it_to_the_next(self, alerts: AlertStore) -> None:
        alerts.add("shop", about(), ["mail"], now=NOON)
        lost = alerts.take(alerts.due("shop", now=NOON)[0], until=later(60))
        assert lost is not None
        (found,) = alerts.due("shop", now=later(60))
        taken = alerts.take(found, until=later(120))
        assert taken is not None
        alerts.settle(replace(taken, state=DeliveryState.SENT, due=None))
        alerts.settle(replace(lost, state=DeliveryState.FAILED, due=None))  # comes back late: it no longer counts
        (alert,) = alerts.list("shop")
        assert [delivery.state for delivery in alert.deliveries] == [DeliveryState.SENT]
        assert alerts.next_due("shop") is None

    def test_old_alerts_are_forgotten_with_their_deliveries(self, alerts: AlertStore) -> None:
        alerts.add("shop", about("old"), ["mail"], now=NOON)
        alerts.add("shop", about("new"), [], now=later(10))
        assert alerts.prune(later(5)) == 1
        assert [alert.about.key for alert in alerts.list("shop")] == ["new"]
        assert alerts.due("shop", now=later(99)) == []

    def test_what_was_remembered_comes_back(self, alerts: AlertStore) -> None:
        assert alerts.recall("", "feed") is None
        alerts.remember("", "feed", "0-1")
        alerts.remember("", "feed", "0-2")
        assert (alerts.recall("", "feed"), alerts.recall("shop", "feed")) == ("0-2", None)
