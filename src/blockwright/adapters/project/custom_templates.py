"""``DiskTemplates``: the project's own templates in ``custom_templates/``, and those that come with us."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from blockwright.adapters.project import block_templates, names
from blockwright.adapters.project.confinement import Border
from blockwright.adapters.project.creation import NewBlock, kind_of, language_of
from blockwright.adapters.project.documents import BrokenYaml
from blockwright.adapters.project.drafts import Drafting
from blockwright.adapters.project.pipeline_reader import METADATA, PipelineReader, broken
from blockwright.adapters.project.pipeline_texts import PipelineText
from blockwright.adapters.project.template_lists import metadata_of, templates
from blockwright.adapters.project.yaml_edits import dumped, set_key
from blockwright.adapters.project.yaml_reader import read
from blockwright.core.errors import BlockwrightError, Conflict, Invalid, NotFound
from blockwright.core.problems import ProjectInvalid
from blockwright.ports.editing import Draft, Template
from blockwright.ports.templates import PipelineTemplate

TRIGGERS = "triggers.yaml"
_MOST = 500
_OURS = Path(__file__).parent / "templates" / "projects"
_SUFFIX = ".tmpl"
_BUILT_IN = {"etl": "Load, clean, sum up, export", "mlops": "Train models and choose the best"}


class DiskTemplates:
    """``TemplateFiles`` over the project inside ``border``."""

    def __init__(self, border: Border, pipelines: PipelineReader) -> None:
        self._border = border
        self._pipelines = pipelines

    def blocks(self) -> Sequence[Template]:
        return templates(self._border)

    def block_text(self, name: str, type: str, language: str) -> str:
        wanted = NewBlock(name or "block", type, language, (), name or None)
        return block_templates.text_for(self._border, kind_of(wanted), language_of(wanted), name or None)

    def pipelines(self) -> Sequence[PipelineTemplate]:
        return [*list(self._own())[:_MOST], *(self._ours(name) for name in _BUILT_IN)]

    def pipeline_text(self, name: str) -> str:
        if os.path.lexists(self._border.path(f"{self._border.pipeline_templates}/{name}/{METADATA}")):
            return dumped(self._pipeline_of(name))
        if name not in _BUILT_IN:
            raise self._none(name)
        return _our_pipeline(name)

    def from_block(self, pipeline: str, block: str, name: str, description: str) -> Draft:
        uuid, drafting = names.block_uuid(name), Drafting(self._border)
        text = PipelineText("", self._border.text(self._pipelines.path(pipeline)))
        entry = text.entry(block)
        spec = self._pipelines.read(pipeline).by_uuid[block]  # type: ignore[index]  # the entry was just found
        source = spec.content.encode() if spec.content is not None else self._source(block, spec.path)
        configuration = entry.get("configuration")
        document: dict[str, Any] = {
            "block_type": spec.type.value,
            "color": entry.get("color"),
            "configuration": _without_places(configuration) or None,
            "description": description or None,
            "language": spec.language.value,
            "name": name.strip(),
            "pipeline": {},
            "tags": entry.get("tags") or [],
        }
        folder = f"{self._border.block_templates}/{uuid}"
        drafting.create(f"{folder}/{METADATA}", dumped(document).encode())
        drafting.create(f"{folder}/{uuid.rpartition('/')[2]}.{spec.language.suffix}", source)
        return drafting.draft(f"make the block template `{uuid}` of `{block}`", name=uuid)

    def from_pipeline(self, pipeline: str, name: str, description: str) -> Draft:
        uuid, drafting = names.pipeline_uuid(name), Drafting(self._border)
        self._pipelines.read(pipeline)
        data = dict(PipelineText("", self._border.text(self._pipelines.path(pipeline))).data)
        folder = f"{self._border.pipeline_templates}/{uuid}"
        document = {"description": description or data.get("description"), "name": name.strip(), "pipeline": data}
        drafting.create(f"{folder}/{METADATA}", dumped({**document, "tags": data.get("tags") or []}).encode())
        triggers = f"pipelines/{pipeline}/{TRIGGERS}"
        if drafting.there(triggers):
            drafting.create(f"{folder}/{TRIGGERS}", self._border.read(triggers))
        return drafting.draft(f"make the pipeline template `{uuid}` of `{pipeline}`", name=uuid)

    def new_pipeline(self, template: str, name: str) -> Draft:
        uuid, drafting = names.pipeline_uuid(name), Drafting(self._border)
        path = f"pipelines/{uuid}/{METADATA}"
        if drafting.there(path):
            raise Conflict(f"There is a pipeline `{uuid}` already.", hint="Take another name.", code="exists")
        text = set_key(set_key(self.pipeline_text(template), ("uuid",), uuid), ("name",), name.strip())
        drafting.create(path, text.encode())
        own = f"{self._border.pipeline_templates}/{template}"
        if drafting.there(f"{own}/{METADATA}"):
            if drafting.there(f"{own}/{TRIGGERS}"):
                drafting.create(f"pipelines/{uuid}/{TRIGGERS}", self._switched_off(f"{own}/{TRIGGERS}").encode())
        else:
            for file, content in _our_files(template).items():
                if not drafting.there(file):  # one that is there is shared, not replaced
                    drafting.create(file, content.encode())
        if not drafting.there(f"pipelines/{uuid}/__init__.py"):
            drafting.create(f"pipelines/{uuid}/__init__.py", b"")
        return drafting.draft(f"create pipeline `{uuid}` of the template `{template}`", name=uuid)

    def remove_block(self, name: str) -> Draft:
        known = [one.name for one in templates(self._border) if one.own]
        if name not in known:
            hint = names.suggestion(name, known) or "Those that come with Blockwright stay."
            raise NotFound(f"The project has no block template `{name}`.", hint=hint, code="template_not_found")
        return self._remove(f"{self._border.block_templates}/{name}", f"delete the block template `{name}`")

    def remove_pipeline(self, name: str) -> Draft:
        if name not in [one.name for one in self._own()]:
            raise self._none(name)
        return self._remove(f"{self._border.pipeline_templates}/{name}", f"delete the pipeline template `{name}`")

    def _remove(self, folder: str, what: str) -> Draft:
        """Only the files directly in the folder: folders in it are other templates."""
        drafting = Drafting(self._border)
        with os.scandir(self._border.path(folder)) as entries:
            for file in sorted(entry.name for entry in entries if entry.is_file(follow_symlinks=False)):
                drafting.delete(f"{folder}/{file}")
        return drafting.draft(what)

    def _own(self) -> Iterator[PipelineTemplate]:
        base = self._border.path(self._border.pipeline_templates)
        for name in sorted(os.listdir(base)) if base.is_dir() else ():
            path = f"{self._border.pipeline_templates}/{name}/{METADATA}"
            if not os.path.lexists(base / name / METADATA):
                continue
            said = metadata_of(self._border, path)
            pipeline = said.get("pipeline")
            data: Mapping[str, Any] = pipeline if isinstance(pipeline, dict) else {}
            yield PipelineTemplate(
                name,
                str(said.get("name") or name),
                str(said.get("description") or ""),
                str(data.get("type") or "python"),
                _blocks_of(data),
                own=True,
                path=path,
            )

    def _ours(self, name: str) -> PipelineTemplate:
        data = read(_our_pipeline(name)).data
        return PipelineTemplate(name, _BUILT_IN[name], str(data["description"]), "python", _blocks_of(data), own=False)

    def _pipeline_of(self, name: str) -> dict[str, Any]:
        path = f"{self._border.pipeline_templates}/{name}/{METADATA}"
        try:
            said = read(self._border.text(path)).data
        except BrokenYaml as error:
            raise ProjectInvalid([broken(error, path)]) from None
        pipeline = said.get("pipeline") if isinstance(said, dict) else None
        if not isinstance(pipeline, dict):
            raise Invalid(f"`{path}` has no `pipeline`.", hint="It must hold a pipeline as a mapping.")
        return {key: value for key, value in pipeline.items() if key not in ("created_at", "execution_date")}

    def _source(self, block: str, path: str | None) -> bytes:
        if path is None:
            raise Invalid(f"Block `{block}` has no source of its own.", hint="Take the block that it replicates.")
        return self._border.read(path)

    def _switched_off(self, path: str) -> str:
        """The triggers, so that nothing runs that nobody asked for."""
        text = self._border.text(path)
        try:
            data = read(text).data
        except BrokenYaml as error:
            raise ProjectInvalid([broken(error, path)]) from None
        entries = data.get("triggers") if isinstance(data, dict) else None
        off = [{**one, "status": "inactive"} if isinstance(one, dict) else one for one in entries or ()]
        return dumped({"triggers": [{k: v for k, v in one.items() if k != "token"} for one in off]})

    def _none(self, name: str) -> NotFound:
        known = [*(one.name for one in self._own()), *_BUILT_IN]
        hint = names.suggestion(name, known) or f"There are {names.listing(known)}."
        return NotFound(f"There is no pipeline template `{name}`.", hint=hint, code="template_not_found")


def own_settings(border: Border, template: str) -> dict[str, Any]:
    """What a block of this template is given beside its code: configuration, colour, tags."""
    try:
        said = metadata_of(border, f"{border.block_templates}/{template}/{METADATA}")
    except BlockwrightError:
        return {}
    found: dict[str, Any] = {}
    if isinstance(said.get("configuration"), dict) and said["configuration"]:
        found["configuration"] = said["configuration"]
    if isinstance(said.get("color"), str):
        found["color"] = said["color"]
    return found


def _without_places(configuration: Any) -> dict[str, Any]:
    given = configuration if isinstance(configuration, dict) else {}
    return {key: value for key, value in given.items() if key not in ("file_path", "file_source")}


def _blocks_of(data: Mapping[str, Any]) -> tuple[str, ...]:
    blocks = data.get("blocks")
    return tuple(str(one.get("uuid")) for one in blocks if isinstance(one, dict)) if isinstance(blocks, list) else ()


def _our_pipeline(name: str) -> str:
    (path,) = (_OURS / name / "pipelines").glob(f"*/{METADATA}{_SUFFIX}")
    return path.read_text(encoding="utf-8")


def _our_files(name: str) -> dict[str, str]:
    """What the pipeline's blocks need: everything in a folder except the pipeline itself."""
    top = _OURS / name
    return {
        file: source.read_text(encoding="utf-8")
        for source in sorted(top.rglob(f"*{_SUFFIX}"))
        if "/" in (file := source.relative_to(top).as_posix().removesuffix(_SUFFIX))
        and not file.startswith("pipelines/")
    }
