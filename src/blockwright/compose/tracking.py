"""The tracking server of a data folder: MLflow's own as a child process, or the one that is named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blockwright.adapters.mlflow.tracking import MlflowTracking
    from blockwright.settings import Settings

_SCHEMA = "mlflow"


def open_tracking(settings: Settings, data: Path) -> MlflowTracking:
    """Nothing is started or asked yet."""
    from blockwright.adapters.mlflow.endpoints import ElsewhereServer
    from blockwright.adapters.mlflow.process import OwnServer, ServerOptions
    from blockwright.adapters.mlflow.rest import MlflowRest
    from blockwright.adapters.mlflow.tracking import MlflowTracking

    folder = data.absolute() / "mlflow"
    if settings.tracking_uri is not None:
        return MlflowTracking(MlflowRest(ElsewhereServer(settings.tracking_uri, settings.environ)), folder / "spool")
    url, schema = _database(settings, data)
    options = ServerOptions(folder, url, schema, settings.tracking_idle)
    return MlflowTracking(MlflowRest(OwnServer(options, settings.environ)), folder / "spool")


def _database(settings: Settings, data: Path) -> tuple[str, str]:
    """Its URL, and the schema in it: MLflow's tables stand beside ours and apart from them."""
    scheme, _, rest = (settings.database_url or "").partition("://")
    if scheme.startswith("postgres"):
        return f"postgresql+psycopg://{rest}", _SCHEMA
    return f"sqlite:///{data.absolute() / 'mlflow.db'}", ""
