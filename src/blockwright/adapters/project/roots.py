"""Which folder is a project: found from where one stands, or listed by a platform's ``settings.yaml``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blockwright.adapters.project.confinement import Border
from blockwright.adapters.project.documents import BrokenYaml
from blockwright.adapters.project.findings import Findings
from blockwright.core.errors import BlockwrightError, NotFound
from blockwright.core.problems import Problem, ProjectInvalid

SETTINGS = "settings.yaml"


def find_root(start: Path) -> Path:
    """The nearest folder at or above ``start`` that is a project or a platform; raises NotFound."""
    start = Path(os.path.abspath(start))
    if not start.exists():
        raise NotFound(f"There is no folder `{start}`.", hint="Give the folder of a project.")
    for folder in (start, *start.parents):
        if _is_project(folder) or _lists_projects(folder):
            return folder
    raise NotFound(
        f"`{start}` is not inside a project: neither it nor a folder above has `pipelines/` or `metadata.yaml`.",
        hint="Make one with `blockwright init`, or go to the project's folder.",
    )


def projects_of(root: Path) -> list[tuple[str, Path]]:
    """The projects of the folder ``root`` by name: those that its ``settings.yaml`` lists, in its order, as far as
    they exist; otherwise ``root`` itself. Raises ProjectInvalid when ``settings.yaml`` cannot be read, or lists two
    folders of one name: the folder's name is the project's in every record."""
    root = Path(os.path.abspath(root))
    listed = _listed(root)
    if not listed:
        return [(root.name, root)]
    there = [(name, path) for name, path in listed if path.is_dir()]
    _require_names_apart(there)
    return there


def _require_names_apart(projects: list[tuple[str, Path]]) -> None:
    seen: dict[str, tuple[str, Path]] = {}
    for name, path in projects:
        other, place = seen.setdefault(path.name, (name, path))
        if place != path:
            raise ProjectInvalid(
                [
                    Problem(
                        SETTINGS,
                        None,
                        f"projects.{name}.path",
                        f"The projects `{other}` and `{name}` are both in a folder called `{path.name}`, which is what "
                        "their runs are recorded under.",
                        "Rename one of the folders.",
                    )
                ]
            )


def platform_root_of(root: Path) -> Path:
    """The folder whose ``settings.yaml`` lists the project at ``root``; ``root`` itself when there is none."""
    root = Path(os.path.abspath(root))
    for folder in root.parents:
        if not (folder / SETTINGS).is_file():
            continue
        try:
            listed = _listed(folder)
        except ProjectInvalid:
            continue  # a stranger's file of that name; the platform's own is checked when the platform is opened
        if any(path == root for _, path in listed):
            return folder
    return root


def read_settings(border: Border) -> Mapping[str, Any]:
    """A platform's ``settings.yaml``: ``projects`` and ``features`` as mappings. Raises ProjectInvalid."""
    try:
        text = border.text(SETTINGS)
    except NotFound:
        return {}
    except BlockwrightError as error:
        raise ProjectInvalid([Problem(SETTINGS, None, "", error.message, error.hint, code=error.code)]) from None
    from blockwright.adapters.project.yaml_reader import places, read

    try:
        data = read(text).data
    except BrokenYaml as error:
        raise ProjectInvalid([Problem(SETTINGS, error.line, "", error.message, "Correct the line.")]) from None
    findings = Findings(SETTINGS)
    _check_settings(data, findings)
    if findings.has_errors:
        raise ProjectInvalid(findings.problems(places(text)))
    return data or {}


def _check_settings(data: Any, findings: Findings) -> None:
    if data is None:
        return
    if not isinstance(data, dict):
        findings.error((), "The file must be a mapping.", "Begin it with `projects:`.")
        return
    projects = data.get("projects") or {}
    if not isinstance(projects, dict):
        findings.error(("projects",), "`projects` must be a mapping.", "Write `name: {}` lines below it.")
        return
    for name, project in projects.items():
        if project is not None and not isinstance(project, dict):
            findings.error(("projects", name), f"Project `{name}` must be a mapping.", "Write `{}` for none.")
        elif not _stays_inside(str((project or {}).get("path") or name)):
            findings.error(
                ("projects", name), f"The path of project `{name}` leaves this folder.", "Name a folder below this one."
            )


def _stays_inside(path: str) -> bool:
    return "\0" not in path and not path.startswith("/") and ".." not in path.split("/")


def _listed(root: Path) -> list[tuple[str, Path]]:
    projects = read_settings(Border(root)).get("projects") or {}
    return [
        (str(name), Path(os.path.normpath(root / str((settings or {}).get("path") or name))))
        for name, settings in projects.items()
    ]


def _is_project(folder: Path) -> bool:
    if (folder / "pipelines").is_dir():
        return True
    # Pipelines and templates have a file of that name as well.
    inside_project = folder.parent.name == "pipelines" or folder.parent.parent.name == "custom_templates"
    return (folder / "metadata.yaml").is_file() and not inside_project


def _lists_projects(folder: Path) -> bool:
    if not (folder / SETTINGS).is_file():
        return False
    try:
        return bool(_listed(folder))
    except ProjectInvalid:
        return False
