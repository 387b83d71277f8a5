"""Changes to an existing pipeline file."""

from __future__ import annotations

from typing import Any

import yaml

from blockwright.adapters.project.confinement import Border
from blockwright.adapters.project.documents import BrokenYaml
from blockwright.adapters.project.pipeline_reader import broken
from blockwright.adapters.project.writes import rewrite
from blockwright.adapters.project.yaml_edits import set_key
from blockwright.core.errors import Invalid
from blockwright.core.problems import ProjectInvalid


def set_variable(border: Border, path: str, name: str, value: Any) -> None:
    """Give the pipeline variable ``name`` a value that YAML can keep; raises Invalid for any other."""
    if not name:
        raise Invalid("A variable needs a name.")
    try:
        kept = yaml.safe_load(yaml.safe_dump({name: value}))
    except (yaml.YAMLError, RecursionError) as error:
        raise _not_kept(name, value) from error
    if repr(kept) != repr({name: value}):
        raise _not_kept(name, value)
    rewrite(border, path, lambda text: changed_text(path, text, name, value))


def changed_text(path: str, text: str, name: str, value: Any) -> str:
    """The pipeline's text with the variable set; raises ProjectInvalid when the text is broken."""
    try:
        return set_key(text, ("variables", name), value)
    except BrokenYaml as error:
        raise ProjectInvalid([broken(error, path)]) from None


def _not_kept(name: str, value: Any) -> Invalid:
    return Invalid(
        f"The value of `{name}` (a {type(value).__name__}) would not survive being written to YAML.",
        hint="Use texts, numbers, true and false, dates, and lists and mappings of these.",
    )
