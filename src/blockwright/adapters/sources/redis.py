"""Messages published on a Redis channel."""

from __future__ import annotations

from typing import Any

from blockwright.adapters.sources.channels import ChannelWatcher
from blockwright.core.errors import Unavailable
from blockwright.ports.sources import Wake

_LOOK_SECONDS = 1.0


class RedisWatcher(ChannelWatcher):
    def __init__(self, url: str, channel: str, wake: Wake) -> None:
        try:
            from redis import Redis
        except ImportError:
            raise Unavailable(
                "Watching a Redis channel needs the package redis.",
                hint="Install it with `pip install 'blockwright[cluster]'`.",
                code="missing_extra",
            ) from None
        self._client: Any = Redis.from_url(url, socket_connect_timeout=5, health_check_interval=30)
        super().__init__(channel, wake)

    def listen(self) -> None:
        subscription = self._client.pubsub(ignore_subscribe_messages=False)
        try:
            subscription.subscribe(self.channel)
            while not self.stopped.is_set():
                message = subscription.get_message(timeout=_LOOK_SECONDS)
                if message is None:
                    continue
                if message["type"] == "subscribe":
                    self.listening.set()
                elif message["type"] == "message":
                    self.hear(bytes(message["data"]).decode("utf-8", "replace"))
        finally:
            subscription.close()

    def close(self) -> None:
        super().close()
        self._client.close()
