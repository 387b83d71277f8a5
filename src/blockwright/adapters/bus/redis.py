"""Wake-ups between hosts: Redis publish and subscribe, one channel for each topic of an installation.

Redis may go and come: what is published meanwhile is lost, as it may be (see ``ports.bus``), and everyone connects
again by himself. A thread sends, so that a Redis that does not answer never holds whoever publishes; another one reads
for each listener.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections import deque
from collections.abc import Collection, Sequence
from queue import Empty, Full, Queue
from threading import Condition, Event, Thread
from typing import Any

from blockwright.adapters.bus.packets import packed, unpacked
from blockwright.core.errors import Invalid, Unavailable
from blockwright.ports.bus import Notice, Topic

try:
    import redis
except ImportError as error:
    raise Unavailable(
        "BLOCKWRIGHT_REDIS_URL names a Redis server, but its client is not installed.",
        hint="Install it with `pip install 'blockwright[cluster]'`.",
        code="missing_extra",
    ) from error

log = logging.getLogger(__name__)

_KEPT = 10_000
"""Notices that wait to be sent or read; more than these are dropped."""
_AGAIN_SECONDS = 0.5
_ANSWER_SECONDS = 5.0


class RedisBus:
    """``EventBus`` on the Redis server at ``url``; installations that share a server are told apart by ``name``."""

    def __init__(self, url: str, name: str) -> None:
        self._prefix = f"blockwright:{name}:"
        try:
            self._client = redis.Redis.from_url(
                url, socket_timeout=_ANSWER_SECONDS, socket_connect_timeout=_ANSWER_SECONDS, health_check_interval=10
            )
        except ValueError as error:
            raise Invalid(
                "BLOCKWRIGHT_REDIS_URL cannot be read as a URL.",
                hint="Write `redis://:password@host:6379/0`, or `rediss://` for TLS.",
            ) from error
        self._outgoing: Queue[tuple[str, bytes] | None] = Queue(_KEPT)
        self._listeners: list[RedisListener] = []
        self._sender = Thread(target=self._send, name="bus-sender", daemon=True)
        self._sender.start()

    def publish(self, notice: Notice) -> None:
        with contextlib.suppress(Full):
            self._outgoing.put_nowait((self._prefix + notice.topic.value, packed(notice)))

    def listen(self, topics: Collection[Topic]) -> RedisListener:
        self._listeners = [each for each in self._listeners if not each.closed]
        # Whoever waited for an answer and got none has waited for all.
        patience = _ANSWER_SECONDS if all(each.subscribed for each in self._listeners) else 0.0
        listener = RedisListener(self._client, [self._prefix + topic.value for topic in topics], patience)
        self._listeners.append(listener)
        return listener

    def close(self) -> None:
        for listener in self._listeners:
            listener.close()
        with contextlib.suppress(Full):
            self._outgoing.put_nowait(None)
        self._sender.join(_ANSWER_SECONDS)
        self._client.close()

    def _send(self) -> None:
        silent = _Silence("bus.publish")
        while (item := self._outgoing.get()) is not None:
            try:
                self._client.publish(*item)
                silent.over()
            except (redis.RedisError, OSError) as error:
                silent.because(error)
                if self._drained():
                    return

    def _drained(self) -> bool:
        """Forget what could not be sent: old wake-ups wake nobody. Returns whether the bus is closed."""
        with contextlib.suppress(Empty):
            while True:
                if self._outgoing.get_nowait() is None:
                    return True
        time.sleep(_AGAIN_SECONDS)
        return False


class RedisListener:
    """``Listener`` with a thread that reads its subscription and subscribes anew when the connection is lost. Without
    channels there is nothing to read: it is only woken."""

    def __init__(self, client: Any, channels: Sequence[str], patience: float) -> None:
        self._client = client
        self._channels = channels
        self._notices: deque[Notice] = deque(maxlen=_KEPT)
        self._changed = Condition()
        self._woken = False
        self._closed = Event()
        self._answered = Event()
        self.subscribed = not channels
        self._thread = Thread(target=self._read, name="bus-listener", daemon=True)
        if channels:
            self._thread.start()
            # So that what is published from now on is heard; a Redis that is away does not hold the start.
            self._answered.wait(patience)

    @property
    def closed(self) -> bool:
        return self._closed.is_set()

    def wait(self, timeout: float | None) -> Sequence[Notice]:
        with self._changed:
            self._changed.wait_for(lambda: self._woken or self._notices, timeout)
            self._woken = False
            notices = list(self._notices)
            self._notices.clear()
        return notices

    def wake(self) -> None:
        """Also from a signal handler, which may have come while this very thread holds the lock."""
        self._woken = True
        if self._changed.acquire(blocking=False):
            try:
                self._changed.notify_all()
            finally:
                self._changed.release()
        else:
            Thread(target=self._notify, daemon=True).start()

    def close(self) -> None:
        self._closed.set()
        self.wake()
        if self._channels:
            self._thread.join(_ANSWER_SECONDS)

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _read(self) -> None:
        silent = _Silence("bus.listen")
        while not self._closed.is_set():
            subscription = self._client.pubsub(ignore_subscribe_messages=False)
            try:
                subscription.subscribe(*self._channels)
                while not self._closed.is_set():
                    self._take(subscription.get_message(timeout=1.0), silent)
            except (redis.RedisError, OSError) as error:
                silent.because(error)
                self.subscribed = False
                self._answered.set()
                self._closed.wait(_AGAIN_SECONDS)
            finally:
                with contextlib.suppress(redis.RedisError, OSError):
                    subscription.close()

    def _take(self, message: Any, silent: _Silence) -> None:
        if message is None:
            return
        if message["type"] == "subscribe":
            if silent.over():  # whoever waits must look: it may have missed something
                self.wake()
            self.subscribed = True
            self._answered.set()
            return
        notice = unpacked(message["data"]) if message["type"] == "message" else None
        if notice is not None:
            with self._changed:
                self._notices.append(notice)
                self._changed.notify_all()


class _Silence:
    """Says once that Redis is away, and once that it is back."""

    def __init__(self, word: str) -> None:
        self._word = word
        self._lasts = False

    def because(self, error: Exception) -> None:
        if not self._lasts:
            log.warning("%s.lost redis does not answer: %s", self._word, error)
        self._lasts = True

    def over(self) -> bool:
        """Whether it was away until now."""
        lasted, self._lasts = self._lasts, False
        if lasted:
            log.warning("%s.back redis answers again", self._word)
        return lasted
