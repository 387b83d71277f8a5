"""What a ``notification_config`` says that will not be heard is told by `blockwright check`: file, line, key."""

from __future__ import annotations

from textwrap import dedent

import pytest
import yaml

from blockwright.adapters.project.findings import Findings, dotted
from blockwright.adapters.project.notification_doubts import doubt_notifications
from tests.project import Project

LOAD = {"kind": "loader", "id": "load", "code": "@data_loader\ndef load(*args, **kwargs):\n    return 1\n"}


def doubts(text: str) -> list[tuple[str, str]]:
    findings = Findings("metadata.yaml")
    doubt_notifications(yaml.safe_load(dedent(text)), findings)
    return [(dotted(item.key).removeprefix("notification_config."), item.message) for item in findings.items]


def test_what_is_right_is_not_doubted() -> None:
    assert not doubts(
        """
        alert_on: [trigger_failure, run_stuck]
        email_config: {smtp_host: mail, smtp_port: 587, smtp_starttls: "true", to_emails: "a@x.org, b@x.org"}
        slack_config: {webhook_url: ["https://hooks.example/a", "{{ env_var('SECOND') }}"]}
        opsgenie_config: {url: "{{ env_var('URL') }}", api_key: None, tags: [a], responders: [{type: team}]}
        channels: [{name: pager, url: "pagerduty://key@token", alert_on: data_quality_failure}]
        message_templates: {failure: {title: "{pipeline_uuid}"}, run_stuck: {summary: x}}
        stuck: {factor: 2.5, minimum: 5m, waiting: 2h}
        no_run_since: {"": 26h, nightly: 1d}
        """
    )


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ("slck_config: {webhook_url: x}", "slck_config", "The key `slck_config` means nothing."),
        ("slack_config: {webhook: x}", "slack_config.webhook", "The key `webhook` means nothing."),
        ("slack_config: https://x", "slack_config", "`slack_config` is 'https://x'; it must be a mapping."),
        (
            "slack_config: {webhook_url: hooks.example/secret}",
            "slack_config.webhook_url",
            "`webhook_url` is a single value; it must be an address that begins with `https://`.",
        ),
        ("alert_on: [failure]", "alert_on", "`alert_on` is a list; it must be a list of"),
        ("email_config: {smtp_port: 99999}", "email_config.smtp_port", "it must be a port from 1 to 65535"),
        ("email_config: {smtp_ssl: perhaps}", "email_config.smtp_ssl", "it must be true or false"),
        ("email_config: {to_emails: nobody}", "email_config.to_emails", "it must be addresses of mail"),
        ("channels: {pager: x}", "channels", "`channels` is a mapping; it must be a list."),
        ("channels: [{url: 'json://x'}]", "channels[0]", "A channel has no `name`, and is not used."),
        (
            "channels: [{name: a, url: 'json://x'}, {name: a, url: 'json://y'}]",
            "channels[1]",
            "There are two channels `a`.",
        ),
        ("channels: [{name: a, url: example.org}]", "channels[0].url", "it must be an address like `service://…`"),
        ("message_templates: {failed: {title: x}}", "message_templates.failed", "The key `failed` means nothing."),
        ("stuck: {factor: fast}", "stuck.factor", "it must be a number from 1 on"),
        ("stuck: {minimum: soon}", "stuck.minimum", "it must be a length of time such as `2h`"),
        ("no_run_since: {nightly: never}", "no_run_since", "it must be a length of time"),
    ],
)
def test_what_will_not_be_heard_is_told(text: str, key: str, message: str) -> None:
    ((found, told),) = doubts(text)
    assert found == key
    assert message in told
    assert "secret" not in told


def test_check_names_file_line_and_key_and_the_project_runs_all_the_same(project: Project) -> None:
    project.pipeline("p", LOAD, notification_config={"slack_config": {"webhook_url": "example"}})
    project.write("metadata.yaml", "project_type: standalone\nnotification_config:\n  alert_on: [broken]\n")
    problems = project.report("check")["problems"]
    told = [(problem["file"], problem["line"], problem["key"], problem["severity"]) for problem in problems]
    assert ("metadata.yaml", 3, "notification_config.alert_on", "warning") in told
    ((line, key),) = [(line, key) for file, line, key, _ in told if file == "pipelines/p/metadata.yaml"]
    assert key == "notification_config.slack_config.webhook_url"
    text = (project.root / "pipelines/p/metadata.yaml").read_text().splitlines()
    assert "webhook_url" in text[line - 1]
    assert project.report("run", "p")["state"] == "completed"
