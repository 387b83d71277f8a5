"""Messages of the language server protocol on a pipe: a header with the length, then JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any

MOST = 32 * 1024 * 1024
"""Bytes of one message; whatever says more is no language server any more."""


class Garbled(Exception):
    """What came is no message."""


def encoded(message: Mapping[str, Any]) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=True).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def read(stream: IO[bytes]) -> dict[str, Any] | None:
    """The next message; None at the end. Raises Garbled."""
    length = 0
    while line := stream.readline(1_000):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = _number(value)
        if line == b"\r\n":
            break
    else:
        return None
    if not 0 < length <= MOST:
        raise Garbled
    body = stream.read(length)
    if len(body) < length:
        return None
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        raise Garbled from None
    if not isinstance(message, dict):
        raise Garbled
    return message


def _number(value: bytes) -> int:
    try:
        return int(value)
    except ValueError:
        raise Garbled from None
