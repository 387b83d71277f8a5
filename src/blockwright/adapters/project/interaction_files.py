"""Forms on disk: ``interactions/*.yaml`` say what is asked, ``interactions.yaml`` of a pipeline where it is offered."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from blockwright.adapters.project import shapes
from blockwright.adapters.project.confinement import Border
from blockwright.adapters.project.documents import BrokenYaml
from blockwright.adapters.project.findings import Findings, Key, problem_of
from blockwright.adapters.project.names import closest, listing, suggestion
from blockwright.adapters.project.pipeline_reader import PipelineReader, broken, located
from blockwright.adapters.project.rendering import TemplateError, Templates
from blockwright.adapters.project.shapes import Reader, Wrong
from blockwright.core.access import Role
from blockwright.core.errors import BlockwrightError, NotFound
from blockwright.core.interactions import Field, Form, InputKind, Option, Placed, Shown, ValueType
from blockwright.core.pipelines import PipelineSpec
from blockwright.core.problems import Problem, Severity
from blockwright.ports.interactions import FoundForm

FOLDER = "interactions"
LINK = "interactions.yaml"
MOST_FORMS = 2_000

TYPES: Mapping[str, InputKind] = {
    "checkbox": InputKind.SWITCH,
    "code": InputKind.CODE,
    "dropdown_menu": InputKind.CHOICE,
    "switch": InputKind.SWITCH,
    "text_field": InputKind.TEXT,
    # What the format has no word for:
    "number": InputKind.NUMBER,
    "date": InputKind.DATE,
    "datetime": InputKind.DATETIME,
    "file": InputKind.FILE,
    "table": InputKind.TABLE,
}
_STYLED = {
    "number": InputKind.NUMBER,
    "date": InputKind.DATE,
    "datetime": InputKind.DATETIME,
    "datetime-local": InputKind.DATETIME,
}
_NUMBERS = frozenset({ValueType.INTEGER, ValueType.FLOAT})
_ROLES = {role.value.capitalize(): role for role in Role}


@dataclass(frozen=True, slots=True)
class Interaction:
    """What one file asks. ``names`` are the file's names of the fields, whose variables may be called otherwise."""

    title: str
    description: str
    fields: Mapping[str, Field]
    rows: tuple[tuple[Placed, ...], ...]
    results: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """Where a pipeline offers an interaction, and what it says about it there."""

    block: str
    uuid: str
    place: Key
    title: str = ""
    description: str = ""
    rows: tuple[tuple[Placed, ...], ...] = ()
    roles: tuple[Role, ...] = ()
    variables: Mapping[str, Mapping[str, Any]] | None = None
    results: tuple[Shown, ...] = ()


class Forms:
    """The reading half of ``FormFiles``, over the project inside ``border``."""

    def __init__(self, border: Border, pipelines: PipelineReader) -> None:
        self._border = border
        self._pipelines = pipelines
        # What a form says is shown to whoever may look: it cannot ask for the environment or for secrets.
        self._templates = Templates({}, lambda name: None)

    def all(self) -> Iterator[FoundForm]:
        """Every form that a pipeline offers, by pipeline and in the order of its file."""
        for uuid in self._pipelines.uuids():
            yield from self.of(uuid)

    def of(self, pipeline: str, *, drafts: Mapping[str, str] | None = None) -> list[FoundForm]:
        """The forms of a pipeline, as they would be with ``drafts`` (texts by path) in place of the files."""
        drafts = drafts or {}
        path = f"pipelines/{pipeline}/{LINK}"
        try:
            text = drafts.get(path)
            links, problems = _links_of(self._border.text(path) if text is None else text, path)
        except BlockwrightError:
            return []
        if not links:
            return []
        spec = self._pipelines.examined(pipeline).spec
        taken: set[str] = set()
        return [
            self._found(pipeline, path, link, _id(pipeline, link.uuid, taken), spec, problems, drafts) for link in links
        ]

    def problems(self) -> Iterator[Problem]:
        """What is wrong with the files that pipelines link to, with those that none does, and with the links."""
        for path in _files(self._border):
            if path.endswith((".yaml", ".yml")):
                try:
                    yield from self._read(path, self._border.text(path), {})[1]
                except BlockwrightError as error:
                    yield problem_of(error, path)
        for found in self.all():
            for problem in found.problems:
                # The pipeline runs all the same: only the form does not.
                yield replace(problem, severity=Severity.WARNING) if problem.code == "no_file" else problem

    def _found(
        self,
        pipeline: str,
        path: str,
        link: Link,
        name: str,
        spec: PipelineSpec | None,
        problems: Sequence[Problem],
        drafts: Mapping[str, str],
    ) -> FoundForm:
        file = f"{FOLDER}/{link.uuid}"
        variables = spec.variables if spec is not None else {}
        found = [problem for problem in problems if problem.key.startswith(_dotted(link.place)) or not problem.key]
        asked: Interaction | None = None
        try:
            if not file.endswith((".yaml", ".yml")):
                found.append(_not_yaml(path, link, file))
            else:
                text = drafts.get(file)
                asked, more = self._read(file, self._border.text(file) if text is None else text, variables)
                found += more
        except BlockwrightError as error:
            what = f"The form of `{link.block}` names `{file}`, which is not there."
            missing = isinstance(error, NotFound)
            found.append(
                Problem(path, None, _dotted(link.place), what, _known_files(self._border, link.uuid), code="no_file")
                if missing
                else problem_of(error, file)
            )
        form = _form(name, pipeline, path, file, link, asked or Interaction("", "", {}, (), ()), variables)
        found += _doubts(form, spec, path, link)
        return FoundForm(form, tuple(dict.fromkeys(found)))

    def _read(self, path: str, text: str, variables: Mapping[str, Any]) -> tuple[Interaction | None, list[Problem]]:
        from blockwright.adapters.project.yaml_reader import read

        try:
            rendered = self._templates.render(text, variables, where=path)
            data = read(rendered).data
        except TemplateError as error:
            return None, [Problem(path, error.line, "", error.message, error.hint, code=error.code)]
        except BrokenYaml as error:
            return None, [broken(error, path)]
        findings = Findings(path)
        asked = read_interaction({} if data is None else data, findings)
        return asked, list(located(findings, rendered))


def _links_of(text: str, path: str) -> tuple[list[Link], list[Problem]]:
    from blockwright.adapters.project.yaml_reader import read

    try:
        data = read(text).data
    except BrokenYaml:
        return [], []  # `check_links` tells it
    findings = Findings(path)
    return read_links(data, findings), list(located(findings, text))


def check_links(data: Any, findings: Findings) -> None:
    """What is wrong with a pipeline's ``interactions.yaml``."""
    read_links(data, findings)


def read_interaction(data: Any, findings: Findings) -> Interaction:
    """What a file's data asks; what is wrong is said in ``findings`` and left out."""
    if not isinstance(data, dict):
        findings.error((), f"The file holds {shapes.shown(data)}; it must be a mapping.", "Write `inputs:` and so on.")
        return Interaction("", "", {}, (), ())
    _unknown(data, _TOP, (), findings)
    inputs = {
        name: _values(entry, _INPUT, ("inputs", name), findings)
        for name, entry in _mappings(data.get("inputs"), ("inputs",), findings)
    }
    fields = {}
    for name, entry in _mappings(data.get("variables"), ("variables",), findings):
        fields[name] = _field(name, _values(entry, _VARIABLE, ("variables", name), findings), inputs, findings)
    said = _values({key: data[key] for key in ("name", "description") if key in data}, _WORDS, (), findings)
    return Interaction(
        str(said.get("name", "")),
        str(said.get("description", "")),
        fields,
        _rows(data.get("layout"), ("layout",), fields, findings),
        _results(data.get("results"), ("results",), findings),
    )


def read_links(data: Any, findings: Findings) -> list[Link]:
    """The forms that a pipeline offers, in the order of its file."""
    if data is None:
        return []
    if not isinstance(data, dict):
        return []  # told by whoever reads the file for its problems
    blocks = data.get("blocks")
    if blocks is None:
        return []
    if not isinstance(blocks, dict):
        advice = "Write `block: []` lines below it, or `{}` for none."
        findings.error(("blocks",), "`blocks` must be a mapping.", advice)
        return []
    everywhere = _roles(data.get("permissions"), ("permissions",), findings)
    found = []
    for block, entries in blocks.items():
        if entries is not None and not isinstance(entries, list):
            message = f"The forms of `{block}` are {shapes.shown(entries)}; they must be a list."
            findings.error(("blocks", str(block)), message, "Begin each with `- uuid: file.yaml`.")
            continue
        for index, entry in enumerate(entries or ()):
            link = _link(str(block), entry, ("blocks", str(block), index), everywhere, findings)
            if link is not None:
                found.append(link)
    return found[:MOST_FORMS]


def _link(block: str, entry: Any, place: Key, everywhere: tuple[Role, ...], findings: Findings) -> Link | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("uuid"), str) or not entry["uuid"].strip("/ "):
        findings.error(
            place, f"A form of `{block}` names no file.", "Write `uuid: file.yaml`, a file in `interactions`."
        )
        return None
    said = _values({key: value for key, value in entry.items() if key in _LINKED}, _LINKED, place, findings)
    _unknown(entry, {*_LINKED, "uuid", "layout", "permissions", "variables", "results"}, place, findings)
    overrides = {
        name: _values(value, _OVERRIDE, (*place, "variables", name), findings)
        for name, value in _mappings(entry.get("variables"), (*place, "variables"), findings)
    }
    return Link(
        block,
        entry["uuid"].strip("/ "),
        place,
        said.get("name", ""),
        said.get("description", ""),
        _rows(entry.get("layout"), (*place, "layout"), None, findings),
        _roles(entry.get("permissions"), (*place, "permissions"), findings) or everywhere,
        overrides,
        _results(entry.get("results"), (*place, "results"), findings),
    )


def _field(name: str, said: Mapping[str, Any], inputs: Mapping[str, Mapping[str, Any]], findings: Findings) -> Field:
    asked: Mapping[str, Any] = {}
    uuid = said.get("input")
    if uuid is not None and uuid not in inputs:
        message = f"The variable `{name}` is asked for by the input `{uuid}`, which the file has not."
        advice = suggestion(uuid, inputs) or "Add it below `inputs`."
        findings.error(("variables", name, "input"), message, advice)
    elif uuid is not None:
        asked = inputs[uuid]
    style = asked.get("style", {})
    types = tuple(ValueType(word) for word in said.get("types", ()))
    kind = _kind(asked.get("type", "text_field"), style, types)
    options = asked.get("options", ())
    if kind is InputKind.CHOICE and not options:
        findings.error(
            ("inputs", str(uuid)), f"The input `{uuid}` has no choices.", "Add `options: [{label: A, value: a}]`."
        )
    return Field(
        variable=said.get("uuid") or name,
        title=said.get("name") or name.replace("_", " ").capitalize(),
        kind=kind,
        description=said.get("description", ""),
        required=said.get("required", False),
        types=types,
        options=options,
        columns=asked.get("columns", ()),
        multiline=style.get("multiline", False),
        monospace=style.get("monospace", False) or kind is InputKind.CODE,
        language=style.get("language", ""),
    )


def _kind(type: str, style: Mapping[str, Any], types: tuple[ValueType, ...]) -> InputKind:
    kind = TYPES[type]
    if kind is not InputKind.TEXT:
        return kind
    if style.get("input_type") in _STYLED:
        return _STYLED[style["input_type"]]
    if types and _NUMBERS.issuperset(types):
        return InputKind.NUMBER
    if types in ((ValueType.DATE,), (ValueType.DATETIME,)):
        return InputKind(types[0].value)
    return InputKind.SWITCH if types == (ValueType.BOOLEAN,) else kind


def _form(
    name: str, pipeline: str, path: str, file: str, link: Link, asked: Interaction, variables: Mapping[str, Any]
) -> Form:
    fields, called = [], {}
    for key, entry in asked.fields.items():
        said = (link.variables or {}).get(key, {})
        variable = said.get("uuid_override") or entry.variable
        called[key] = variable
        fields.append(
            replace(
                entry,
                variable=variable,
                required=said.get("required", entry.required),
                types=tuple(ValueType(word) for word in said["types"]) if "types" in said else entry.types,
                disabled=said.get("disabled", False),
                default=variables.get(variable),
            )
        )
    placed = [
        tuple(replace(one, variable=called[one.variable]) for one in row if one.variable in called)
        for row in link.rows or asked.rows
    ]
    there = {one.variable for row in placed for one in row}
    rows = [row for row in placed if row] + [(Placed(one.variable),) for one in fields if one.variable not in there]
    return Form(
        id=name,
        pipeline=pipeline,
        block=link.block,
        file=file,
        link=path,
        title=link.title or asked.title or _stem(link.uuid).replace("_", " ").capitalize(),
        description=link.description or asked.description,
        fields=tuple(fields),
        rows=tuple(rows),
        roles=link.roles,
        results=link.results or asked.results or (Shown(link.block),),
    )


def _doubts(form: Form, spec: PipelineSpec | None, path: str, link: Link) -> Iterator[Problem]:
    """What the pipeline has to say to it."""
    if spec is None:
        yield Problem(path, None, "", f"The pipeline `{form.pipeline}` cannot be read.", "Correct its file first.")
        return
    blocks = spec.by_uuid
    for name in dict.fromkeys([form.block, *(one.block for one in form.results)]):
        if name not in blocks:
            message = f"The form shows the block `{name}`, which pipeline `{form.pipeline}` has not."
            advice = suggestion(name, blocks) or f"It has {listing(blocks)}."
            yield Problem(path, None, _dotted(link.place), message, advice, Severity.WARNING, "doubtful")
    seen: set[str] = set()
    for entry in form.fields:
        if entry.variable in seen:
            message = f"Two inputs of the form set the variable `{entry.variable}`."
            yield Problem(form.file, None, "variables", message, "Give one of them another `uuid`.")
        seen.add(entry.variable)


def _values(entry: Any, readers: Mapping[str, Reader], place: Key, findings: Findings) -> dict[str, Any]:
    """Known keys of a mapping; a value of the wrong shape is said and left out."""
    if not isinstance(entry, dict):
        if entry is not None:
            findings.error(
                place, f"`{place[-1]}` is {shapes.shown(entry)}; it must be a mapping.", "Write its keys below it."
            )
        return {}
    found = {}
    for key, value in entry.items():
        reader = readers.get(key)
        if reader is None or value is None:
            continue
        try:
            found[key] = reader(value)
        except Wrong as wrong:
            findings.error((*place, key, *wrong.inside), wrong.message(str(key)), wrong.advice)
    _unknown(entry, readers, place, findings)
    return found


def _unknown(entry: Mapping[Any, Any], known: Any, place: Key, findings: Findings) -> None:
    for key in entry:
        if key not in known and (near := closest(str(key), known)) is not None:
            findings.warn(
                (*place, str(key)), f"The key `{key}` means nothing.", f"Did you mean `{near}`?", "unknown_key"
            )


def _mappings(value: Any, place: Key, findings: Findings) -> Iterator[tuple[str, Any]]:
    if value is None:
        return
    if not isinstance(value, dict):
        findings.error(
            place, f"`{place[-1]}` is {shapes.shown(value)}; it must be a mapping.", "Write `name:` lines below it."
        )
        return
    for name, entry in value.items():
        if isinstance(name, str):
            yield name, entry
        else:
            findings.error((*place, str(name)), f"The name {shapes.shown(name)} is no text.", "Put it in quotes.")


def _rows(
    value: Any, place: Key, known: Mapping[str, Field] | None, findings: Findings
) -> tuple[tuple[Placed, ...], ...]:
    if value is None:
        return ()
    rows = []
    for index, row in enumerate(value if isinstance(value, list) else [None]):
        cells = []
        for column, cell in enumerate(row if isinstance(row, list) else [None]):
            variable = cell.get("variable") if isinstance(cell, dict) else None
            if not isinstance(variable, str) or (known is not None and variable not in known):
                where = (*place, index, column) if isinstance(row, list) else (*place, index)
                what = f"places `{variable}`, which the file does not ask for" if variable else "is wrong"
                findings.error(where, f"The layout {what}.", "Write rows such as `- [{variable: name, width: 1}]`.")
                continue
            width = cell.get("width")
            good = isinstance(width, int) and not isinstance(width, bool) and 1 <= width <= 12
            cells.append(Placed(variable, width if good else 1))
        rows.append(tuple(cells))
    return tuple(rows)


def _results(value: Any, place: Key, findings: Findings) -> tuple[Shown, ...]:
    if value is None:
        return ()
    found = []
    for index, entry in enumerate(value if isinstance(value, list) else [None]):
        block = entry if isinstance(entry, str) else entry.get("block") if isinstance(entry, dict) else None
        if not isinstance(block, str):
            findings.error((*place, index), "A result names no block.", "Write `- block: name_of_a_block`.")
            continue
        title = entry.get("title") if isinstance(entry, dict) else None
        found.append(Shown(block, title if isinstance(title, str) else ""))
    return tuple(found)


def _roles(value: Any, place: Key, findings: Findings) -> tuple[Role, ...]:
    """Who may run: what is wrong gives nobody a right, so it is an error."""
    if value is None:
        return ()
    found: dict[Role, None] = {}
    for index, entry in enumerate(value if isinstance(value, list) else [None]):
        roles = entry.get("roles") if isinstance(entry, dict) else None
        for name in roles if isinstance(roles, list) else [None]:
            role = _ROLES.get(name.capitalize()) if isinstance(name, str) else None
            if role is None:
                message = f"`{name}` is no role." if name is not None else "It names no roles."
                findings.error(
                    (*place, index, "roles"), message, f"Write `- roles: [Viewer]`; there are {listing(_ROLES)}."
                )
            else:
                found[role] = None
    # A list that names nobody is for the highest only: a mistake must not open a form.
    return tuple(found) or ((Role.OWNER,) if value else ())


def _options(value: Any) -> tuple[Option, ...]:
    found = []
    for index, entry in enumerate(shapes.sequence(value)):
        if isinstance(entry, dict):
            said = entry.get("value", entry.get("label"))
            label = entry.get("label", said)
        else:
            said = label = entry
        if said is None or isinstance(said, dict | list):
            raise Wrong(entry, "a list of choices", "Write `- {label: A, value: a}`.", (index,))
        found.append(Option(str(label), said))
    return tuple(found)


_STYLE: dict[str, Reader] = {
    "input_type": shapes.text,
    "multiline": shapes.boolean,
    "language": shapes.text,
    "monospace": shapes.boolean,
}
_INPUT: dict[str, Reader] = {
    "type": shapes.one_of(tuple(TYPES)),
    "options": _options,
    "style": shapes.inside(_STYLE),
    "columns": shapes.words,
}


def _types(value: Any) -> tuple[str, ...]:
    read = shapes.one_of(tuple(kind.value for kind in ValueType))
    return tuple(read(word) for word in shapes.words(value))


_VARIABLE: dict[str, Reader] = {
    "name": shapes.text,
    "description": shapes.text,
    "input": shapes.text,
    "required": shapes.boolean,
    "types": _types,
    "uuid": shapes.text,
}
_OVERRIDE: dict[str, Reader] = {
    "disabled": shapes.boolean,
    "required": shapes.boolean,
    "types": _types,
    "uuid_override": shapes.text,
}
_WORDS: dict[str, Reader] = {"name": shapes.text, "description": shapes.text}
_LINKED: dict[str, Reader] = {**_WORDS}
_TOP = frozenset({"inputs", "variables", "layout", "name", "description", "results"})


def _id(pipeline: str, uuid: str, taken: set[str]) -> str:
    base = f"{pipeline}.{_stem(uuid).replace('/', '.')}"
    name, count = base, 1
    while name in taken:
        count += 1
        name = f"{base}-{count}"
    taken.add(name)
    return name


def _stem(uuid: str) -> str:
    return uuid.rpartition(".")[0] or uuid


def _dotted(place: Key) -> str:
    from blockwright.adapters.project.findings import dotted

    return dotted(place)


def _not_yaml(path: str, link: Link, file: str) -> Problem:
    message = f"The form `{file}` is no YAML file."
    return Problem(path, None, _dotted(link.place), message, "Forms are never made by running code; write it as YAML.")


def _known_files(border: Border, wanted: str) -> str:
    known = [path.removeprefix(f"{FOLDER}/") for path in _files(border)]
    return suggestion(wanted, known) or (f"`{FOLDER}/` has {listing(known)}." if known else f"Make it in `{FOLDER}/`.")


def _files(border: Border) -> list[str]:
    base, found = os.path.join(border.real, FOLDER), []
    for place, folders, files in os.walk(base):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        found += [
            os.path.relpath(os.path.join(place, name), border.real)
            for name in sorted(files)
            if name.endswith((".yaml", ".yml"))
        ]
        if len(found) > MOST_FORMS:
            break
    return found[:MOST_FORMS]
