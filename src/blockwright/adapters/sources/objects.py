"""Objects that arrive below a prefix of an object store: found by listing, known by name and version."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from blockwright.core.errors import Unavailable
from blockwright.core.triggers.model import EventSource
from blockwright.ports.sources import Happening


class ObjectWatcher:
    """``source.url`` is such as ``s3://bucket/prefix/``; credentials come from the environment as its library reads
    them."""

    pause = 30.0

    def __init__(self, source: EventSource) -> None:
        try:
            from obstore.store import from_url
        except ImportError:
            raise Unavailable(
                "Watching an object store needs the package obstore.",
                hint="Install it with `pip install 'blockwright[aws]'`.",
                code="missing_extra",
            ) from None
        parts = urlsplit(source.url)
        self._source = source
        self._prefix = parts.path.lstrip("/")
        try:
            self._store: Any = from_url(f"{parts.scheme}://{parts.netloc}")
        except Exception as error:
            raise self._unavailable(error) from None

    def look(self, since: datetime) -> Sequence[Happening]:
        import obstore

        found: list[Happening] = []
        try:
            for page in obstore.list(self._store, prefix=self._prefix or None):
                found += [self._happening(one) for one in page if self._counts(one, since)]
        except Exception as error:
            raise self._unavailable(error) from None
        return found

    def close(self) -> None:
        pass

    def _counts(self, one: Any, since: datetime) -> bool:
        name = str(one["path"])[len(self._prefix) :].lstrip("/")
        # A store tells whole seconds: what arrived in the first one must not be lost.
        return one["last_modified"] >= since.replace(microsecond=0) and fnmatch.fnmatchcase(name, self._source.glob)

    def _happening(self, one: Any) -> Happening:
        version = one.get("e_tag") or one["last_modified"].isoformat()
        parts = urlsplit(self._source.url)
        body = {
            "source": "objects",
            "url": f"{parts.scheme}://{parts.netloc}/{one['path']}",
            "key": one["path"],
            "size": one["size"],
            "modified": one["last_modified"].isoformat(),
        }
        return Happening(f"{one['path']}@{version}", body)

    def _unavailable(self, error: Exception) -> Unavailable:
        return Unavailable(
            f"`{self._source.url}` cannot be listed: {' '.join(str(error).split())[:300]}",
            hint="Look at the URL, the credentials in the environment and the network.",
            code="source",
        )
