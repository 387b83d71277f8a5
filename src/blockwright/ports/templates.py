"""The templates of a project: blocks and whole pipelines to begin with, the project's own and ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from blockwright.ports.editing import Draft, Template


@dataclass(frozen=True, slots=True)
class PipelineTemplate:
    """``name`` is how it is asked for, ``blocks`` the names in it. ``own``: the project's, its file at ``path``."""

    name: str
    title: str
    description: str
    type: str
    blocks: tuple[str, ...]
    own: bool
    path: str = ""


class TemplateFiles(Protocol):
    """``custom_templates/`` and what comes with us. Drafts are written by ``services.editing``."""

    def blocks(self) -> Sequence[Template]: ...

    def block_text(self, name: str, type: str, language: str) -> str:
        """What a new block's file says at first; raises NotFound, Invalid."""
        ...

    def pipelines(self) -> Sequence[PipelineTemplate]: ...

    def pipeline_text(self, name: str) -> str:
        """The pipeline's file as a new one would get it; raises NotFound."""
        ...

    def from_block(self, pipeline: str, block: str, name: str, description: str) -> Draft:
        """A template of a block with its code and configuration; raises Conflict (code ``exists``)."""
        ...

    def from_pipeline(self, pipeline: str, name: str, description: str) -> Draft:
        """A template of a pipeline with its blocks, variables and triggers; the blocks' files are not copied, pipelines
        made of it share them."""
        ...

    def new_pipeline(self, template: str, name: str) -> Draft:
        """A pipeline made of a template, its triggers switched off; raises Conflict, NotFound."""
        ...

    def remove_block(self, name: str) -> Draft: ...

    def remove_pipeline(self, name: str) -> Draft: ...
