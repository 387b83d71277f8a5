"""The dashboards of a project's files, as far as they can be read, and drafts of changes to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from blockwright.core.dashboards import Dashboard
from blockwright.ports.editing import Draft


class DashboardFiles(Protocol):
    """``dashboards/*.yaml``, each a dashboard named by its file. Drafts are written by ``services.editing``."""

    def all(self) -> Sequence[Dashboard]:
        """Every dashboard, sorted by id; what cannot be read of one stands in its ``problems``."""
        ...

    def get(self, id: str) -> Dashboard:
        """Raises NotFound (code ``dashboard_not_found``) saying what there is."""
        ...

    def new(self, name: str, *, pipeline: str, description: str) -> Draft:
        """An empty dashboard; its id is made of the name. Raises Conflict (code ``exists``), Invalid."""
        ...

    def set(self, dashboard: Dashboard) -> Draft:
        """Write what differs from the file; comments, order and keys of others stay. Raises Conflict (code ``changed``)
        when ``digest`` is not that of the file, Invalid for what nobody could read back."""
        ...

    def remove(self, id: str) -> Draft: ...
