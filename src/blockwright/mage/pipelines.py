"""``Pipeline.get(…)``: a pipeline to look at. Its files are edited by people and the editor, not by blocks."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from blockwright.mage import pipeline_files
from blockwright.mage.constants import BlockLanguage, BlockType, PipelineType
from blockwright.mage.project import get_repo_path
from blockwright.mage.texts import clean_name

_SUFFIXES = {"python": "py", "sql": "sql", "r": "r", "yaml": "yaml", "markdown": "md"}


@dataclass(frozen=True)
class Block:
    """One block as the pipeline's file describes it."""

    uuid: str
    name: str
    type: BlockType
    language: BlockLanguage
    upstream_block_uuids: tuple[str, ...] = ()
    downstream_block_uuids: tuple[str, ...] = ()
    configuration: dict[str, Any] = field(default_factory=dict)
    repo_path: str = ""
    inline: str | None = None

    @property
    def file_path(self) -> str:
        """The absolute path of its source."""
        folder = "custom" if self.type == "custom" else f"{self.type}s"
        usual = Path(self.repo_path) / folder / f"{self.uuid}.{_SUFFIXES[self.language]}"
        given = (self.configuration or {}).get("file_path")
        return str(Path(self.repo_path) / given if given else usual)

    @property
    def content(self) -> str:
        """Its source text."""
        return self.inline if self.inline is not None else Path(self.file_path).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Pipeline:
    """A pipeline as its file describes it, at the moment when it was read."""

    uuid: str
    name: str
    type: PipelineType
    description: str | None
    tags: tuple[str, ...]
    variables: dict[str, Any]
    blocks_by_uuid: dict[str, Block]
    repo_path: str

    @classmethod
    def get(cls, uuid: str, repo_path: str | None = None, **_: Any) -> Pipeline:
        """The pipeline called ``uuid``; raises FileNotFoundError naming where it was looked for."""
        root = repo_path or get_repo_path()
        document = pipeline_files.read(uuid, root)
        blocks = [_block(entry, root) for entry in document.get("blocks") or []]
        return cls(
            uuid=uuid,
            name=str(document.get("name") or uuid),
            type=PipelineType(document.get("type") or "python"),
            description=document.get("description"),
            tags=tuple(document.get("tags") or ()),
            variables=dict(document.get("variables") or {}),
            blocks_by_uuid={block.uuid: block for block in blocks},
            repo_path=root,
        )

    @classmethod
    def get_all_pipelines(cls, repo_path: str | None = None) -> list[str]:
        """The names of all pipelines of the project."""
        folder = pipeline_files.folder(repo_path)
        return sorted(path.parent.name for path in folder.glob("*/metadata.yaml"))

    def get_block(self, block_uuid: str, **_: Any) -> Block | None:
        """The block of this name, or None."""
        return self.blocks_by_uuid.get(block_uuid) or self.blocks_by_uuid.get(clean_name(block_uuid, ["/"]))

    def get_block_variable(self, block_uuid: str, variable_name: str, **options: Any) -> Any:
        """An output of a block; see ``get_variable``."""
        from blockwright.mage.variables import get_variable

        return get_variable(self.uuid, block_uuid, variable_name, **options)

    @classmethod
    def create(cls, name: str, **_: Any) -> NoReturn:
        """Refused: blocks look at pipelines, they do not make them."""
        raise _read_only(f"create the pipeline `{name}`")

    def add_block(self, *_: Any, **__: Any) -> NoReturn:
        """Refused: see ``create``."""
        raise _read_only(f"add a block to `{self.uuid}`")

    def save(self, *_: Any, **__: Any) -> NoReturn:
        """Refused: see ``create``."""
        raise _read_only(f"save `{self.uuid}`")

    def execute_sync(self, *_: Any, **__: Any) -> NoReturn:
        """Refused: a run is started with ``trigger_pipeline``."""
        raise PermissionError(f"Start a run with trigger_pipeline('{self.uuid}', check_status=True) instead.")


def _block(entry: dict[str, Any], root: str) -> Block:
    return Block(
        uuid=str(entry["uuid"]),
        name=str(entry.get("name") or entry["uuid"]),
        type=BlockType(entry["type"]),
        language=BlockLanguage(entry.get("language") or "python"),
        upstream_block_uuids=tuple(entry.get("upstream_blocks") or ()),
        downstream_block_uuids=tuple(entry.get("downstream_blocks") or ()),
        configuration=dict(entry.get("configuration") or {}),
        repo_path=root,
        inline=entry.get("content"),
    )


def _read_only(what: str) -> PermissionError:
    return PermissionError(f"A block cannot {what}: pipelines are files; edit them in the editor or on disk.")
