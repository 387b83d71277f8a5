"""Reading a pipeline's ``metadata.yaml`` for those who only look."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from blockwright.mage.project import get_repo_path


def read(pipeline: str, repo_path: str | None = None) -> dict[str, Any]:
    """The map in the pipeline's file; raises FileNotFoundError or ValueError naming it."""
    import yaml

    file = folder(repo_path) / pipeline / "metadata.yaml"
    if Path(pipeline).name != pipeline or not file.is_file():
        raise FileNotFoundError(f"There is no pipeline `{pipeline}` in {folder(repo_path)}.")
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ValueError(f"{file} is not well-formed YAML: {error}") from None
    if isinstance(document, dict):
        return document
    raise ValueError(f"{file} is not a map.")


def folder(repo_path: str | None = None) -> Path:
    """Where the pipelines of a project are."""
    return Path(repo_path or get_repo_path()) / "pipelines"
