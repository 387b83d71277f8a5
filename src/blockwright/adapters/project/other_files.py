"""The other YAML files of a project, as far as they can be judged without using them: triggers, forms, data products,
connector profiles, the list of projects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from blockwright.adapters.project import shapes
from blockwright.adapters.project.confinement import Border
from blockwright.adapters.project.documents import BrokenYaml
from blockwright.adapters.project.findings import Findings, problem_of
from blockwright.adapters.project.names import closest, suggestion
from blockwright.adapters.project.pipeline_reader import broken, located
from blockwright.adapters.project.rendering import TemplateError, Templates
from blockwright.adapters.project.roots import read_settings
from blockwright.adapters.project.shapes import Reader, Wrong
from blockwright.core.errors import BlockwrightError, NotFound
from blockwright.core.problems import Problem, ProjectInvalid

_INTERVALS = frozenset({"@once", "@hourly", "@daily", "@weekly", "@monthly", "@always_on"})
Check = Callable[[Any, Findings], None]


def check_other_files(border: Border, templates: Templates, pipelines: Sequence[str]) -> Iterator[Problem]:
    """The problems of every such file that is there."""
    yield from _check(border, "io_config.yaml", _check_profiles, templates)

    def products(data: Any, findings: Findings) -> None:
        _check_products(data, findings, pipelines)

    yield from _check(border, "global_data_products.yaml", products)
    for uuid in pipelines:
        yield from _check(border, f"pipelines/{uuid}/triggers.yaml", _check_triggers)
        yield from _check(border, f"pipelines/{uuid}/interactions.yaml", _check_interactions)
    try:
        read_settings(border)
    except ProjectInvalid as error:
        yield from error.problems


def _check(border: Border, path: str, check: Check, templates: Templates | None = None) -> Sequence[Problem]:
    from blockwright.adapters.project.yaml_reader import read

    try:
        text = border.text(path)
        if templates is not None:
            text = templates.render(text, {}, where=path)
        data = read(text).data
    except NotFound:
        return []
    except TemplateError as error:
        return [Problem(path, error.line, "", error.message, error.hint, code=error.code)]
    except BlockwrightError as error:
        return [problem_of(error, path)]
    except BrokenYaml as error:
        return [broken(error, path)]
    findings = Findings(path)
    if data is not None and not isinstance(data, dict):
        findings.error((), f"The file holds {shapes.shown(data)}; it must be a mapping.", "Write `key: value` lines.")
    elif data:
        check(data, findings)
    return located(findings, text)


def _check_profiles(data: Any, findings: Findings) -> None:
    for name, profile in data.items():
        if name != "version" and profile is not None and not isinstance(profile, dict):
            message = f"The profile `{name}` is {shapes.shown_kind(profile)}; it must be a mapping."
            findings.error((name,), message, "Write `KEY: value` lines below it.")


def _check_products(data: Any, findings: Findings, pipelines: Sequence[str]) -> None:
    for name, product in data.items():
        if not isinstance(product, dict):
            message = f"The data product `{name}` is {shapes.shown(product)}; it must be a mapping."
            findings.error((name,), message, "Write `object_type: pipeline` and `object_uuid: …` below it.")
            continue
        target = product.get("object_uuid")
        if not isinstance(target, str):
            message = f"The data product `{name}` names no pipeline."
            findings.error((name, "object_uuid"), message, "Add `object_uuid: name_of_a_pipeline`.")
        elif target not in pipelines:
            message = f"The data product `{name}` names the pipeline `{target}`, which this project has not."
            advice = suggestion(target, pipelines) or "It may be another project's."
            findings.warn((name, "object_uuid"), message, advice)
        for key in ("outdated_after", "outdated_starting_at", "settings"):
            if product.get(key) is not None and not isinstance(product[key], dict):
                message = f"`{key}` is {shapes.shown(product[key])}; it must be a mapping."
                findings.error((name, key), message, "Write `key: value` lines below it.")


def _interval(value: Any) -> str:
    text = shapes.text(value)
    if text in _INTERVALS or len(text.split()) == 5:
        return text
    near = closest(text, _INTERVALS)
    advice = f"Did you mean `{near}`?" if near else "Write for example `@daily` or `'0 6 * * *'`."
    raise Wrong(value, "`@once`, `@hourly`, `@daily`, `@weekly`, `@monthly`, `@always_on` or five cron fields", advice)


_TRIGGER: dict[str, Reader] = {
    "name": shapes.word,
    "schedule_type": shapes.one_of(("time", "api", "event")),
    "schedule_interval": _interval,
    "status": shapes.one_of(("active", "inactive")),
    "settings": shapes.mapping,
    "variables": shapes.mapping,
    "envs": shapes.sequence,
    "sla": shapes.number("a number of seconds", "3600"),
    "description": shapes.text,
    "start_time": shapes.anything,
    "last_enabled_at": shapes.anything,
    "pipeline_uuid": shapes.anything,
    "repo_path": shapes.anything,
    "token": shapes.anything,
}


def _check_triggers(data: Any, findings: Findings) -> None:
    try:
        triggers = shapes.sequence(data.get("triggers") or [])
    except Wrong as wrong:
        findings.error(("triggers",), wrong.message("triggers"), wrong.advice)
        return
    names: dict[str, int] = {}
    for index, trigger in enumerate(triggers):
        if not isinstance(trigger, dict):
            message = f"The trigger is {shapes.shown(trigger)}; it must be a mapping."
            findings.error(("triggers", index), message, "Begin it with `- name: …`.")
            continue
        _check_trigger(trigger, index, findings)
        name = trigger.get("name")
        if isinstance(name, str) and names.setdefault(name, index) != index:
            message = f"The name `{name}` is taken by `triggers[{names[name]}]`."
            findings.error(("triggers", index, "name"), message, "Give each trigger a name of its own.")


def _check_trigger(trigger: dict[Any, Any], index: int, findings: Findings) -> None:
    if trigger.get("name") is None:
        findings.error(("triggers", index), "The trigger has no `name`.", "Add `name: …`.")
    for key, value in trigger.items():
        reader = _TRIGGER.get(key)
        if reader is None:
            if (near := closest(str(key), _TRIGGER)) is not None:
                message = f"The key `{key}` means nothing."
                findings.warn(("triggers", index, key), message, f"Did you mean `{near}`?", "unknown_key")
        elif value is not None:
            try:
                reader(value)
            except Wrong as wrong:
                findings.error(("triggers", index, key, *wrong.inside), wrong.message(str(key)), wrong.advice)


def _check_interactions(data: Any, findings: Findings) -> None:
    blocks = data.get("blocks")
    if blocks is None:
        return
    if not isinstance(blocks, dict):
        findings.error(
            ("blocks",), "`blocks` must be a mapping.", "Write `block: []` lines below it, or `{}` for none."
        )
        return
    for name, forms in blocks.items():
        if forms is not None and not isinstance(forms, list):
            message = f"The forms of `{name}` are {shapes.shown(forms)}; they must be a list."
            findings.error(("blocks", name), message, "Begin each with `- uuid: file.yaml`.")
