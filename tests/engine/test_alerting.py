"""What happens to runs reaches people: over real mail, real HTTP and a real database, whatever else is broken."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from blockwright.compose import Embedded
from blockwright.core.alerts.model import AlertKind, Service, Webhook
from blockwright.core.blocks import BlockId
from blockwright.core.runs.model import BlockRun, BlockRunName, BlockState, Queue, RunKind, RunState
from blockwright.core.triggers.model import Outcome
from blockwright.engine import alerting
from blockwright.engine.alerting import Alerting
from blockwright.ports.alerts import DeliveryState
from blockwright.ports.feed import Cursor
from blockwright.ports.runs import Fire
from blockwright.services import alerts
from blockwright.services.triggers import edits
from blockwright.settings import read
from tests.engine.records import Records, ago, records
from tests.receivers import hanging, http_receiver, mail_server, refusing

EVERYTHING = [kind.value for kind in AlertKind if kind not in (AlertKind.TEST, AlertKind.DEAD_CHANNEL)]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Records]:
    with records(tmp_path / "shop", BLOCKWRIGHT_PUBLIC_URL="https://bw.example/") as made:
        yield made


def started(shop: Records) -> Alerting:
    """A loop that has looked once and so knows where the feed is."""
    loop = Alerting(shop.installation)
    loop.turn()
    return loop


def settle(loop: Alerting) -> None:
    """Turn until nothing is under way any more."""
    until(lambda: loop.turn() > 0 and not loop.couriers.busy)


def until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.01)


def hook(receiver: Any, name: str = "hook", alert_on: list[str] | None = None) -> dict[str, Any]:
    return {"name": name, "url": f"json://{receiver.place}/", "alert_on": alert_on or EVERYTHING}


def test_a_failure_is_told_by_mail_and_webhook_with_what_and_where(shop: Records) -> None:
    with mail_server() as mail, http_receiver() as slack:
        shop.project(
            email_config={"smtp_host": "127.0.0.1", "smtp_port": mail.port, "to_emails": ["a@example.org"]},
            slack_config={"webhook_url": f"http://{slack.place}/hook"},
            message_templates={"failure": {"title": "{pipeline_uuid} broke: {unknown}"}},
        )
        loop = started(shop)
        run = shop.fail(shop.begin())
        settle(loop)
        assert mail.next()["Subject"] == "sales broke: {unknown}"
        text = slack.next().json["text"]
        assert "Run 1 of pipeline sales failed: block load: ValueError: no rows" in text
        assert f"https://bw.example/runs/{run.id}" in text
    (alert,) = shop.workspace.oversight.alerts.list("shop")
    assert [(one.channel, one.state.value, one.tries) for one in alert.deliveries] == [
        ("email", "sent", 1),
        ("slack", "sent", 1),
    ]


def test_each_is_told_once_however_many_engines_read_and_restart(shop: Records) -> None:
    first, second = started(shop), started(shop)
    shop.fail(shop.begin())
    for loop in (first, second, Alerting(shop.installation), first):
        settle(loop)
    shop.workspace.oversight.alerts.remember("", "feed", "0-0")  # as after a crash before the place was noted
    settle(Alerting(shop.installation))
    assert shop.kinds() == ["trigger_failure"]


def test_how_far_it_has_read_is_noted_now_and_then_and_not_lost(shop: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerting, "NOTE_SECONDS", 3600.0)
    loop, memory = started(shop), shop.workspace.oversight.alerts
    noted = memory.recall("", "feed")
    shop.fail(shop.begin())
    settle(loop)
    assert memory.recall("", "feed") == noted  # too early for another write
    monkeypatch.setattr(alerting, "NOTE_SECONDS", 0.0)
    settle(loop)  # nothing is new
    assert memory.recall("", "feed") == loop.cursor != noted


def test_what_happened_while_no_engine_ran_is_told_by_the_next_one(shop: Records) -> None:
    started(shop)
    shop.fail(shop.begin())
    settle(Alerting(shop.installation))
    assert shop.kinds() == ["trigger_failure"]


def test_what_was_before_the_first_engine_is_not_told(shop: Records) -> None:
    shop.fail(shop.begin())
    settle(started(shop))
    assert shop.kinds() == []


def test_who_sits_before_a_run_is_not_sent_a_message(shop: Records) -> None:
    loop = started(shop)
    shop.fail(shop.begin(kind=RunKind.MANUAL, queue=Queue.OWN))
    shop.fail(shop.begin(kind=RunKind.INTERACTIVE))
    settle(loop)
    assert shop.kinds() == []


def test_success_is_told_to_those_who_ask_for_it(shop: Records) -> None:
    with http_receiver() as glad, http_receiver() as other:
        shop.project(channels=[hook(glad, "glad", ["trigger_success"]), hook(other, "other", ["trigger_failure"])])
        loop = started(shop)
        shop.end(shop.begin(), RunState.COMPLETED)
        settle(loop)
        assert glad.next().json["title"] == "Completed: sales"
        assert other.got.empty()


def test_a_pipelines_channels_replace_the_projects_with_secrets_from_where_they_are_kept(shop: Records) -> None:
    with http_receiver() as ours, http_receiver() as theirs:
        shop.workspace.secrets.set("shop", "hook", f"http://{theirs.place}/s3cret")
        shop.project(slack_config={"webhook_url": f"http://{ours.place}/"})
        shop.pipeline(notification_config={"slack_config": {"webhook_url": "{{ mage_secret_var('hook') }}"}})
        loop = started(shop)
        shop.fail(shop.begin())
        settle(loop)
        assert theirs.next().path == "/s3cret"
        assert ours.got.empty()


def test_a_failed_test_of_the_data_is_an_alert_of_its_own(shop: Records) -> None:
    loop = started(shop)
    shop.fail(shop.begin(), tests_failed=2)
    settle(loop)
    assert sorted(shop.kinds()) == ["data_quality_failure", "trigger_failure"]


@pytest.mark.parametrize("ends", [False, True])
def test_a_passed_sla_is_told_once_also_when_the_run_ends_at_last(shop: Records, ends: bool) -> None:
    loop = started(shop)
    run = shop.begin(created=ago(minutes=5), sla=60)
    shop.begin(created=ago(minutes=5), sla=6000)
    if ends:
        shop.end(run, RunState.COMPLETED)
    settle(loop)
    shop.end(run, RunState.COMPLETED)
    settle(loop)
    assert shop.kinds() == ["trigger_passed_sla"]


def test_a_run_that_ended_in_time_passed_no_sla_even_when_it_is_looked_at_late(shop: Records) -> None:
    loop = started(shop)
    shop.end(shop.begin(created=ago(minutes=5), sla=60), RunState.COMPLETED, at=ago(minutes=4, seconds=30))
    settle(loop)
    assert shop.kinds() == []


def test_an_sla_that_began_to_run_before_a_restart_counts(shop: Records) -> None:
    loop = started(shop)
    shop.begin(created=ago(seconds=58), sla=60)
    settle(loop)
    assert shop.kinds() == []
    after = Alerting(shop.installation)
    until(lambda: after.turn() >= 0 and shop.kinds() == ["trigger_passed_sla"])


def test_what_takes_far_longer_than_usual_is_told(shop: Records) -> None:
    with http_receiver() as receiver:
        shop.project(channels=[hook(receiver)], stuck={"factor": 2, "minimum": "30s", "waiting": "1h"})
        for _ in range(3):
            shop.end(shop.begin(), RunState.COMPLETED, took=20)
        loop = started(shop)
        run = shop.begin(created=ago(minutes=1))
        row = BlockRun(
            BlockRunName("load"), BlockId("load"), state=BlockState.RUNNING, attempt=1, started=ago(minutes=1)
        )
        shop.save(run, row, state=RunState.RUNNING, started=ago(minutes=1))
        loop.looked = None
        settle(loop)
        texts = {receiver.next().json["message"].split("\n")[0] for _ in range(2)}
    assert {text.split(": ", 1)[1].split(",")[0] for text in texts} == {
        "it runs for 1 min",
        "block load: it runs for 1 min",
    }
    assert shop.kinds() == ["run_stuck", "run_stuck"]


def test_what_waits_too_long_for_its_turn_is_told(shop: Records) -> None:
    with http_receiver() as receiver:
        shop.project(channels=[hook(receiver)], stuck={"waiting": "1h"})
        shop.begin(created=ago(hours=2))
        blocked = shop.begin(created=ago(hours=2))
        row = BlockRun(BlockRunName("load"), BlockId("load"), state=BlockState.QUEUED)
        shop.save(blocked, row, at=ago(hours=2), state=RunState.RUNNING, started=ago(hours=2))
        settle(started(shop))
        texts = sorted(receiver.next().json["message"].split("\n")[0] for _ in range(2))
    assert texts == [
        "Run 1 of pipeline sales makes no progress: it waits to begin since 2 h (Waits for an engine to take it).",
        "Run 2 of pipeline sales makes no progress: block load waits for its turn since 2 h.",
    ]


def test_silence_is_told_once_for_each_time_of_silence(shop: Records) -> None:
    with http_receiver() as receiver:
        shop.project(channels=[hook(receiver, alert_on=["no_run_since"])])
        shop.pipeline(notification_config={"no_run_since": "1h"})
        shop.pipeline("fresh", notification_config={"no_run_since": "1h"})
        shop.end(shop.begin(), RunState.COMPLETED, at=ago(hours=3))
        for _ in range(2):
            settle(started(shop))
        assert shop.kinds() == ["no_run_since"]
        assert receiver.next().json["message"].startswith("Pipeline sales has not completed for 3 h; 1 h are allowed.")
        shop.end(shop.begin(), RunState.COMPLETED, at=ago(hours=2))
        settle(started(shop))
    assert shop.kinds() == ["no_run_since", "no_run_since"]


def test_a_dead_channel_neither_blocks_nor_loses_the_others_and_is_reported(shop: Records) -> None:
    """One hangs, one answers 500, one refuses, one is no address; the good one hears of the failure at once and, when
    they have failed often enough, of each of them."""
    bad = ("hangs", "fails", "refuses", "wrong")
    with http_receiver() as good, http_receiver(500) as broken, hanging() as port:
        shop.project(
            channels=[
                {"name": "hangs", "url": f"json://127.0.0.1:{port}/?rto=0.3&cto=0.3"},
                {"name": "fails", "url": f"json://{broken.place}/"},
                {"name": "refuses", "url": f"json://127.0.0.1:{refusing()}/"},
                {"name": "wrong", "url": "nothing://x"},
                {"name": "good", "url": f"json://{good.place}/"},
            ]
        )
        loop = started(shop)
        shop.fail(shop.begin())
        loop.turn()
        assert good.next().json["title"] == "Failed: sales"
        for _ in range(3):
            settle(loop)
            _hurry(shop)
        titles = {good.next().json["title"] for _ in bad}
    assert titles == {f"A channel is dead: {name}" for name in bad}
    failure = shop.workspace.oversight.alerts.list("shop", kind=AlertKind.FAILURE)[0]
    states = {one.channel: (one.state, one.tries >= 3) for one in failure.deliveries}
    assert states == {"good": (DeliveryState.SENT, False), **dict.fromkeys(bad, (DeliveryState.WAITING, True))}


def test_a_channel_that_comes_back_gets_what_it_missed(shop: Records) -> None:
    with http_receiver(503) as receiver:
        shop.project(channels=[hook(receiver)])
        loop = started(shop)
        shop.fail(shop.begin())
        settle(loop)
        receiver.status = 200
        _hurry(shop)
        settle(loop)
        assert [receiver.next().json["title"] for _ in range(2)] == ["Failed: sales"] * 2
    (alert,) = shop.workspace.oversight.alerts.list("shop")
    assert [(one.state.value, one.problem) for one in alert.deliveries] == [("sent", "")]


def test_a_broken_file_keeps_the_others_from_nothing(shop: Records) -> None:
    with http_receiver() as receiver:
        shop.project(channels=[hook(receiver)])
        loop = started(shop)
        (shop.root / "pipelines" / "sales" / "metadata.yaml").write_text("blocks: [")
        shop.fail(shop.begin())
        settle(loop)
        assert receiver.next().json["title"] == "Failed: sales"


def _hurry(shop: Records) -> None:
    """Let every waiting message be due now, as if the pause were over."""
    store = shop.workspace.oversight.alerts
    later = ago(hours=-3)
    for delivery in store.due("shop", now=later):
        store.settle(replace(delivery, due=ago(seconds=1)))


def test_the_projects_own_file_may_ask_for_secrets(tmp_path: Path) -> None:
    with records(tmp_path / "shop") as before:
        before.workspace.secrets.set("shop", "hook", "https://hooks.example.org/s3cret")
    (tmp_path / "shop" / "metadata.yaml").write_text(
        "notification_config: {slack_config: {webhook_url: \"{{ mage_secret_var('hook') }}\"}}\n"
    )
    after = Embedded(read({"PATH": ""})).installation(tmp_path / "shop")
    try:
        (channel,) = alerts.wiring_of(after.workspace("shop")).channels
        assert channel.target == Webhook(Service.SLACK, "https://hooks.example.org/s3cret")
    finally:
        after.close()


def test_a_trigger_that_cannot_start_its_run_is_told_of_once(shop: Records) -> None:
    with http_receiver() as receiver:
        shop.project(channels=[hook(receiver)])
        shop.pipeline()
        loop = started(shop)
        keys = {"name": "nightly", "schedule_type": "time", "schedule_interval": "@daily", "status": "active"}
        trigger = edits.create(shop.workspace, "sales", keys, in_file=False)
        fire = Fire(trigger.id, "2024-01-31", ago(), "Pipeline `sales` cannot be read. Mend it.")
        for _ in range(2):
            shop.workspace.triggering.records.record(fire, Outcome.FAILED, project="shop", now=ago())
        settle(loop)
        told = receiver.next().json
        assert told["title"] == "Not started: sales"
        assert (
            "Trigger nightly could not start its run of pipeline sales: Pipeline `sales` cannot be" in told["message"]
        )
        (alert,) = shop.workspace.oversight.alerts.list("shop", limit=9)
        about = alert.about
        assert (about.kind, about.pipeline, about.run, about.trigger) == (AlertKind.FAILURE, "sales", None, trigger.id)
        loop.cursor = Cursor("0-0")  # read again from the beginning
        settle(loop)
        assert len(shop.workspace.oversight.alerts.list("shop", limit=9)) == 1
