"""Notifications on a PostgreSQL channel: ``NOTIFY orders, '{"id": 7}'``."""

from __future__ import annotations

from typing import Any

from blockwright.adapters.sources.channels import ChannelWatcher
from blockwright.core.errors import Unavailable
from blockwright.ports.sources import Wake

_LOOK_SECONDS = 1.0


class PostgresWatcher(ChannelWatcher):
    def __init__(self, url: str, channel: str, wake: Wake) -> None:
        try:
            import psycopg
        except ImportError:
            raise Unavailable(
                "Watching a PostgreSQL channel needs the package psycopg.",
                hint="Install it with `pip install 'blockwright[sql]'`.",
                code="missing_extra",
            ) from None
        self._url = url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._driver: Any = psycopg
        super().__init__(channel, wake)

    def listen(self) -> None:
        from psycopg import sql

        with self._driver.connect(self._url, autocommit=True, connect_timeout=5) as connection:
            connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self.channel)))
            self.listening.set()
            while not self.stopped.is_set():
                for notification in connection.notifies(timeout=_LOOK_SECONDS):
                    self.hear(notification.payload)
