"""Secrets never reach a log: every value that was handed out is replaced where text is written."""

from __future__ import annotations

import base64
import json
import re

MASK = "***"
_SHORT = 4
"""Shorter pieces are masked only as they are: their encoded forms and single lines would hit innocent text."""


class Masker:
    """The secret values of one attempt, in the forms in which they are printed."""

    def __init__(self) -> None:
        self._forms: set[str] = set()
        self._text: re.Pattern[str] | None = None
        self._bytes: re.Pattern[bytes] | None = None

    def add(self, value: object) -> None:
        """Mask ``value`` from now on; anything but non-blank text is left alone."""
        if not isinstance(value, str) or not value.strip():
            return
        self._forms |= _forms(value)
        longest_first = sorted(self._forms, key=len, reverse=True)
        self._text = re.compile("|".join(map(re.escape, longest_first)))
        self._bytes = re.compile(b"|".join(re.escape(_encode(form)) for form in longest_first))

    def text(self, text: str) -> str:
        return self._text.sub(MASK, text) if self._text else text

    def value(self, value: object) -> object:
        """A JSON value with every string in it masked."""
        if self._text is None:
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.value(key): self.value(item) for key, item in value.items()}
        return [self.value(item) for item in value] if isinstance(value, list | tuple) else value

    def stream(self, data: bytes) -> tuple[bytes, bytes]:
        """The masked beginning of a stream's ``data``, and the end that may be the beginning of a secret."""
        if self._bytes is None:
            return data, b""
        cut = len(data) - self._held(data)
        for match in self._bytes.finditer(data):
            if match.start() >= cut:
                break  # perhaps only the beginning of a longer secret
            if match.end() > cut:
                cut = len(data) - self._held(data[match.end() :])
        return self._bytes.sub(MASK.encode(), data[:cut]), data[cut:]

    def _held(self, data: bytes) -> int:
        return max((_overlap(data, _encode(form)) for form in self._forms), default=0)

    def rest(self, data: bytes) -> bytes:
        """The held end of a stream that has ended."""
        return self._bytes.sub(MASK.encode(), data) if self._bytes else data


def _forms(value: str) -> set[str]:
    from urllib.parse import quote

    forms = {value}
    if len(value) >= _SHORT:
        forms |= {json.dumps(value)[1:-1], repr(value)[1:-1], quote(value, safe="")}
        forms.add(base64.b64encode(_encode(value)).decode())
        forms |= {line for line in map(str.strip, value.splitlines()) if len(line) >= _SHORT}
    return forms


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _overlap(data: bytes, form: bytes) -> int:
    """How many bytes at the end of ``data`` are the beginning of ``form``, but not all of it."""
    tail = data[-(len(form) - 1) :] if len(form) > 1 else b""
    start = tail.find(form[:1])
    while start != -1:
        if form.startswith(tail[start:]):
            return len(tail) - start
        start = tail.find(form[:1], start + 1)
    return 0
