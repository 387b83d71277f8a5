"""Where a tracking server answers and what it wants to see of us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from blockwright.core.errors import Invalid


@dataclass(frozen=True, slots=True)
class Endpoint:
    """``token`` goes along as a bearer token, or ``user`` and ``password`` do; ``lock`` is a file on which whoever
    works with a server of our own holds a shared lock, so that it does not take itself for idle."""

    url: str
    token: str = field(default="", repr=False)
    user: str = ""
    password: str = field(default="", repr=False)
    lock: str = ""


class ElsewhereServer:
    """The server that ``MLFLOW_TRACKING_URI`` names; credentials come from the variables that MLflow reads itself."""

    def __init__(self, uri: str, environ: Mapping[str, str]) -> None:
        self._uri = uri
        self._environ = environ

    def ensure(self) -> Endpoint:
        """Raises Invalid for an address that is not spoken to over HTTP."""
        parts = urlsplit(self._uri)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Invalid(
                f"MLFLOW_TRACKING_URI is `{parts.scheme or self._uri}…`, which is no tracking server.",
                hint="Give the address of one (`https://mlflow.example.com`), or unset it for a server of our own.",
                code="setting",
            )
        named = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
        return Endpoint(
            f"{parts.scheme}://{named}{parts.path}".rstrip("/"),
            token=self._environ.get("MLFLOW_TRACKING_TOKEN", ""),
            user=parts.username or self._environ.get("MLFLOW_TRACKING_USERNAME", ""),
            password=parts.password or self._environ.get("MLFLOW_TRACKING_PASSWORD", ""),
        )

    def standing(self) -> str:
        return "elsewhere"

    def close(self) -> None:
        """Nothing of ours runs."""
