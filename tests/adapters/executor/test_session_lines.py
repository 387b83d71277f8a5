from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from blockwright.adapters.executor.session_lines import SessionLine
from blockwright.wire.documents import load
from blockwright.wire.messages import LIMIT
from blockwright.wire.specs import AttemptKind, AttemptSpec, CodeFile, Limits, ProjectContext

FIRST = AttemptSpec(
    attempt_id="1/a/1",
    run=1,
    pipeline="p",
    block="a",
    block_run="a",
    attempt=1,
    kind=AttemptKind.BLOCK,
    block_type="custom",
    language="python",
    code=CodeFile("custom/a.py", "0" * 64),
    project=ProjectContext("shop", "/shop", "/shop", "/data/snapshot"),
    store="/data/blobs",
    work="/data/runs/1/a/1",
    commit="/data/runs/1/a/done-0.json",
    session="1-1",
    variables={"day": "monday"},
)


def given(line: SessionLine) -> list[dict[str, Any]]:
    """The attempts as the session hears of them."""
    attempts = []
    for packet in line.packets():
        assert len(packet) <= LIMIT
        message = json.loads(packet)
        assert (message["op"], message["session"]) == ("next", "1-1")
        attempts += [{**each, "spec": {**message["shared"], **each["spec"]}} for each in message["attempts"]]
    return attempts


def test_attempts_arrive_as_they_are_though_most_of_them_is_told_once() -> None:
    specs = [replace(FIRST, attempt_id=f"1/a/{n}", limits=Limits(threads=n)) for n in range(1, 40)]
    line = SessionLine(FIRST)
    for turn, spec in enumerate(specs):
        line.add(spec, turn, (FIRST.attempt_id,))
    arrived = given(line)
    assert [load(AttemptSpec, each["spec"]) for each in arrived] == specs
    assert [(each["turn"], each["after"]) for each in arrived] == [(turn, ["1/a/1"]) for turn in range(39)]
    assert list(line.packets()) == []


def test_one_that_differs_in_what_the_others_share_is_told_whole() -> None:
    odd = replace(FIRST, attempt_id="1/a/2", variables={}, in_memory=True)
    line = SessionLine(FIRST)
    line.add(odd, 1, ())
    assert load(AttemptSpec, given(line)[0]["spec"]) == odd


def test_what_is_too_long_to_be_told_each_time_goes_with_the_attempt() -> None:
    long = replace(FIRST, variables={"text": "x" * 2_500}, system={"more": "y" * 2_500})
    short = replace(long, variables={}, system={})
    line = SessionLine(long)
    line.add(short, 1, ())
    (packet,) = line.packets()
    message = json.loads(packet)
    assert message["shared"] == {}
    assert load(AttemptSpec, message["attempts"][0]["spec"]) == short


def test_many_attempts_go_in_as_few_messages_as_hold_them() -> None:
    line = SessionLine(FIRST)
    for turn in range(100):
        line.add(replace(FIRST, attempt_id=f"1/a/{turn}", configuration={"text": "x" * 2_000}), turn, ())
    packets = list(line.packets())
    assert 3 < len(packets) < 6
    assert max(map(len, packets)) <= LIMIT
