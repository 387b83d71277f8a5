"""``ports.registry.ModelRegistry`` over MLflow's REST API.

MLflow numbers its versions itself, so that a tag of each says which of ours it is. They have no files there: their
source names ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from blockwright.adapters.mlflow.rest import UNNOTICED, MlflowRest
from blockwright.core.errors import Conflict, NotFound
from blockwright.core.models.mirroring import MIRRORED, Place
from blockwright.ports.registry import RegisteredThere

_NUMBER, _PROJECT, _MODEL = "blockwright.version", "blockwright.project", "blockwright.model"


class MlflowRegistry:
    """Each question is asked once: whoever promotes does not wait for a server that is away."""

    def __init__(self, rest: MlflowRest) -> None:
        self._rest = rest

    def aliases(self, name: str) -> Mapping[str, Place] | None:
        found = self._model(name, UNNOTICED)
        if found is None:
            return None
        told = {str(one["alias"]): str(one["version"]) for one in found.get("aliases", ())}
        return {alias: self._place(name, told[alias]) for alias in MIRRORED if alias in told}

    def open(self, name: str, *, project: str, model: str) -> None:
        made = {
            "name": name,
            "description": f"Model `{model}` of project `{project}`; Blockwright keeps its files and aliases.",
            "tags": _pairs({_PROJECT: project, _MODEL: model}),
        }
        with suppress(Conflict):
            self._ask("POST", "registered-models/create", made)
            return
        tags = _tags(self._model(name) or {})
        if (tags.get(_PROJECT), tags.get(_MODEL)) != (project, model):
            raise Conflict(
                f"MLflow has a registered model `{name}` that was not made for model `{model}` of `{project}`.",
                hint="Rename it there; the aliases follow then.",
                code="mirror_name",
            )

    def add(self, name: str, version: RegisteredThere) -> str:
        known = self._known(name, version.number)
        if known is not None:
            return known
        made = {
            "name": name,
            "source": version.source,
            "run_id": version.run,
            "run_link": version.link,
            "description": version.description,
            "tags": _pairs({_NUMBER: str(version.number), **(version.tags or {})}),
        }
        answer = self._ask("POST", "model-versions/create", {key: value for key, value in made.items() if value})
        return str(answer["model_version"]["version"])

    def put(self, name: str, alias: str, version: str) -> None:
        self._ask("POST", "registered-models/alias", {"name": name, "alias": alias, "version": version})

    def drop(self, name: str, alias: str) -> None:
        with suppress(NotFound):
            self._ask("DELETE", "registered-models/alias", {"name": name, "alias": alias})

    def _model(self, name: str, headers: Mapping[str, str] | None = None) -> dict[str, Any] | None:
        with suppress(NotFound):
            found: dict[str, Any] = self._ask("GET", "registered-models/get", {"name": name}, headers)[
                "registered_model"
            ]
            return found
        return None

    def _place(self, name: str, version: str) -> Place:
        found = self._ask("GET", "model-versions/get", {"name": name, "version": version}, UNNOTICED)
        number = _tags(found.get("model_version", {})).get(_NUMBER, "")
        return Place(version, int(number) if number.isdecimal() and len(number) < 10 else None)

    def _known(self, name: str, number: int) -> str | None:
        """The first that says it is ours: two who sent at once may have made two."""
        asked = {"filter": f"name = '{name}' and tags.`{_NUMBER}` = '{number}'", "max_results": 100}
        found = self._ask("GET", "model-versions/search", asked).get("model_versions", ())
        versions = sorted((str(one["version"]) for one in found), key=int)
        return versions[0] if versions else None

    def _ask(
        self, method: str, path: str, fields: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        return self._rest.call(method, path, fields, tries=1, headers=headers)


def _pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]


def _tags(document: Mapping[str, Any]) -> dict[str, str]:
    return {str(one["key"]): str(one.get("value", "")) for one in document.get("tags", ())}
