"""A project's own ``metadata.yaml`` as people change it: key by key, or as a text; see ``ports.editing``.

The file is a Jinja template. What is shown and changed is the template itself, never what it renders to: that may hold
what the environment keeps secret.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from blake3 import blake3

from blockwright.adapters.project import names
from blockwright.adapters.project.confinement import Border
from blockwright.adapters.project.documents import BrokenYaml
from blockwright.adapters.project.drafts import Drafting
from blockwright.adapters.project.findings import Findings
from blockwright.adapters.project.pipeline_reader import METADATA, broken, located
from blockwright.adapters.project.pipeline_texts import PipelineText
from blockwright.adapters.project.project_file import read_project
from blockwright.adapters.project.rendering import TemplateError, Templates
from blockwright.adapters.project.yaml_reader import places, read
from blockwright.core.editing import PROJECT, setting_of
from blockwright.core.errors import Invalid
from blockwright.core.problems import Problem, ProjectInvalid, Severity
from blockwright.ports.editing import Draft, EntryText, Written


class DiskSettings:
    """``ProjectSettings`` over the file of the project inside ``border``."""

    def __init__(self, border: Border, templates: Templates) -> None:
        self._border = border
        self._templates = templates

    def read(self) -> Written:
        text, digest = self._now()
        data = PipelineText(METADATA, _require_yaml(text)).data
        lines = places(text)
        values: dict[str, Any] = {}
        for key in dict.fromkeys([*(setting.key for setting in PROJECT), *map(str, data)]):
            found: Any = data
            for part in key.split("."):
                found = found.get(part) if isinstance(found, dict) else None
            if found is not None:
                values[key] = found
        where = {key: line for key in values if (line := lines.get(tuple(key.split(".")))) is not None}
        return Written(METADATA, digest, values, where)

    def text(self) -> EntryText:
        text, digest = self._now()
        return EntryText(METADATA, digest, 1, text)

    def change(self, values: Mapping[str, Any]) -> Draft:
        known = [setting.key for setting in PROJECT]
        unknown = [key for key in values if setting_of(PROJECT, key) is None]
        if unknown:
            raise ProjectInvalid([_unknown(key, known) for key in unknown])
        before, _ = self._now()
        text = PipelineText(METADATA, _require_yaml(before))
        text.set((), {tuple(key.split(".")): value for key, value in values.items()})
        self._require_sound(before, text.text, within="settings.")
        told = ", ".join(f"`{key}`" for key in list(values)[:3]) + (" …" if len(values) > 3 else "")
        return self._draft(text.text, f"set {told} of the project")

    def rewrite(self, text: str) -> Draft:
        before, _ = self._now()
        self._require_sound(before, text)
        return self._draft(text, "edit the YAML of the project")

    def _now(self) -> tuple[str, str]:
        """The text and its digest; both are empty where there is no file."""
        drafting = Drafting(self._border)
        if not drafting.there(METADATA):
            return "", ""
        return drafting.text(METADATA), blake3(drafting.read(METADATA)).hexdigest()

    def _draft(self, text: str, what: str) -> Draft:
        drafting = Drafting(self._border)
        if drafting.there(METADATA):
            drafting.put(METADATA, text)
        else:
            drafting.create(METADATA, text.encode())
        return drafting.draft(what)

    def _require_sound(self, before: str, after: str, within: str = "") -> None:
        """Raises ProjectInvalid when the text has an error that it had not before."""
        known = {(problem.message, problem.code) for problem in self._errors(before)}
        new = [one for one in self._errors(after) if (one.message, one.code) not in known]
        if new:
            raise ProjectInvalid([replace(one, key=f"{within}{one.key}") for one in new])

    def _errors(self, source: str) -> Sequence[Problem]:
        try:
            text = self._templates.render(source, {}, where=METADATA)
            data = read(text).data
        except TemplateError as error:
            return [Problem(METADATA, error.line, "", error.message, error.hint, code=error.code)]
        except BrokenYaml as error:
            return [broken(error, METADATA)]
        findings = Findings(METADATA)
        read_project(data, findings)
        return [problem for problem in located(findings, text) if problem.severity is Severity.ERROR]


def _require_yaml(text: str) -> str:
    """Raises Invalid for a template that is no YAML before it is rendered: where its values stand is not known."""
    try:
        read(text)
    except BrokenYaml as error:
        line = f" (line {error.line})" if error.line else ""
        raise Invalid(
            f"`{METADATA}` is not YAML as it stands{line}, so its keys cannot be changed one by one: {error.message}",
            hint="Change it as text. Templates between quotes can be changed key by key.",
            code="settings_text",
        ) from None
    return text


def _unknown(key: str, known: Sequence[str]) -> Problem:
    advice = names.suggestion(key, known) or "`GET` of the settings lists those that can be set."
    return Problem("", None, f"settings.{key}", f"`{key}` is no setting.", advice, code="unknown_setting")
