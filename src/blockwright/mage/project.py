"""The project as Mage's functions tell it: its path, its name, where its data lies."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

from blockwright.io.surroundings import project_root
from blockwright.sdk import context


def get_repo_path(
    context_data: Any = None,
    file_path: str | None = None,
    root_project: bool = False,
    absolute_path: bool = True,
    user: Any = None,
) -> str:
    """The absolute path of the project whose block is running; outside of a block ``MAGE_REPO_PATH`` or the cwd.

    ``root_project``: in a multi-project layout the folder above all projects. ``file_path``: the project that owns
    this file. ``absolute_path=False``: relative to the folder that the root stands in.
    """
    root = _platform_root() if root_project else _owner(file_path) or project_root().absolute()
    if absolute_path:
        return str(root)
    return os.path.relpath(root, _platform_root().parent)


def base_repo_path() -> str:
    """The folder above all projects; the project's own where there is only one."""
    return str(_platform_root())


def get_repo_name(repo_path: str | None = None, root_project: bool = False) -> str:
    """The name of the project's folder."""
    return Path(repo_path or get_repo_path(root_project=root_project)).name


def get_data_dir() -> str:
    """Where outputs and records lie."""
    own = os.environ.get("BLOCKWRIGHT_DATA_DIR")
    return str(Path(own).expanduser().absolute() if own else _platform_root() / ".blockwright")


def get_variables_dir(
    repo_path: str | None = None, repo_config: Any = None, root_project: bool = False, **_: Any
) -> str:
    """The same as ``get_data_dir``: outputs are content of the store, there is no folder for each block.

    Read them with ``get_variable``; paths below this folder are nobody's interface.
    """
    warnings.warn(
        "get_variables_dir: read outputs with get_variable; the files below this folder may change form.",
        stacklevel=2,
    )
    return get_data_dir()


def get_repo_config(repo_path: str | None = None, root_project: bool = False) -> dict[str, Any]:
    """The project's ``metadata.yaml`` as a map; empty when there is none."""
    import yaml

    file = Path(repo_path or get_repo_path(root_project=root_project)) / "metadata.yaml"
    if not file.is_file():
        return {}
    from blockwright.io.surroundings import environ, secret
    from blockwright.io.templates import Sources, render, sandbox

    sources = Sources(environ=environ(), secret=secret)
    text = render(sandbox(sources), file.read_text(encoding="utf-8"), {}, origin=str(file))
    document = yaml.safe_load(text)
    return document if isinstance(document, dict) else {}


def get_project_uuid() -> str | None:
    """The ``project_uuid`` of ``metadata.yaml``, or None."""
    value = get_repo_config().get("project_uuid")
    return None if value is None else str(value)


def _platform_root() -> Path:
    current = context.maybe()
    return Path(current.platform_root) if current is not None else project_root().absolute()


def _owner(file_path: str | None) -> Path | None:
    """The nearest folder above ``file_path``, within the platform, that is a project (has a ``metadata.yaml``)."""
    if not file_path:
        return None
    top = _platform_root()
    for folder in (top / file_path).absolute().parents:
        if not folder.is_relative_to(top):
            return None
        if (folder / "metadata.yaml").is_file() and folder.parent.name != "pipelines":
            return folder
    return None
