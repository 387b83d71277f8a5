"""Drafts of changes to forms: a new one for a pipeline's variables, what its link says, and taking it away."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from blockwright.adapters.project.confinement import Border
from blockwright.adapters.project.documents import BrokenYaml
from blockwright.adapters.project.drafts import Drafting
from blockwright.adapters.project.interaction_files import FOLDER, LINK
from blockwright.adapters.project.pipeline_reader import broken
from blockwright.adapters.project.yaml_edits import append, remove_item, remove_key, set_key
from blockwright.adapters.project.yaml_reader import read
from blockwright.core.access import Role
from blockwright.core.errors import Invalid, NotFound
from blockwright.core.interactions import Form
from blockwright.core.pipelines import PipelineSpec
from blockwright.core.problems import ProjectInvalid
from blockwright.ports.editing import Draft

_NAME = re.compile(r"[A-Za-z0-9][\w-]{0,99}")


def new_form(border: Border, pipeline: PipelineSpec, block: str, name: str, title: str) -> Draft:
    """A file with an input for each variable of the pipeline, and its link; raises Conflict, Invalid, NotFound."""
    if _NAME.fullmatch(name) is None:
        raise Invalid(f"{name!r} is no name of a form.", hint="Take letters, digits, `_` and `-`.", code="form_name")
    if block not in pipeline.by_uuid:
        raise NotFound(f"Pipeline `{pipeline.uuid}` has no block `{block}`.", hint="A form belongs to a block.")
    drafting = Drafting(border)
    uuid = f"{name}.yaml"
    drafting.create(f"{FOLDER}/{uuid}", _first_text(pipeline.variables).encode())
    entry: dict[str, Any] = {"uuid": uuid, "name": title} if title else {"uuid": uuid}
    path = f"pipelines/{pipeline.uuid}/{LINK}"
    if not drafting.there(path):
        drafting.create(path, append("", ("blocks", block), entry).encode())
    else:
        drafting.put(path, append(_text(drafting, path), ("blocks", block), entry))
    return drafting.draft(f"create form `{name}` of `{pipeline.uuid}`", name=f"{pipeline.uuid}.{name}")


def set_form(border: Border, form: Form, values: Mapping[str, Any], roles: Sequence[Role] | None) -> Draft:
    """``values``: title and description, empty to take one out; ``roles`` None: as they are, empty: nobody is named."""
    drafting = Drafting(border)
    text, place = _open(drafting, form)
    said: dict[str, Any] = {"name" if key == "title" else key: value or None for key, value in values.items()}
    if roles is not None:
        said["permissions"] = [{"roles": [role.value.capitalize() for role in roles]}] if roles else None
    for key, value in said.items():
        there = key in _entry(text, place)
        if value is not None:
            text = set_key(text, (*place, key), value)
        elif there:
            text = remove_key(text, (*place, key))
    drafting.put(form.link, text)
    return drafting.draft(f"change form `{form.id}`", name=form.id)


def remove_form(border: Border, form: Form) -> Draft:
    """Take the link away; the file stays, since other pipelines may offer it."""
    drafting = Drafting(border)
    text, place = _open(drafting, form)
    drafting.put(form.link, remove_item(text, place[:-1], int(place[-1])))
    return drafting.draft(f"remove form `{form.id}`")


def _open(drafting: Drafting, form: Form) -> tuple[str, tuple[Any, ...]]:
    """The link's file and where the form stands in it."""
    text = _text(drafting, form.link)
    data = read(text).data
    count = 1
    for block, entries in (data.get("blocks") or {}).items():
        for index, entry in enumerate(entries or ()):
            uuid = entry.get("uuid") if isinstance(entry, dict) else None
            if not isinstance(uuid, str) or f"{FOLDER}/{uuid.strip('/ ')}" != form.file:
                continue
            base = f"{form.pipeline}.{(uuid.strip('/ ').rpartition('.')[0] or uuid).replace('/', '.')}"
            if form.id == (base if count == 1 else f"{base}-{count}"):
                return text, ("blocks", block, index)
            count += 1
    raise NotFound(f"There is no form `{form.id}`.", code="form_not_found")


def _entry(text: str, place: tuple[Any, ...]) -> Any:
    found = read(text).data
    for part in place:
        found = found[part]
    return found


def _text(drafting: Drafting, path: str) -> str:
    text = drafting.text(path)
    try:
        read(text)
    except BrokenYaml as error:
        raise ProjectInvalid([broken(error, path)]) from None
    return text


def _first_text(variables: Mapping[str, Any]) -> str:
    from blockwright.adapters.project.yaml_edits import dumped

    asked = dict(variables) or {"name": ""}
    inputs, entries = {}, {}
    for name, value in asked.items():
        inputs[f"{name}_input"], types = _input_for(value)
        entries[name] = {"name": str(name).replace("_", " ").capitalize(), "input": f"{name}_input", "types": types}
    layout = [[{"variable": name, "width": 1}] for name in asked]
    return dumped({"inputs": inputs, "variables": entries, "layout": layout})


def _input_for(value: Any) -> tuple[dict[str, Any], list[str]]:
    match value:
        case bool():
            return {"type": "switch"}, ["boolean"]
        case int():
            return {"type": "text_field", "style": {"input_type": "number"}}, ["integer"]
        case float():
            return {"type": "text_field", "style": {"input_type": "number"}}, ["float"]
        case datetime():
            return {"type": "datetime"}, ["datetime"]
        case date():
            return {"type": "date"}, ["date"]
        case list():
            return {"type": "code", "style": {"language": "json"}}, ["list"]
        case dict():
            return {"type": "code", "style": {"language": "json"}}, ["dictionary"]
        case _:
            return {"type": "text_field"}, ["string"]
