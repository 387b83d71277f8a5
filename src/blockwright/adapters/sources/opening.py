"""Which watcher watches which kind of source; its client is imported when the first one is opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from blockwright.core.errors import Invalid, Unavailable
from blockwright.core.triggers.model import EventSource, SourceType
from blockwright.ports.sources import Wake, Watcher


class ProjectSources:
    """``Sources`` of the project in the folder ``root``; ``secrets`` gives the value of a named secret, ``redis_url``
    is the installation's own server."""

    def __init__(self, root: Path, secrets: Callable[[str], str | None], redis_url: str | None) -> None:
        self._root = root
        self._secrets = secrets
        self._redis_url = redis_url

    def watch(self, source: EventSource, wake: Wake) -> Watcher:
        match source.type:
            case SourceType.FOLDER:
                from blockwright.adapters.sources.folders import FolderWatcher

                return FolderWatcher(self._root, source)
            case SourceType.OBJECTS:
                from blockwright.adapters.sources.objects import ObjectWatcher

                return ObjectWatcher(source)
            case SourceType.REDIS:
                from blockwright.adapters.sources.redis import RedisWatcher

                return RedisWatcher(self._url(source, self._redis_url), source.channel, wake)
            case SourceType.POSTGRES:
                from blockwright.adapters.sources.postgres import PostgresWatcher

                return PostgresWatcher(self._url(source, None), source.channel, wake)
            case SourceType.WEBHOOK | SourceType.PIPELINE | SourceType.MONITOR:
                raise Invalid(f"A source of type `{source.type.value}` is not watched.", code="source")

    def _url(self, source: EventSource, default: str | None) -> str:
        url = self._secrets(source.secret) if source.secret else source.url or default
        if not url:
            what = f"The secret `{source.secret}` does not exist" if source.secret else "It names no server"
            raise Unavailable(
                f"The source `{source.type.value}` of channel `{source.channel}` cannot be watched. {what}.",
                hint="Set it with `blockwright secrets set`, or give the source a `url`.",
                code="source",
            )
        return url
