"""Another name for a block or a pipeline, and for everything in the project's files that goes by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from blockwright.adapters.project import names
from blockwright.adapters.project.block_entries import Entry
from blockwright.adapters.project.documents import BrokenYaml
from blockwright.adapters.project.drafts import Drafting
from blockwright.adapters.project.findings import Key
from blockwright.adapters.project.pipeline_reader import METADATA
from blockwright.adapters.project.pipeline_texts import REFERENCES, PipelineText
from blockwright.adapters.project.product_files import FILE as PRODUCTS
from blockwright.adapters.project.usages import Use
from blockwright.adapters.project.yaml_edits import rename_key, replace_texts, set_key
from blockwright.adapters.project.yaml_reader import read
from blockwright.core.errors import Conflict

INTERACTIONS = "interactions.yaml"


def rename_block(drafting: Drafting, pipeline: str, entry: Entry, uses: list[Use], name: str) -> str:
    """Draft another name for the block ``entry`` of ``pipeline``; ``uses`` are all entries with its file. Returns the
    new uuid."""
    old, new = entry.uuid, names.block_uuid(name)
    file = entry.fields.get("path")
    target = _new_file(file, old, new)
    own = f"pipelines/{pipeline}/{METADATA}"
    touched = {use.path: use for use in uses if target is not None}
    for path in {own: None, **touched}:
        text = drafting.pipeline(path)
        uuid = old if path == own else touched[path].entry.uuid
        renamed = path == own or not touched[path].named
        if renamed and new != uuid:
            _require_free(text, new)
        if target is not None and file is not None:
            _rename_paths(text, uuid, file, target)
        if renamed:
            _rename_display(text, uuid, name, always=path == own)
            _rename_references(text, uuid, new)
            _rename_beside(drafting, path.split("/")[1], uuid, new)
        text.require_sound()
        drafting.put(path, text.text)
    if target is not None and file is not None and target != file:
        drafting.move(file, target)
    if entry.fields.get("has_callback"):
        _move_callback(drafting, old, new)
    return new


def rename_pipeline(drafting: Drafting, files: list[str], old: str, name: str) -> str:
    """Draft the move of a pipeline's folder; ``files`` are all files in it. Returns the new uuid."""
    new = names.pipeline_uuid(name)
    for file in files:
        if new != old:
            drafting.move(file, f"pipelines/{new}/{file.split('/', 2)[2]}")
    path = f"pipelines/{new}/{METADATA}"
    text = drafting.pipeline(path)
    if text.data.get("uuid") not in (None, new):
        text.text = set_key(text.text, ("uuid",), new)
    if text.data.get("name") != name.strip():
        text.text = set_key(text.text, ("name",), name.strip())
    text.require_sound()
    drafting.put(path, text.text)
    if new != old:
        _rename_in_products(drafting, old, new)
    return new


def _new_file(file: str | None, old: str, new: str) -> str | None:
    """The path of the file under its new name; None for a file that is not called as the block is."""
    if file is None:
        return None
    stem, dot, suffix = file.rpartition(".")
    return f"{stem[: -len(old)]}{new}{dot}{suffix}" if stem.endswith(f"/{old}") else None


def _require_free(text: PipelineText, new: str) -> None:
    if new in text.uuids():
        pipeline = text.path.split("/")[1]
        raise Conflict(f"Pipeline `{pipeline}` has a block `{new}` already.", hint="Take another name.", code="exists")


def _rename_display(text: PipelineText, uuid: str, name: str, *, always: bool) -> None:
    """The name for people; in other pipelines only where it is the block's uuid."""
    shown, wanted = text.entry(uuid).get("name"), name.strip()
    said_anyway = shown is None and wanted == names.block_uuid(name)
    if shown == uuid or (always and shown != wanted and not said_anyway):
        text.text = set_key(text.text, (*text.place(uuid), "name"), wanted)


def _rename_references(text: PipelineText, old: str, new: str) -> None:
    found: dict[Key, str] = {}
    for place, entry in text.entries():
        for key in ("uuid", "replicated_block"):
            if entry.get(key) == old:
                found[(*place, key)] = new
        for key in REFERENCES:
            listed = entry.get(key)
            for index, item in enumerate(listed if isinstance(listed, list) else ()):
                if item == old:
                    found[(*place, key, index)] = new
    text.text = replace_texts(text.text, found)
    for place, entry in list(text.entries()):
        if old in _below(entry, "configuration", "variables", "upstream"):
            text.text = rename_key(text.text, (*place, "configuration", "variables", "upstream", old), new)


def _rename_paths(text: PipelineText, uuid: str, file: str, target: str) -> None:
    """The places in the configuration of an entry that name the file, whatever they put before it."""
    place, configuration = text.place(uuid), _below(text.entry(uuid), "configuration")
    found: dict[Key, str] = {}
    for key, value in (
        (("file_path",), configuration.get("file_path")),
        (("file_source", "path"), _below(configuration, "file_source").get("path")),
    ):
        if isinstance(value, str) and (value == file or value.endswith(f"/{file}")):
            found[(*place, "configuration", *key)] = value[: -len(file)] + target
    text.text = replace_texts(text.text, found)


def _rename_beside(drafting: Drafting, pipeline: str, old: str, new: str) -> None:
    """What other files say of a pipeline's block: its forms, and the products that take its output."""
    forms = f"pipelines/{pipeline}/{INTERACTIONS}"
    if old in _below(_data(drafting, forms), "blocks"):
        drafting.put(forms, rename_key(drafting.text(forms), ("blocks", old), new))
    for name, product in _products(drafting, pipeline):
        if old in _below(product, "settings"):
            drafting.put(PRODUCTS, rename_key(drafting.text(PRODUCTS), (name, "settings", old), new))


def _rename_in_products(drafting: Drafting, old: str, new: str) -> None:
    found: dict[Key, str] = {(name, "object_uuid"): new for name, _ in _products(drafting, old)}
    if found:
        drafting.put(PRODUCTS, replace_texts(drafting.text(PRODUCTS), found))


def _move_callback(drafting: Drafting, old: str, new: str) -> None:
    source, target = (f"callbacks/{uuid.replace('/', '_')}_callback.py" for uuid in (old, new))
    if source != target and drafting.there(source):
        drafting.move(source, target)


def _products(drafting: Drafting, pipeline: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, product in _data(drafting, PRODUCTS).items():
        if isinstance(name, str) and isinstance(product, dict) and product.get("object_uuid") == pipeline:
            yield name, product


def _data(drafting: Drafting, path: str) -> Mapping[Any, Any]:
    """The mapping in a file; an empty one when there is no file, or one that nobody can read."""
    if not drafting.there(path):
        return {}
    try:
        data = read(drafting.text(path)).data
    except BrokenYaml:
        return {}
    return data if isinstance(data, dict) else {}


def _below(data: Mapping[Any, Any], *keys: str) -> Mapping[Any, Any]:
    for key in keys:
        found = data.get(key)
        data = found if isinstance(found, dict) else {}
    return data
