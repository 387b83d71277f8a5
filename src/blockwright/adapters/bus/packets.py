"""A notice as bytes and back."""

from __future__ import annotations

import json
from collections.abc import Mapping

from blockwright.ports.bus import Notice, Topic

LIMIT = 16_000
"""Bytes of the longest notice; a longer one is told without its data, since that something happened is what counts."""


def packed(notice: Notice) -> bytes:
    """The notice as ASCII. What is no JSON, or too long, is left out of it: ``publish`` never raises."""
    head = {"topic": notice.topic.value, "project": notice.project}
    try:
        packet = json.dumps({**head, "data": dict(notice.data)}).encode("ascii")
    except (TypeError, ValueError, RecursionError):
        packet = b""
    return packet if 0 < len(packet) <= LIMIT else json.dumps({**head, "data": {}}).encode("ascii")


def unpacked(packet: bytes) -> Notice | None:
    """None for what is no notice: anyone who can reach the channel can write into it."""
    try:
        message = json.loads(packet)
        topic, project, data = Topic(message["topic"]), message["project"], message["data"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not isinstance(project, str) or not isinstance(data, Mapping):
        return None
    return Notice(topic, project, data)
