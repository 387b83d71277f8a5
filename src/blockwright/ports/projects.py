"""The project on disk: files are the truth about what should run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from blockwright.core.pipelines import PipelineSpec, ProjectSpec
from blockwright.core.problems import Problem


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

    def check(self) -> Sequence[Problem]:
        """Every problem of every file, sorted by file and line; warnings too."""
        ...

    def tree(self) -> CodeTree:
        """The code files now. Unchanged files are recognised by inode, time and size and not read again."""
        ...

    def read(self, path: str) -> bytes:
        """A file of the project; raises NotFound, Forbidden when the path leaves the project."""
        ...

    def set_variable(self, pipeline: str, name: str, value: Any) -> None:
        """Set a pipeline variable in its file, keeping comments and order."""
        ...

    def new_pipeline(self, name: str, *, type: str) -> Sequence[str]:
        """Create an empty pipeline; returns the files written. Raises Conflict when it exists."""
        ...

    def new_block(
        self, pipeline: str, name: str, *, type: str, language: str, upstream: Sequence[str], template: str | None
    ) -> Sequence[str]:
        """Add a block with a file from a template; returns the files written. Raises Conflict when the block exists."""
        ...

    def render(self, text: str, variables: Mapping[str, Any], *, where: str) -> str:
        """Render a Jinja text of the project in a sandbox; raises Invalid naming ``where`` and the line."""
        ...

    def git_commit(self) -> str | None:
        """The commit that the project's folder has checked out, if it is in a Git work tree."""
        ...
