"""What commands change is in the audit log, as what the web's doors change."""

from __future__ import annotations

import pytest

from tests.project import Project

pytestmark = pytest.mark.slow
LOAD = {"kind": "loader", "id": "load", "code": "@data_loader\ndef load(*args, **kwargs):\n    return 1\n"}


def test_triggers_backfills_and_products_leave_entries(project: Project) -> None:
    project.pipeline("p", LOAD)
    project.write("global_data_products.yaml", "numbers:\n  object_type: pipeline\n  object_uuid: p\n")
    for command in (
        ("trigger", "new", "p", "nightly", "--schedule", "@daily"),
        ("trigger", "disable", "nightly"),
        ("trigger", "enable", "nightly"),
        ("trigger", "run", "nightly"),
        ("backfill", "start", "p", "--from", "2024-01-01", "--to", "2024-01-02"),
        ("backfill", "pause", "1"),
        ("backfill", "resume", "1"),
        ("backfill", "cancel", "1"),
        ("products", "refresh", "numbers"),
    ):
        done = project.run(*command)
        assert done.code == 0, (command, done.err)
    entries = project.report("audit")["entries"]
    assert [(entry["action"], entry["object"]) for entry in reversed(entries)] == [
        ("trigger.create", "p/nightly"),
        ("trigger.disable", "p/nightly"),
        ("trigger.enable", "p/nightly"),
        ("trigger.run", "p/nightly"),
        ("backfill.create", "p"),
        ("backfill.pause", "p"),
        ("backfill.resume", "p"),
        ("backfill.cancel", "p"),
        ("product.refresh", "p/numbers"),
    ]
    assert {entry["project"] for entry in entries} == {"shop"}
    assert all(entry["actor"].endswith("on the command line") for entry in entries)
