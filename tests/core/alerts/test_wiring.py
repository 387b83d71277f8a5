"""What a ``notification_config`` becomes, with everything that people write into it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockwright.core.alerts.model import DEFAULT_KINDS, Address, AlertKind, Email, Opsgenie, Service, Webhook
from blockwright.core.alerts.wiring import merged, read_wiring

MAIL = {"smtp_host": "mail.example", "to_emails": ["a@example.org", "b@example.org"]}


def targets(config: dict[str, Any]) -> dict[str, Any]:
    return {channel.name: channel.target for channel in read_wiring(config).channels}


def test_every_key_of_the_format_gives_its_channel() -> None:
    config = {f"{service}_config": {"webhook_url": f"https://{service}.example/x"} for service in Service}
    found = targets({**config, "email_config": MAIL, "opsgenie_config": {"url": "https://o.example", "api_key": "k"}})
    assert {name for name, target in found.items() if isinstance(target, Webhook)} == {str(one) for one in Service}
    assert found["opsgenie"] == Opsgenie("https://o.example", "k")
    assert found["email"] == Email("mail.example", 587, "blockwright@mail.example", ("a@example.org", "b@example.org"))


@pytest.mark.parametrize("off", [None, "", "None", "  "])
def test_an_empty_address_turns_a_channel_off(off: str | None) -> None:
    config = {
        "slack_config": {"webhook_url": off},
        "teams_config": {"webhook_url": [off, off]},
        "email_config": {**MAIL, "smtp_host": off},
        "channels": [{"name": "pager", "url": off}],
    }
    assert (targets(config), read_wiring(config).problems) == ({}, ())


def test_teams_takes_a_list() -> None:
    urls = ["https://t.example/1", "https://t.example/2"]
    assert list(targets({"teams_config": {"webhook_url": urls}})) == ["teams", "teams_2"]


@pytest.mark.parametrize(
    ("given", "port", "starttls", "ssl"),
    [
        ({"smtp_user": "u", "smtp_password": "p"}, 587, True, False),
        ({"smtp_user": "u", "smtp_password": "p", "smtp_starttls": "false"}, 587, False, False),
        ({"smtp_ssl": True, "smtp_password": "p"}, 465, False, True),
        ({"smtp_ssl": "true", "smtp_port": "2465"}, 2465, False, True),
        ({"smtp_port": 25}, 25, False, False),
    ],
)
def test_mail_is_encrypted_as_it_says_and_passwords_by_default(
    given: dict[str, Any], port: int, starttls: bool, ssl: bool
) -> None:
    mail = targets({"email_config": {**MAIL, **given}})["email"]
    assert (mail.port, mail.starttls, mail.ssl) == (port, starttls, ssl)


def test_own_channels_may_hear_of_other_things() -> None:
    channels = [
        {"name": "pager", "url": "pagerduty://k@i", "alert_on": ["run_stuck"]},
        {"name": "log", "url": "json://x"},
    ]
    config = {"alert_on": ["trigger_success"], "channels": channels}
    wiring = read_wiring(config)
    assert [channel.name for channel in wiring.wants(AlertKind.STUCK)] == ["pager"]
    assert [channel.name for channel in wiring.wants(AlertKind.SUCCESS)] == ["log"]
    assert wiring.channels[0].target == Address("pagerduty://k@i")
    assert read_wiring({"channels": channels[1:]}).channels[0].alert_on == DEFAULT_KINDS


def test_keys_of_the_pipeline_replace_those_of_the_project_whole() -> None:
    project = {"alert_on": ["trigger_success"], "email_config": MAIL}
    pipeline = {"email_config": {"smtp_host": "other.example"}}
    assert merged(project, pipeline) == {"alert_on": ["trigger_success"], **pipeline}


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({"alert_on": ["trigger_faliure"]}, "trigger_faliure"),
        ({"slack_config": {"webhook_url": "hooks.slack.com/x"}}, "slack_config"),
        ({"email_config": {**MAIL, "smtp_port": "many"}}, "email_config"),
        ({"email_config": {**MAIL, "smtp_ssl": "maybe"}}, "smtp_ssl"),
        ({"channels": [{"url": "json://x"}]}, "channels[0]"),
        ({"channels": [{"name": "a", "url": "nothing"}]}, "`a`"),
        ({"channels": {"name": "a"}}, "list"),
        ({"channels": [{"name": "a", "url": "json://x"}] * 2}, "two channels"),
        ({"message_templates": {"failed": {}}}, "failed"),
        ({"no_run_since": "soon"}, "no_run_since"),
        ({"stuck": {"factor": "x"}}, "stuck.factor"),
        ({"stuck": {"waiting": "-1h"}}, "stuck.waiting"),
    ],
)
def test_what_is_wrong_is_told_and_the_rest_works(config: dict[str, Any], problem: str) -> None:
    wiring = read_wiring({"discord_config": {"webhook_url": "https://d.example"}, **config})
    assert any(problem in told for told in wiring.problems), wiring.problems
    assert "discord" in [channel.name for channel in wiring.channels]


def test_silence_is_allowed_for_the_pipeline_or_for_each_trigger() -> None:
    assert read_wiring({"no_run_since": "26h"}).no_run_since == {"": timedelta(hours=26)}
    assert read_wiring({"no_run_since": {"nightly": "1d12h"}}).no_run_since == {"nightly": timedelta(hours=36)}


def test_addresses_and_passwords_do_not_show() -> None:
    config = {
        "slack_config": {"webhook_url": "https://s.example/hunter2"},
        "email_config": {**MAIL, "smtp_password": "hunter2"},
        "opsgenie_config": {"url": "https://o.example", "api_key": "hunter2"},
        "channels": [{"name": "a", "url": "json://hunter2"}],
    }
    wiring = read_wiring(config)
    assert len(wiring.channels) == 4
    assert "hunter2" not in repr(wiring)


YAML = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        *("alert_on", "email_config", "slack_config", "teams_config", "opsgenie_config", "channels"),
        *("message_templates", "stuck", "no_run_since"),
    ]
)


@given(st.dictionaries(KEYS, YAML))
def test_nothing_that_yaml_can_hold_raises(config: dict[str, Any]) -> None:
    read_wiring(config)
