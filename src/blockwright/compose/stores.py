"""The object store of an installation's outputs put together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blockwright.adapters.artifacts.remote import DistantArtifacts
    from blockwright.adapters.db.databases import Database
    from blockwright.settings import Settings


def open_store(url: str, data: Path, settings: Settings, database: Database) -> DistantArtifacts:
    """The store at ``url`` with its cache in the folder ``data``; nothing is asked of it yet."""
    from blockwright.adapters.artifacts.objects import Objects
    from blockwright.adapters.artifacts.remote import DistantArtifacts
    from blockwright.adapters.db.installations import installation

    objects = Objects(url, config=dict(settings.artifacts_config), environ=settings.environ)
    return DistantArtifacts(
        objects, data, cache_bytes=settings.artifacts_cache, installation=lambda: installation(database)
    )
