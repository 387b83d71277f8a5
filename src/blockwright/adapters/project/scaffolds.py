"""A new project from a template: plain files of this package, copied with the project's name filled in."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

from blockwright.adapters.project.confinement import write_error
from blockwright.adapters.project.names import listing
from blockwright.core.errors import Conflict, Invalid, NotFound

TEMPLATES = ("blank", "etl", "mlops", "tuning")

_FOLDER = Path(__file__).parent / "templates" / "projects"
_SUFFIX = ".tmpl"
_NAME = "@project@"
_PACKAGES = (
    *("data_loaders", "transformers", "data_exporters", "custom", "sensors", "callbacks", "conditionals", "pipelines"),
    *("charts", "extensions", "interactions", "markdowns", "scratchpads", "utils"),
)


def init_project(path: Path, template: str = "blank") -> Sequence[str]:
    """Make a project in the folder ``path``; returns the files written, relative to it.

    Raises Conflict, having written nothing, when one of them exists; NotFound for an unknown template.
    """
    if template not in TEMPLATES:
        raise NotFound(f"There is no template `{template}`.", hint=f"Take {listing(TEMPLATES)}.")
    path = Path(os.path.abspath(path))
    if path.exists() and not path.is_dir():
        raise Invalid(f"`{path.name}` is a file.", hint="Name a folder, or one that does not exist yet.")
    files = _files(template, path.name)
    taken = sorted(name for name in files if os.path.lexists(path / name))
    if taken:
        raise Conflict(
            f"The folder has {listing(taken, 6)} already; nothing was written.",
            hint="Take an empty folder, or `blockwright new pipeline` in a project that exists.",
        )
    written: list[Path] = []
    try:
        for name, text in sorted(files.items()):
            _write(path / name, text, written)
    except OSError as error:
        for file in written:
            with contextlib.suppress(OSError):
                file.unlink()
        raise write_error(os.path.relpath(error.filename or path, path), error) from None
    return sorted(files)


def _files(template: str, project: str) -> dict[str, str]:
    """The text of every file by its path; what a template says wins over the base."""
    files = {f"{folder}/__init__.py": "" for folder in _PACKAGES} | {"__init__.py": ""}
    for layer in ("base", template):
        top = _FOLDER / layer
        for source in top.rglob(f"*{_SUFFIX}"):
            name = source.relative_to(top).as_posix().removesuffix(_SUFFIX)
            files[name] = source.read_text(encoding="utf-8").replace(_NAME, project)
    pipelines = {name.rpartition("/")[0] for name in files if name.startswith("pipelines/") and name.count("/") == 2}
    return files | {f"{folder}/__init__.py": "" for folder in pipelines}


def _write(path: Path, text: str, written: list[Path]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        written.append(path)
        file.write(text)
