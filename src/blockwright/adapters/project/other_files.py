"""The other YAML files of a project, as far as they can be judged without using them: triggers, forms, data products,
connector profiles, the list of projects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from blockwright.adapters.project import shapes
from blockwright.adapters.project.confinement import Border
from blockwright.adapters.project.documents import BrokenYaml
from blockwright.adapters.project.findings import Findings, problem_of
from blockwright.adapters.project.names import suggestion
from blockwright.adapters.project.pipeline_reader import broken, located
from blockwright.adapters.project.product_files import FILE as PRODUCTS
from blockwright.adapters.project.product_files import read_products
from blockwright.adapters.project.rendering import TemplateError, Templates
from blockwright.adapters.project.roots import read_settings
from blockwright.adapters.project.trigger_entries import read_entries
from blockwright.core.errors import BlockwrightError, NotFound
from blockwright.core.problems import Problem, ProjectInvalid

Check = Callable[[Any, Findings], None]


def check_other_files(border: Border, templates: Templates, pipelines: Sequence[str]) -> Iterator[Problem]:
    """The problems of every such file that is there."""
    yield from _check(border, "io_config.yaml", _check_profiles, templates)

    def products(data: Any, findings: Findings) -> None:
        _check_products(data, findings, pipelines)

    yield from _check(border, PRODUCTS, products)
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
    for name, product in read_products(data, findings).items():
        if product.pipeline not in pipelines:
            message = f"The data product `{name}` names the pipeline `{product.pipeline}`, which this project has not."
            advice = suggestion(product.pipeline, pipelines) or "It may be another project's."
            findings.warn((name, "object_uuid"), message, advice)


def _check_triggers(data: Any, findings: Findings) -> None:
    read_entries(data, findings)


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
