"""What a session is given: attempts one after another, and once for all what they have in common."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from operator import attrgetter

from blockwright.adapters.executor.documents import TURN_BYTES, encoded, inline_or_path
from blockwright.wire.documents import brief, dump
from blockwright.wire.messages import LIMIT
from blockwright.wire.specs import AttemptSpec

_SHARED = (
    "run",
    "pipeline",
    "project",
    "store",
    "fencing",
    "variables",
    "system",
    "session",
    "journal",
    "in_memory",
    "durable",
    "run_tests",
)
"""What is the same for all attempts of a session: told with each message, and not with each attempt."""

_shared_of = attrgetter(*_SHARED)
_HEAD_BYTES = 1_000


class SessionLine:
    """The attempts that one session is still to be told of. ``first`` is one of them."""

    def __init__(self, first: AttemptSpec) -> None:
        self._session = first.session
        self._shared = _shared_of(first)
        text = encoded({name: dump(value) for name, value in zip(_SHARED, self._shared, strict=True)})
        self._text = text if len(text) <= TURN_BYTES else None
        """None: too long to be told again and again."""
        self._attempts: list[str] = []

    def add(self, spec: AttemptSpec, turn: int, after: Sequence[str]) -> None:
        if self._text is not None and _shared_of(spec) == self._shared:
            document = inline_or_path(spec, brief(spec, without=_SHARED))
        else:
            document = inline_or_path(spec, dump(spec))
        head = encoded({"attempt_id": spec.attempt_id, "turn": turn, "after": after})
        self._attempts.append(f'{head[:-1]}, "spec": {document}}}')

    def packets(self) -> Iterator[str]:
        """As few messages as hold them; they are told then."""
        attempts, self._attempts = self._attempts, []
        head = f'{{"op": "next", "session": {json.dumps(self._session)}, "shared": {self._text or "{}"}, "attempts": ['
        most = LIMIT - len(head) - _HEAD_BYTES
        while attempts:
            packet: list[str] = []
            size = 0
            while attempts and (not packet or size + len(attempts[0]) < most):
                size += len(attempts[0]) + 1
                packet.append(attempts.pop(0))
            yield f"{head}{','.join(packet)}]}}"
