"""``DiskForms``: the forms in the project's files, and drafts of changes to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from blockwright.adapters.project import interaction_edits
from blockwright.adapters.project.confinement import Border
from blockwright.adapters.project.interaction_files import Forms
from blockwright.adapters.project.pipeline_reader import PipelineReader
from blockwright.core.access import Role
from blockwright.core.interactions import Form
from blockwright.ports.editing import Draft


class DiskForms(Forms):
    """``FormFiles`` over the project inside ``border``."""

    def __init__(self, border: Border, pipelines: PipelineReader) -> None:
        super().__init__(border, pipelines)
        self._border = border
        self._pipelines = pipelines

    def new(self, pipeline: str, block: str, name: str, title: str) -> Draft:
        return interaction_edits.new_form(self._border, self._pipelines.read(pipeline), block, name, title)

    def set(self, form: Form, values: Mapping[str, Any], roles: Sequence[Role] | None) -> Draft:
        return interaction_edits.set_form(self._border, form, values, roles)

    def remove(self, form: Form) -> Draft:
        return interaction_edits.remove_form(self._border, form)
