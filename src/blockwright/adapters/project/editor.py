"""``DiskEditor``: changes to the project's files, drafted; see ``ports.editing``."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from blake3 import blake3

from blockwright.adapters.project import block_templates, entry_yaml, names, renames
from blockwright.adapters.project.block_entries import Entry
from blockwright.adapters.project.block_files import NEEDS_FILE, folder_of
from blockwright.adapters.project.code_tree import read_tree
from blockwright.adapters.project.confinement import Border, decoded
from blockwright.adapters.project.conversions import converted
from blockwright.adapters.project.creation import NewBlock, kind_of, language_of, new_entry, section_of
from blockwright.adapters.project.custom_templates import own_settings
from blockwright.adapters.project.drafts import Drafting
from blockwright.adapters.project.findings import Key, dotted
from blockwright.adapters.project.folders import PRUNED
from blockwright.adapters.project.pipeline_reader import METADATA, PipelineReader
from blockwright.adapters.project.pipeline_texts import PipelineText
from blockwright.adapters.project.template_lists import templates
from blockwright.adapters.project.usages import Use, mentions, uses_of
from blockwright.adapters.project.yaml_edits import set_key
from blockwright.adapters.project.yaml_reader import places
from blockwright.core.blocks import BlockType, Language
from blockwright.core.charts import ChartType, read_chart
from blockwright.core.editing import BLOCK, PIPELINE, Setting, setting_of
from blockwright.core.errors import BlockwrightError, Conflict, Forbidden, Invalid
from blockwright.core.guarded_files import guarded
from blockwright.core.problems import Problem, ProjectInvalid
from blockwright.ports.editing import Draft, EntryText, Template, Written

_TYPES = {folder_of(kind): kind for kind in BlockType}
_LANGUAGES = {language.suffix: language for language in Language}
_NOT_COPIED = frozenset({"uuid", "name", "downstream_blocks", "callback_blocks", "conditional_blocks", "status"})
_LEFT_BEHIND = ("triggers.yaml",)
"""Files of a pipeline that a copy does not get: it would run twice what the first one runs."""


class DiskEditor:
    """``Editor`` over the project inside ``border``; ``cache`` is the folder of what is known of the tree."""

    def __init__(self, border: Border, pipelines: PipelineReader, cache: Path) -> None:
        self._border = border
        self._pipelines = pipelines
        self._cache = cache

    # Blocks -----------------------------------------------------------------------------------------------------------

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
        wanted = NewBlock(name, type, language, tuple(dict.fromkeys(upstream)), template)
        kind, spoken, uuid = kind_of(wanted), language_of(wanted), names.block_uuid(name)
        source = block_templates.text_for(self._border, kind, spoken, template)
        drafting, text = self._open(pipeline)
        file = f"{folder_of(kind)}/{uuid}.{spoken.suffix}"
        if not drafting.there(file):
            drafting.create(file, source.encode())
        entry = {**new_entry(uuid, kind, spoken, name), **own_settings(self._border, template or "")}
        self._enter(text, section_of(kind), entry, wanted.upstream, after)
        return self._close(drafting, text, f"add block `{uuid}` to `{pipeline}`", name=uuid)

    def connect(self, pipeline: str, source: str, target: str) -> Draft:
        drafting, text = self._open(pipeline)
        text.connect(source, target)
        return self._close(drafting, text, f"connect `{source}` to `{target}`")

    def disconnect(self, pipeline: str, source: str, target: str) -> Draft:
        drafting, text = self._open(pipeline)
        text.disconnect(source, target)
        return self._close(drafting, text, f"disconnect `{source}` from `{target}`")

    def set_upstream(self, pipeline: str, block: str, upstream: Sequence[str]) -> Draft:
        drafting, text = self._open(pipeline)
        self._set_upstream(text, block, upstream)
        return self._close(drafting, text, f"set the inputs of `{block}`")

    def reorder(self, pipeline: str, blocks: Sequence[str]) -> Draft:
        drafting, text = self._open(pipeline)
        text.order("blocks", blocks)
        return self._close(drafting, text, f"put the blocks of `{pipeline}` in another order")

    def rename_block(self, pipeline: str, block: str, name: str) -> Draft:
        entry, drafting = self._entry(pipeline, block), Drafting(self._border)
        file = entry.fields.get("path")
        replica = "replicated_block" in entry.fields
        if replica:
            entry = replace(entry, fields={**entry.fields, "path": None})
        uses = uses_of(self._pipelines, file) if file is not None and not replica else []
        new = renames.rename_block(drafting, pipeline, entry, uses, name)
        found = mentions(self._border, self._code(), block) if new != block else ()
        return drafting.draft(f"rename block `{block}` to `{new}`", mentions=found, name=new)

    def remove_block(self, pipeline: str, block: str, *, delete_file: bool) -> Draft:
        file = self._own_file(pipeline, block)
        drafting, text = self._open(pipeline)
        text.remove(block)
        what = f"remove block `{block}` from `{pipeline}`"
        if delete_file and file is not None:
            others = [
                use for use in uses_of(self._pipelines, file) if (use.pipeline, use.entry.uuid) != (pipeline, block)
            ]
            if others:
                what += f"; `{file}` stays: pipeline `{others[0].pipeline}` uses it"
            else:
                drafting.delete(file)
        return self._close(drafting, text, what)

    def share_block(self, pipeline: str, path: str, *, name: str, type: str | None, upstream: Sequence[str]) -> Draft:
        kind, language = _kind_of_file(path, type)
        if guarded(path):
            raise Forbidden(f"`{path}` may hold passwords and is no source of a block.")
        drafting, text = self._open(pipeline)
        self._border.read(path)
        stem = path.rpartition(".")[0].removeprefix(f"{folder_of(kind)}/")
        uuid = names.block_uuid(name or stem)
        entry = new_entry(uuid, kind, language, name or stem)
        if path != f"{folder_of(kind)}/{uuid}.{language.suffix}":
            entry["configuration"] = {"file_path": path, "file_source": {"path": path}}
        self._enter(text, section_of(kind), entry, tuple(upstream), None)
        return self._close(drafting, text, f"share `{path}` into `{pipeline}`", name=uuid)

    def copy_block(self, pipeline: str, block: str, name: str) -> Draft:
        file, uuid = self._own_file(pipeline, block), names.block_uuid(name)
        drafting, text = self._open(pipeline)
        old = text.entry(block)
        entry = {"uuid": uuid, "name": name.strip(), **{key: old[key] for key in old if key not in _NOT_COPIED}}
        upstream, entry["upstream_blocks"] = text.listed(block, "upstream_blocks"), []
        entry["downstream_blocks"] = []
        if file is not None:
            kind = BlockType(str(old["type"]))
            drafting.create(f"{folder_of(kind)}/{uuid}.{file.rpartition('.')[2]}", drafting.read(file))
            entry["configuration"] = _without_paths(old.get("configuration"))
        self._enter(text, str(text.place(block)[0]), entry, upstream, block)
        return self._close(drafting, text, f"copy block `{block}` to `{uuid}`", name=uuid)

    def add_chart(
        self, pipeline: str, name: str, *, configuration: Mapping[str, Any], upstream: Sequence[str], code: str | None
    ) -> Draft:
        uuid, (drafting, text) = names.block_uuid(name), self._open(pipeline)
        file = f"{folder_of(BlockType.CHART)}/{uuid}.py"
        if drafting.there(file):
            raise Conflict(f"`{file}` exists already.", hint="Take another name.", code="exists")
        begins = "custom" if read_chart(configuration).type is ChartType.CUSTOM else "settings"
        template = block_templates.text_for(self._border, BlockType.CHART, Language.PYTHON, begins)
        drafting.create(file, (template if code is None else code).encode())
        entry = new_entry(uuid, BlockType.CHART, Language.PYTHON, name)
        entry["configuration"] = _readable(configuration)
        self._enter(text, section_of(BlockType.CHART), entry, tuple(upstream), None)
        return self._close(drafting, text, f"add chart `{uuid}` to `{pipeline}`", name=uuid)

    def set_chart(
        self,
        pipeline: str,
        chart: str,
        *,
        name: str | None,
        configuration: Mapping[str, Any],
        upstream: Sequence[str] | None,
    ) -> Draft:
        drafting, text = self._open(pipeline)
        place = text.place(chart)
        if place[0] != section_of(BlockType.CHART):
            raise Invalid(f"Block `{chart}` is no chart.", hint="Change it as a block.")
        told = text.entry(chart).get("configuration")
        before = told if isinstance(told, dict) else {}
        after = {key: value for key, value in {**before, **configuration}.items() if value is not None}
        _readable(after)
        changed = {key: value for key, value in configuration.items() if before.get(key) != value}
        if name is not None and name.strip() and name.strip() != text.entry(chart).get("name"):
            text.text = set_key(text.text, (*place, "name"), name.strip())
        text.set(place, {("configuration", key): value for key, value in changed.items() if value is not None})
        gone: dict[tuple[str, ...], Any] = {
            ("configuration", key): None for key, value in changed.items() if value is None and key in before
        }
        text.set(place, gone)
        if upstream is not None:
            self._set_upstream(text, chart, upstream)
        return self._close(drafting, text, f"change chart `{chart}`", within=place)

    def convert_block(self, pipeline: str, block: str, type: str) -> Draft:
        entry, (drafting, text) = self._entry(pipeline, block), self._open(pipeline)
        new = kind_of(NewBlock(block, type, entry.language.value, (), None))
        if section_of(new) != section_of(entry.type):
            raise Invalid(
                f"A {entry.type.value} cannot become a {new.value}: they stand in different lists.",
                hint="Make a new block and remove the old one.",
                code="block_conversion",
            )
        text.text = set_key(text.text, (*text.place(block), "type"), new.value)
        file = self._own_file(pipeline, block)
        if file is not None and new is not entry.type:
            self._move_converted(drafting, pipeline, entry, file, new)
        return self._close(drafting, text, f"make block `{block}` a {new.value}")

    def set_block(self, pipeline: str, block: str, values: Mapping[str, Any]) -> Draft:
        drafting, text = self._open(pipeline)
        place = text.place(block)
        text.set(place, _keys(BLOCK, values))
        return self._close(drafting, text, f"set {_told(values)} of block `{block}`", within=place)

    # Pipelines --------------------------------------------------------------------------------------------------------

    def rename_pipeline(self, pipeline: str, name: str) -> Draft:
        files, drafting = self._files_of(pipeline), Drafting(self._border)
        self._require_new(pipeline, name)
        new = renames.rename_pipeline(drafting, files, pipeline, name)
        found = mentions(self._border, self._code(), pipeline) if new != pipeline else ()
        return drafting.draft(f"rename pipeline `{pipeline}` to `{new}`", mentions=found, name=new)

    def copy_pipeline(self, pipeline: str, name: str) -> Draft:
        files, drafting, new = self._files_of(pipeline), Drafting(self._border), names.pipeline_uuid(name)
        self._require_new("", name)
        for file in files:
            rest = file.split("/", 2)[2]
            if rest not in _LEFT_BEHIND:
                drafting.create(f"pipelines/{new}/{rest}", drafting.read(file))
        text = drafting.pipeline(f"pipelines/{new}/{METADATA}")
        text.text = set_key(set_key(text.text, ("uuid",), new), ("name",), name.strip())
        return self._close(drafting, text, f"copy pipeline `{pipeline}` to `{new}`", name=new)

    def remove_pipeline(self, pipeline: str, *, delete_files: bool) -> Draft:
        drafting, gone = Drafting(self._border), self._files_of(pipeline)
        if delete_files:
            gone += self._files_of_nobody_else(pipeline)
        for file in gone:
            drafting.delete(file)
        return drafting.draft(f"delete pipeline `{pipeline}`")

    def set_pipeline(self, pipeline: str, values: Mapping[str, Any]) -> Draft:
        drafting, text = self._open(pipeline)
        text.set((), _keys(PIPELINE, values))
        return self._close(drafting, text, f"set {_told(values)} of pipeline `{pipeline}`", within=())

    # What is there ----------------------------------------------------------------------------------------------------

    def block_settings(self, pipeline: str, block: str) -> Written:
        _, text = self._open(pipeline)
        return self._written(text, text.place(block), text.entry(block), BLOCK)

    def pipeline_settings(self, pipeline: str) -> Written:
        _, text = self._open(pipeline)
        return self._written(text, (), text.data, PIPELINE)

    def block_yaml(self, pipeline: str, block: str) -> EntryText:
        _, text = self._open(pipeline)
        line, entry = entry_yaml.entry_text(text, block)
        return EntryText(text.path, blake3(self._border.read(text.path)).hexdigest(), line, entry)

    def set_block_yaml(self, pipeline: str, block: str, text: str) -> Draft:
        drafting, pipeline_text = self._open(pipeline)
        entry_yaml.replace_entry(pipeline_text, block, text)
        return self._close(drafting, pipeline_text, f"edit the YAML of block `{block}`")

    def templates(self) -> Sequence[Template]:
        return templates(self._border)

    def refusal(self, path: str, before: bytes, after: bytes) -> str:
        if not (path.startswith("pipelines/") and path.endswith(f"/{METADATA}")):
            return ""
        try:
            text = PipelineText(path, decoded(before, path))
            text.text = decoded(after, path)
            text.require_sound()
        except BlockwrightError as error:
            return str(error)
        return ""

    def used_by(self, path: str) -> frozenset[str]:
        return frozenset(use.pipeline for use in uses_of(self._pipelines, path))

    def _written(self, text: PipelineText, place: Key, data: Mapping[str, Any], table: Sequence[Setting]) -> Written:
        lines = places(text.text)
        values: dict[str, Any] = {}
        for key in dict.fromkeys([*(setting.key for setting in table), *data]):
            found: Any = data
            for part in key.split("."):
                found = found.get(part) if isinstance(found, dict) else None
            if found is not None:
                values[key] = found
        return Written(
            text.path,
            blake3(self._border.read(text.path)).hexdigest(),
            values,
            {key: line for key in values if (line := lines.get((*place, *key.split(".")))) is not None},
        )

    def _open(self, pipeline: str) -> tuple[Drafting, PipelineText]:
        drafting = Drafting(self._border)
        return drafting, drafting.pipeline(self._pipelines.path(pipeline))

    def _close(
        self, drafting: Drafting, text: PipelineText, what: str, *, within: Key | None = None, name: str = ""
    ) -> Draft:
        """The draft, if it is sound. ``within``: errors below this place are told as those of a setting."""
        text.require_sound(lambda problem: problem if within is None else _of_setting(problem, within))
        drafting.put(text.path, text.text)
        return drafting.draft(what, name=name)

    def _enter(
        self, text: PipelineText, section: str, entry: Mapping[str, Any], upstream: Sequence[str], after: str | None
    ) -> None:
        if entry["uuid"] in text.uuids():
            raise Conflict(
                f"The pipeline has a block `{entry['uuid']}` already.", hint="Take another name.", code="exists"
            )
        if after is not None:
            text.place(after)
        text.add(section, entry, after)
        for source in upstream:
            text.connect(source, str(entry["uuid"]))

    def _entry(self, pipeline: str, block: str) -> Entry:
        """The entry as the reader sees it; raises NotFound."""
        _, text = self._open(pipeline)
        text.place(block)
        for entry in self._pipelines.examine(text.path)[0].entries():
            if entry.uuid == block:
                return entry
        raise ProjectInvalid(self._pipelines.examined(pipeline).problems)

    def _set_upstream(self, text: PipelineText, block: str, upstream: Sequence[str]) -> None:
        wanted = list(dict.fromkeys(upstream))
        for name in text.listed(block, "upstream_blocks"):
            if name not in wanted:
                text.disconnect(name, block)
        for name in wanted:
            text.connect(name, block)
        if text.listed(block, "upstream_blocks") != wanted:
            text.text = set_key(text.text, (*text.place(block), "upstream_blocks"), wanted)

    def _own_file(self, pipeline: str, block: str) -> str | None:
        """The file that is the block's own, not one that it replicates."""
        fields = self._entry(pipeline, block).fields
        return None if "replicated_block" in fields else fields.get("path")

    def _move_converted(self, drafting: Drafting, pipeline: str, entry: Entry, file: str, new: BlockType) -> None:
        """Give the block a source of its new type; the old file stays while others use it."""
        suffix = file.rpartition(".")[2]
        source = drafting.read(file)
        if suffix == "py":
            source = converted(drafting.text(file), entry.type, new).encode()
        target = file if entry.wanted else f"{folder_of(new)}/{entry.uuid}.{suffix}"
        others = [use for use in uses_of(self._pipelines, file) if _is_other(use, pipeline, entry.uuid)]
        if target == file and others:
            raise Conflict(
                f"`{file}` is also a block of pipeline `{others[0].pipeline}`.",
                hint="Copy the block first.",
                code="shared",
            )
        if target == file:
            drafting.put(file, source.decode())
            return
        if not others:
            drafting.delete(file)
        drafting.create(target, source)

    def _files_of(self, pipeline: str) -> list[str]:
        """Every file of a pipeline's folder."""
        folder = os.path.dirname(self._pipelines.path(pipeline))
        found = []
        for place, folders, files in os.walk(os.path.join(self._border.real, folder)):
            folders[:] = sorted(name for name in folders if name not in PRUNED)
            found += [os.path.relpath(os.path.join(place, name), self._border.real) for name in sorted(files)]
        return found

    def _files_of_nobody_else(self, pipeline: str) -> list[str]:
        entries = self._pipelines.examine(self._pipelines.path(pipeline))[0].entries()
        files = dict.fromkeys(file for entry in entries if (file := entry.fields.get("path")) is not None)
        return [file for file in files if all(use.pipeline == pipeline for use in uses_of(self._pipelines, file))]

    def _require_new(self, pipeline: str, name: str) -> None:
        """Raises Conflict when another pipeline has the name, or something lies where its folder would be."""
        new = names.pipeline_uuid(name)
        if new != pipeline and os.path.lexists(self._border.path(f"pipelines/{new}/{METADATA}")):
            raise Conflict(f"There is a pipeline `{new}` already.", hint="Take another name.", code="exists")

    def _code(self) -> list[str]:
        return [source.path for source in read_tree(self._border, self._cache).files]


def _readable(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a chart, if they can be read; raises Invalid."""
    read_chart(configuration)
    return dict(configuration)


def _keys(table: tuple[Setting, ...], values: Mapping[str, Any]) -> dict[tuple[str, ...], Any]:
    """The ways to the keys; raises ProjectInvalid naming each that nobody reads."""
    unknown = [key for key in values if setting_of(table, key) is None]
    if unknown:
        known = [setting.key for setting in table]
        raise ProjectInvalid([_unknown(key, known) for key in unknown])
    return {tuple(key.split(".")): value for key, value in values.items()}


def _unknown(key: str, known: Sequence[str]) -> Problem:
    advice = names.suggestion(key, known) or "`GET` of the settings lists those that can be set."
    return Problem("", None, f"settings.{key}", f"`{key}` is no setting.", advice, code="unknown_setting")


def _of_setting(problem: Problem, within: Key) -> Problem:
    """An error as one of the field of the request that caused it."""
    base = dotted(within)
    key = problem.key.removeprefix(base).lstrip(".")
    return replace(problem, key=f"settings.{key}" if problem.key.startswith(base) else problem.key)


def _told(values: Mapping[str, Any]) -> str:
    return ", ".join(f"`{key}`" for key in list(values)[:3]) + (" …" if len(values) > 3 else "")


def _without_paths(configuration: Any) -> dict[str, Any]:
    given = configuration if isinstance(configuration, dict) else {}
    return {key: value for key, value in given.items() if key not in ("file_path", "file_source")}


def _is_other(use: Use, pipeline: str, uuid: str) -> bool:
    return (use.pipeline, use.entry.uuid) != (pipeline, uuid)


def _kind_of_file(path: str, type: str | None) -> tuple[BlockType, Language]:
    """What a file is by its folder and suffix; raises Invalid when that does not say it."""
    kind = _TYPES.get(path.split("/")[0]) if type is None else kind_of(NewBlock("x", type, "python", (), None))
    language = _LANGUAGES.get(path.rpartition(".")[2].lower())
    if kind is None or language is None or (type is None and kind not in NEEDS_FILE):
        raise Invalid(
            f"`{path}` does not say what kind of block it is.",
            hint="Name a `.py`, `.sql`, `.r` or `.yaml` file in a folder such as `transformers`, or say the type.",
            code="block_kind",
        )
    return kind, language
