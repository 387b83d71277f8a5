"""The other YAML files of a project, as far as they can be judged without using them: triggers, forms, data products,
monitors, connector profiles, the list of projects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from blockwright.adapters.project import shapes
from blockwright.adapters.project.confinement import Border
from blockwright.adapters.project.dashboard_files import FOLDER, DiskDashboards, check_dashboard
from blockwright.adapters.project.documents import BrokenYaml
from blockwright.adapters.project.findings import Findings, problem_of
from blockwright.adapters.project.interaction_files import LINK, check_links
from blockwright.adapters.project.monitor_files import FILE as MONITORS
from blockwright.adapters.project.monitor_files import read_monitors
from blockwright.adapters.project.names import suggestion
from blockwright.adapters.project.pipeline_reader import broken, located
from blockwright.adapters.project.product_files import FILE as PRODUCTS
from blockwright.adapters.project.product_files import products_elsewhere, read_products
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
        _check_products(data, findings, pipelines, products_elsewhere(border.root))

    yield from _check(border, PRODUCTS, products)
    yield from _check(border, MONITORS, _check_monitors)
    for uuid in pipelines:
        yield from _check(border, f"pipelines/{uuid}/triggers.yaml", _check_triggers)
        yield from _check(border, f"pipelines/{uuid}/{LINK}", check_links)
    for id in DiskDashboards(border).ids():
        yield from _check(border, f"{FOLDER}/{id}.yaml", check_dashboard)
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


def _check_products(
    data: Any, findings: Findings, pipelines: Sequence[str], elsewhere: Mapping[str, Collection[str]]
) -> None:
    for name, product in read_products(data, findings).items():
        project = PurePosixPath(product.project).name
        if project in elsewhere:
            if name not in elsewhere[project]:
                message = (
                    f"Project `{project}` has no data product `{name}`: a project shares what its own `{PRODUCTS}` has."
                )
                findings.warn((name, "project"), message, f"Add `{name}` to `{PRODUCTS}` of `{project}`.")
        elif product.pipeline not in pipelines and not any(name in theirs for theirs in elsewhere.values()):
            message = f"The data product `{name}` names the pipeline `{product.pipeline}`, which this project has not."
            advice = suggestion(product.pipeline, pipelines) or "Or say under `project` which project makes it."
            findings.warn((name, "object_uuid"), message, advice)


def _check_monitors(data: Any, findings: Findings) -> None:
    read_monitors(data, findings)


def _check_triggers(data: Any, findings: Findings) -> None:
    read_entries(data, findings)
