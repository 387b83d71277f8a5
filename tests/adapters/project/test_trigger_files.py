"""``triggers.yaml``: every key of the format and our own, and writing that leaves the rest as it is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

import pytest

from blockwright.adapters.project.trigger_files import DiskTriggerFiles
from blockwright.core.errors import Conflict, Forbidden, NotFound
from blockwright.core.triggers.model import (
    EventSource,
    LimitRule,
    Misfire,
    SourceType,
    TriggerSettings,
    TriggerSpec,
    TriggerType,
)

FULL = """
triggers:
- name: Retrain models hourly
  schedule_type: time
  schedule_interval: '@hourly'
  start_time: 2024-05-16 07:00:00+00:00
  status: active
  description: null
  envs: [prod, dev]
  last_enabled_at: 2024-05-16 07:00:00
  pipeline_uuid: p
  repo_path: null
  settings:
    allow_blocks_to_fail: false
    create_initial_pipeline_run: true
    pipeline_run_limit: 2
    timeout: 60
    timeout_status: cancelled
    invalid_schedule_interval: true
  sla: 90
  token: null
  variables: {x: 1}
  timezone: Europe/Berlin
  misfire: {all: 5}
  concurrency_key: '{{ variables.x }}'
  priority: 3
- name: arrivals
  schedule_type: event
  sources:
  - {type: folder, path: inbox, glob: '**/*.csv'}
  - {type: webhook, secret: key}
  match: {name: [{prefix: a}]}
- {name: hook, schedule_type: api, status: active, token: abc, start_time: '2024-05-16T07:00:00'}
"""


@pytest.fixture
def files(tmp_path: Path) -> DiskTriggerFiles:
    (tmp_path / "pipelines/p").mkdir(parents=True)
    return DiskTriggerFiles(tmp_path)


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "pipelines/p/triggers.yaml"
    file.write_text(dedent(text))
    return file


def test_every_key_is_read(files: DiskTriggerFiles, tmp_path: Path) -> None:
    write(tmp_path, FULL)
    hourly, arrivals, hook = files.read("p").entries
    assert [entry.problem for entry in (hourly, arrivals, hook)] == ["", "", ""]
    assert hourly.spec == TriggerSpec(
        "Retrain models hourly",
        TriggerType.TIME,
        "@hourly",
        timezone="Europe/Berlin",
        start_time=datetime(2024, 5, 16, 7, tzinfo=UTC),
        active=True,
        envs=("prod", "dev"),
        variables={"x": 1},
        sla=90.0,
        settings=TriggerSettings(False, True, False, 2, False, 60.0, "cancelled"),
        misfire=Misfire.ALL,
        misfire_most=5,
        limits=(LimitRule("{{ variables.x }}"),),
        priority=3,
    )
    assert arrivals.spec.sources == (
        EventSource(SourceType.FOLDER, path="inbox", glob="**/*.csv"),
        EventSource(SourceType.WEBHOOK, secret="key"),
    )
    assert (hook.token, hook.spec.start_time) == ("abc", datetime(2024, 5, 16, 7, tzinfo=UTC))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("schedule_interval: '@dayly'", "Did you mean `@daily`"),
        ("timezone: Europe/Berln", "Did you mean `Europe/Berlin`"),
        ("misfire: {all: 0}", "whole number"),
        ("misfire: never", "one of"),
        ("start_time: noon", "date and time"),
        ("settings: {timeout: -1}", "timeout"),
        ("sources: [{type: folder, path: x}]", "schedule_type: event"),
        ("limits: [{limit: 2}]", "a `key`"),
    ],
)
def test_what_is_wrong_stops_only_its_own_trigger(
    files: DiskTriggerFiles, tmp_path: Path, line: str, says: str
) -> None:
    start = "" if line.startswith("schedule") else "  schedule_interval: '@daily'\n"
    text = f"triggers:\n- name: bad\n  status: active\n{start}  {line}\n- {{name: good, schedule_interval: '@daily'}}\n"
    write(tmp_path, text)
    bad, good = files.read("p").entries
    assert says in bad.problem
    assert good.problem == ""


@pytest.mark.parametrize("text", ["triggers: [", "- a", "\x00"])
def test_a_file_that_cannot_be_read_says_so(files: DiskTriggerFiles, tmp_path: Path, text: str) -> None:
    write(tmp_path, text)
    file = files.read("p")
    assert file.entries == ()
    assert "triggers.yaml" in file.problem


def test_a_signature_changes_with_the_file(files: DiskTriggerFiles, tmp_path: Path) -> None:
    assert (files.signatures(), files.signature("p")) == ({}, "")
    write(tmp_path, FULL)
    first = files.signatures()
    assert first == {"p": files.signature("p")}
    write(tmp_path, FULL)
    assert files.signatures() != first


COMMENTED = """\
# what runs at night
triggers:
# first
- name: a  # the a
  schedule_interval: '@daily'   # daily
  status: inactive
# second
- {name: b, schedule_interval: '@hourly'}
"""


def test_writing_keeps_comments_order_and_layout(files: DiskTriggerFiles, tmp_path: Path) -> None:
    file = write(tmp_path, COMMENTED)
    files.put("p", "a", {"status": "active", "description": None})
    assert file.read_text() == COMMENTED.replace("inactive", "active")
    files.put("p", "c", {"schedule_type": "api"})
    assert file.read_text().startswith(COMMENTED.replace("inactive", "active"))
    files.remove("p", "a")
    text = file.read_text()
    assert text.startswith("# what runs at night\ntriggers:\n# first\n# second\n- {name: b")
    assert [entry.spec.name for entry in files.read("p").entries] == ["b", "c"]


def test_the_last_one_can_be_taken_out_and_the_first_written(files: DiskTriggerFiles, tmp_path: Path) -> None:
    files.put("p", "a", {"schedule_interval": "@daily"})
    assert [entry.spec.name for entry in files.read("p").entries] == ["a"]
    files.remove("p", "a")
    assert files.read("p").entries == []


def test_a_file_that_changed_meanwhile_is_not_written(files: DiskTriggerFiles, tmp_path: Path) -> None:
    file = write(tmp_path, COMMENTED)
    digest = files.read("p").digest
    files.put("p", "a", {"status": "active"}, expected=digest)
    for attempt in (lambda: files.put("p", "a", {}, expected=digest), lambda: files.remove("p", "a", expected=digest)):
        with pytest.raises(Conflict) as caught:
            attempt()
        assert caught.value.code == "file_changed"
    assert "status: active" in file.read_text()


def test_names_are_kept_apart(files: DiskTriggerFiles, tmp_path: Path) -> None:
    write(tmp_path, COMMENTED)
    with pytest.raises(Conflict):
        files.put("p", "a", {"name": "b"})
    with pytest.raises(NotFound):
        files.remove("p", "z")
    with pytest.raises(Forbidden):
        files.read("../p")


def test_where_new_ones_belong_is_said_by_the_pipeline_or_the_project(files: DiskTriggerFiles, tmp_path: Path) -> None:
    assert not files.saved_in_code("p")
    switch = "settings: {triggers: {save_in_code_automatically: true}}\n"
    (tmp_path / "metadata.yaml").write_text(f"pipelines:\n  {switch}")
    assert files.saved_in_code("p")
    (tmp_path / "pipelines/p/metadata.yaml").write_text(switch.replace("true", "false"))
    assert not files.saved_in_code("p")
