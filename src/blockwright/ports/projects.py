"""The project on disk: files are the truth about what should run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from blockwright.core.pipelines import PipelineSpec, ProjectSpec
from blockwright.core.problems import Problem

if TYPE_CHECKING:
    from blockwright.core.products import Product
    from blockwright.ports.dashboards import DashboardFiles
    from blockwright.ports.editing import Editor, ProjectSettings
    from blockwright.ports.history import History
    from blockwright.ports.interactions import FormFiles
    from blockwright.ports.monitors import MonitorFiles
    from blockwright.ports.templates import TemplateFiles


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of the project: ``path`` relative with ``/``, ``digest`` BLAKE3 (hex) of its bytes."""

    path: str
    digest: str


@dataclass(frozen=True, slots=True)
class CodeTree:
    """The code files of a project at one moment. ``files`` are kept in a run's snapshot; ``digests_only`` (secret or
    ignored files) only by digest. ``skipped`` names files that were left out and why (too large, unreadable)."""

    files: tuple[SourceFile, ...]
    digests_only: tuple[SourceFile, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ExaminedPipeline:
    """A pipeline as far as its file can be read: ``spec`` has every entry that says what it is, also one whose file is
    missing; None for what is no YAML. ``problems`` are its errors, ``digest`` names the text."""

    spec: PipelineSpec | None
    problems: tuple[Problem, ...]
    digest: str


class FileKind(StrEnum):
    FILE = "file"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class FileNode:
    """A file or folder of the project; ``path`` relative with ``/``, ``bytes`` of a file's content."""

    path: str
    kind: FileKind
    bytes: int
    modified: datetime


class ProjectStore(Protocol):
    """Reads raise ProjectInvalid (every problem with file, line and key) or NotFound; nothing is executed or imported.
    Every path that is handed in or named in a file is resolved inside the project's root or refused (Forbidden)."""

    def project(self) -> ProjectSpec:
        """The project's own settings; a missing or empty ``metadata.yaml`` gives the defaults."""
        ...

    def pipelines(self) -> Sequence[str]:
        """The uuids (folder names) of all pipelines, sorted; also of those that cannot be read."""
        ...

    def pipeline(self, uuid: str) -> PipelineSpec: ...

    def examined(self, uuid: str) -> ExaminedPipeline:
        """As ``pipeline``, but what is wrong is told beside what can be read; raises NotFound and Forbidden only."""
        ...

    def check(self) -> Sequence[Problem]:
        """Every problem of every file, sorted by file and line; warnings too."""
        ...

    def tree(self) -> CodeTree:
        """The code files now. Unchanged files are recognised by inode, time and size and not read again."""
        ...

    def read(self, path: str) -> bytes:
        """A file of the project; raises NotFound, Forbidden when the path leaves the project."""
        ...

    def list_folder(self, path: str) -> Sequence[FileNode]:
        """What lies in a folder (empty: the project's own), folders first, each sorted by path; links that leave the
        project, devices and what belongs to the platform or to Git are left out. Raises NotFound."""
        ...

    def read_file(self, path: str) -> bytes:
        """As ``read``, of a size that can be shown, and nothing of the data folder."""
        ...

    def write_file(self, path: str, data: bytes, expected: str | None) -> str:
        """Write a file in one piece, keeping its mode; returns the digest (BLAKE3, hex) of ``data``. ``expected`` is
        the digest of what it replaces, None for a new file, whose folders are made. Raises Conflict (code ``changed``)
        when something else stands there, NotFound, Invalid for data that are too large."""
        ...

    def delete_file(self, path: str, expected: str | None = None, *, recursive: bool = False) -> None:
        """Delete a file (with ``expected`` only that version), a link, or a folder; one that is not empty only when
        ``recursive``, else Conflict (code ``not_empty``)."""
        ...

    def move_file(self, source: str, target: str) -> None:
        """Give a file or folder another path; raises Conflict (code ``exists``) when something stands there."""
        ...

    def make_folder(self, path: str) -> None: ...

    def products(self) -> Mapping[str, Product]:
        """The data products of ``global_data_products.yaml`` by name."""
        ...

    def product_wish(self, wish: Mapping[str, Any], *, where: str) -> Product:
        """What a block at ``where`` says about the product that it wants: name, project, and overrides."""
        ...

    def set_variable(self, pipeline: str, name: str, value: Any) -> None:
        """Set a pipeline variable in its file, keeping comments and order."""
        ...

    def new_pipeline(self, name: str, *, type: str) -> Sequence[str]:
        """Create an empty pipeline; returns the files written. Raises Conflict when it exists."""
        ...

    @property
    def history(self) -> History:
        """What was changed through the platform, and what the files held before."""
        ...

    @property
    def editor(self) -> Editor:
        """Changes to pipelines and blocks, drafted."""
        ...

    @property
    def settings(self) -> ProjectSettings:
        """Changes to the project's own settings, drafted."""
        ...

    @property
    def templates(self) -> TemplateFiles:
        """What new blocks and pipelines can begin with."""
        ...

    def file_names(self, most: int) -> tuple[Sequence[str], bool]:
        """The paths of the project's files, sorted, without caches and what belongs to the platform; and whether there
        are more than ``most``."""
        ...

    @property
    def forms(self) -> FormFiles:
        """The forms that pipelines offer."""
        ...

    @property
    def monitors(self) -> MonitorFiles:
        """The monitors of `monitors.yaml`."""
        ...

    @property
    def dashboards(self) -> DashboardFiles:
        """The dashboards of `dashboards/`."""
        ...

    def render(self, text: str, variables: Mapping[str, Any], *, where: str) -> str:
        """Render a Jinja text of the project in a sandbox; raises Invalid naming ``where`` and the line."""
        ...

    def git_commit(self) -> str | None:
        """The commit that the project's folder has checked out, if it is in a Git work tree."""
        ...
