"""Secrets as Mage's block code reads them; the engine answers with the rights of the run."""

from __future__ import annotations

from typing import Any, NoReturn

from blockwright.io import surroundings


def get_secret_value(
    name: str,
    entity: Any = None,
    pipeline_uuid: str | None = None,
    project_uuid: str | None = None,
    repo_name: str | None = None,
    suppress_warning: bool = False,
) -> str | None:
    """The secret called ``name`` of this project, or None, with a printed warning, when there is none."""
    value = surroundings.secret(name)
    if value is None and not suppress_warning:
        print(f"WARNING: There is no secret `{name}`. Set it with: blockwright secrets set {name}")
    return value


def create_secret(name: str, value: str, *_: Any, **__: Any) -> NoReturn:
    """Refused: a block may read secrets, people set them."""
    raise PermissionError(f"A block cannot create the secret `{name}`. Set it with: blockwright secrets set {name}")


def delete_secret(name: str, *_: Any, **__: Any) -> NoReturn:
    """Refused: a block may read secrets, people set them."""
    raise PermissionError(f"A block cannot delete the secret `{name}`. Use: blockwright secrets delete {name}")
