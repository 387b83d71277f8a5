"""What channels have in common: a thread that listens, and a bounded list of what it has heard."""

from __future__ import annotations

import hashlib
import json
import logging
from abc import abstractmethod
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from threading import Event, Thread
from uuid import uuid4

from blockwright.ports.sources import Happening, Wake

log = logging.getLogger(__name__)

MOST = 10_000
"""Messages that wait to be looked at; a flood pushes the oldest out, and is told of."""
_PAUSES = (0.5, 1.0, 2.0, 5.0, 15.0, 30.0)


class ChannelWatcher:
    """Listens in a thread of its own and connects again when the server has gone. What is published while nobody
    listens is not kept by such servers and is lost."""

    pause = 60.0

    def __init__(self, channel: str, wake: Wake) -> None:
        self.channel = channel
        self._wake = wake
        self._heard: deque[Happening] = deque(maxlen=MOST)
        self.stopped = Event()
        self.listening = Event()
        self._thread = Thread(target=self._run, name=f"channel {channel}", daemon=True)
        self._thread.start()

    @abstractmethod
    def listen(self) -> None:
        """Connect, and call ``hear`` for each message until ``stopped``; raises whatever goes wrong."""

    def look(self, since: datetime) -> Sequence[Happening]:
        found = []
        while self._heard:
            found.append(self._heard.popleft())
        return found

    def close(self) -> None:
        self.stopped.set()
        self._thread.join(5)

    def hear(self, text: str) -> None:
        if len(self._heard) == MOST:
            log.warning("source.flooded channel=%s", self.channel)
        self._heard.append(_happening(self.channel, text))
        self._wake()

    def _run(self) -> None:
        failures = 0
        while not self.stopped.is_set():
            try:
                self.listen()
                failures = 0
            except Exception as error:
                failures = 0 if self.listening.is_set() else failures + 1
                if not self.stopped.is_set():
                    log.warning("source.lost channel=%s %s", self.channel, " ".join(str(error).split()))
            self.listening.clear()
            self.stopped.wait(_PAUSES[min(failures, len(_PAUSES) - 1)])


def _happening(channel: str, text: str) -> Happening:
    """A message that is a JSON object is the event itself, and its ``id``, if it has one, tells repetitions."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        return Happening(uuid4().hex, {"source": "channel", "channel": channel, "message": text})
    known = body.get("id")
    name = hashlib.sha256(str(known).encode()).hexdigest() if isinstance(known, str | int) else uuid4().hex
    return Happening(name, body)
