"""Alerts and channels from the terminal."""

from __future__ import annotations

from tests.project import Project
from tests.receivers import http_receiver, refusing

ALLOWED = {"BLOCKWRIGHT_ALERT_HOSTS": "127.0.0.1"}


def test_channels_are_listed_tested_and_never_shown(project: Project) -> None:
    with http_receiver() as receiver:
        config = f"{{webhook_url: 'http://{receiver.place}/s3cret'}}"
        project.write(
            "metadata.yaml",
            f"notification_config: {{slack_config: {config}, alert_on: [wrong], channels: [{{name: a, url: x}}]}}\n",
        )
        listed = project.run("alerts", "channels", environ=ALLOWED)
        assert listed.out.splitlines()[1].split() == ["slack", "slack"]
        assert "wrong" in listed.err
        assert project.report("alerts", "channels")["channels"] == [{"name": "slack", "kind": "slack", "alert_on": []}]
        assert project.report("alerts", "test", "slack", environ=ALLOWED) == {
            "channel": "slack",
            "sent": True,
            "exit": 0,
        }
        assert "shop" in receiver.next().json["text"]
    assert "s3cret" not in listed.out + listed.err


def test_what_does_not_arrive_says_why(project: Project) -> None:
    url = f"json://127.0.0.1:{refusing()}/s3cret"
    project.write("metadata.yaml", f"notification_config: {{channels: [{{name: hook, url: '{url}'}}]}}\n")
    failed = project.run("alerts", "test", "hook", environ=ALLOWED)
    assert (failed.code, "did not arrive" in failed.err, "s3cret" in failed.err) == (1, True, False)
    assert project.report("alerts", "test", "hook")["error"]["code"] == "egress"
    unknown = project.report("alerts", "test", "nobody")
    assert (unknown["error"]["code"], unknown["exit"]) == ("channel_not_found", 2)
    assert project.report("alerts", "list") == {"alerts": [], "exit": 0}
