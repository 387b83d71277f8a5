"""Changes to a project's files that keep it whole: worked out first, so that they can be shown, then written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file with its content before and after; None: there is none."""

    path: str
    before: bytes | None
    after: bytes | None


@dataclass(frozen=True, slots=True)
class Mention:
    """A line that may mean what is changed and is left as it is: code, whose words nobody but its author can judge."""

    file: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What a change would write, in an order in which nothing is named that is not there. ``what`` is it in words;
    ``name`` the uuid that something gets by it."""

    what: str
    changes: tuple[FileChange, ...]
    mentions: tuple[Mention, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in a file about one block or pipeline: ``values`` by key (dotted inside a mapping), ``lines`` where
    each stands; ``digest`` names the file's version."""

    path: str
    digest: str
    values: Mapping[str, Any]
    lines: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Template:
    """What a new block's file can begin with. ``name`` is how it is asked for (empty: the plain one of its type and
    language), ``own`` says that it is the project's, whose file is at ``path``."""

    name: str
    type: str
    language: str
    description: str
    own: bool
    path: str = ""


@dataclass(frozen=True, slots=True)
class EntryText:
    """The YAML of one block, without the indentation that it has in the file at ``path``, where it begins at ``line``;
    ``digest`` names that file's version."""

    path: str
    digest: str
    line: int
    text: str


class ProjectSettings(Protocol):
    """The project's own ``metadata.yaml``, under the rules of ``Editor``. A project may be without one."""

    def read(self) -> Written:
        """Raises Invalid (code ``settings_text``) for a template whose keys cannot be told apart."""
        ...

    def text(self) -> EntryText: ...

    def change(self, values: Mapping[str, Any]) -> Draft:
        """Settings by key, None to take one out; raises ProjectInvalid for a key that nobody reads, as ``read``."""
        ...

    def rewrite(self, text: str) -> Draft:
        """Another text for the whole file, comments and all."""
        ...


class Editor(Protocol):
    """Each verb reads the files and says what it would write; nothing is written. Comments, order and layout of YAML
    stay. What would make a file unreadable, or add an error to it, is refused: Invalid (code ``cycle`` for a circle),
    Conflict for a name that is taken, NotFound for what is not there, ProjectInvalid for a file that is broken already.
    """

    def add_block(
        self,
        pipeline: str,
        name: str,
        *,
        type: str,
        language: str,
        upstream: Sequence[str],
        template: str | None,
        after: str | None,
    ) -> Draft:
        """A new block with a file from a template, in the pipeline's list behind ``after`` (None: at its end)."""
        ...

    def connect(self, pipeline: str, source: str, target: str) -> Draft: ...

    def disconnect(self, pipeline: str, source: str, target: str) -> Draft: ...

    def set_upstream(self, pipeline: str, block: str, upstream: Sequence[str]) -> Draft:
        """All inputs of a block, in the order in which its code gets them."""
        ...

    def reorder(self, pipeline: str, blocks: Sequence[str]) -> Draft:
        """The order of the pipeline's list; it must have every block of the list once."""
        ...

    def rename_block(self, pipeline: str, block: str, name: str) -> Draft:
        """Another name for a block, its file, and whatever names it in any pipeline that shares the file."""
        ...

    def remove_block(self, pipeline: str, block: str, *, delete_file: bool) -> Draft:
        """Take a block out of the pipeline. Its file goes along only when no other pipeline uses it."""
        ...

    def share_block(self, pipeline: str, path: str, *, name: str, type: str | None, upstream: Sequence[str]) -> Draft:
        """A block whose source is a file that is there already. ``type`` None: what the file's folder says."""
        ...

    def copy_block(self, pipeline: str, block: str, name: str) -> Draft:
        """A block of the same settings and inputs with a copy of the file."""
        ...

    def add_chart(
        self, pipeline: str, name: str, *, configuration: Mapping[str, Any], upstream: Sequence[str], code: str | None
    ) -> Draft:
        """A chart of what ``upstream`` gave, in the pipeline's ``widgets``, with a file that holds ``code`` (None: what
        a chart of its type begins with)."""
        ...

    def set_chart(
        self,
        pipeline: str,
        chart: str,
        *,
        name: str | None,
        configuration: Mapping[str, Any],
        upstream: Sequence[str] | None,
    ) -> Draft:
        """Settings of a chart by key of its configuration, None to take one out; ``upstream`` None: as they are."""
        ...

    def convert_block(self, pipeline: str, block: str, type: str) -> Draft:
        """The block as one of another type: its file moves, its decorator is another."""
        ...

    def set_block(self, pipeline: str, block: str, values: Mapping[str, Any]) -> Draft:
        """Settings of a block by key, None to take one out; raises Invalid for a key that nobody reads."""
        ...

    def rename_pipeline(self, pipeline: str, name: str) -> Draft: ...

    def copy_pipeline(self, pipeline: str, name: str) -> Draft:
        """The pipeline under another name, with the same blocks and without its triggers."""
        ...

    def remove_pipeline(self, pipeline: str, *, delete_files: bool) -> Draft:
        """The pipeline's folder; ``delete_files``: also the files of blocks that no other pipeline uses."""
        ...

    def set_pipeline(self, pipeline: str, values: Mapping[str, Any]) -> Draft: ...

    def block_settings(self, pipeline: str, block: str) -> Written: ...

    def block_yaml(self, pipeline: str, block: str) -> EntryText:
        """The block's entry as it stands in the pipeline's file."""
        ...

    def set_block_yaml(self, pipeline: str, block: str, text: str) -> Draft:
        """Another text for the block's entry, comments and all. Its ``uuid`` and its inputs stay: those are changed by
        verbs of their own, which see to whatever else names them."""
        ...

    def pipeline_settings(self, pipeline: str) -> Written: ...

    def templates(self) -> Sequence[Template]: ...

    def refusal(self, path: str, before: bytes, after: bytes) -> str:
        """Why a file must not hold ``after`` instead of ``before``: the errors that a pipeline would get by it. Empty:
        nothing speaks against it."""
        ...

    def used_by(self, path: str) -> frozenset[str]:
        """The pipelines of which the file is a block's source."""
        ...
