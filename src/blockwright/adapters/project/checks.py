"""``blockwright check``: every file of a project looked at, every problem told, none of the code run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from blockwright.adapters.project.block_entries import Entry
from blockwright.adapters.project.confinement import Border
from blockwright.adapters.project.doubts import doubt_pipeline
from blockwright.adapters.project.findings import problem_of
from blockwright.adapters.project.interaction_files import Forms
from blockwright.adapters.project.other_files import check_other_files
from blockwright.adapters.project.pipeline_files import PipelineFile
from blockwright.adapters.project.pipeline_reader import PipelineReader, located
from blockwright.adapters.project.product_files import check_wish, known_products, products_elsewhere
from blockwright.adapters.project.rendering import Templates
from blockwright.adapters.project.source_checks import check_source
from blockwright.core.errors import BlockwrightError
from blockwright.core.pipelines import PipelineType
from blockwright.core.problems import Problem, ProjectInvalid


def check_project(
    border: Border, pipelines: PipelineReader, templates: Templates, project: Iterable[Problem]
) -> Sequence[Problem]:
    """Every problem, sorted by file and line. ``project`` are those of the project's own settings."""
    problems = list(project)
    uuids = pipelines.uuids()
    products, elsewhere = known_products(border), products_elsewhere(border.root)
    sources: dict[tuple[str, str], Entry] = {}
    for uuid in uuids:
        problems += _check_pipeline(pipelines, uuid, sources, products, elsewhere)
    for (path, _), entry in sources.items():
        problems += _check_file(border, path, entry)
    problems += check_other_files(border, templates, uuids)
    problems += Forms(border, pipelines).problems()
    return sorted(dict.fromkeys(problems), key=lambda problem: (problem.file, problem.line or 0, problem.key))


def _check_pipeline(
    pipelines: PipelineReader,
    uuid: str,
    sources: dict[tuple[str, str], Entry],
    products: Collection[str],
    elsewhere: Mapping[str, Collection[str]],
) -> Iterator[Problem]:
    """The problems of one pipeline's file; its blocks' files are put into ``sources``, each once for each type."""
    try:
        path = pipelines.path(uuid)
        file, findings, text = pipelines.examine(path)
    except ProjectInvalid as error:
        yield from error.problems
        return
    except BlockwrightError as error:
        yield problem_of(error, f"pipelines/{uuid}")
        return
    doubt_pipeline(file, findings, uuid)
    pipelines.try_templates(file, findings)
    for entry in file.entries():
        check_wish(entry, findings, products, elsewhere)
    yield from located(findings, text)
    yield from _inline_problems(file, path)
    for entry in file.entries():
        source = entry.fields.get("path")
        if source is not None and "content" not in entry.fields:
            sources.setdefault((source, _expectation(file, entry)), entry)


def _expectation(file: PipelineFile, entry: Entry) -> str:
    """What a shared file is checked for: pipelines that are not batch pipelines want other functions."""
    kind = PipelineType(file.values.get("type", "python"))
    entry.batch = kind in (PipelineType.PYTHON, PipelineType.PYSPARK, PipelineType.DATABRICKS)
    return f"{entry.type}/{entry.language}/{entry.batch}"


def _inline_problems(file: PipelineFile, path: str) -> Iterator[Problem]:
    for entry in file.entries():
        content = entry.fields.get("content")
        if content is not None:
            _expectation(file, entry)
            for problem in check_source(content.encode(), path, entry):
                # Lines inside the text are not lines of the file: the entry's own line is the better place.
                yield Problem(
                    path, entry.line, "content", problem.message, problem.advice, problem.severity, problem.code
                )


def _check_file(border: Border, path: str, entry: Entry) -> Sequence[Problem]:
    from blockwright.adapters.project.confinement import LARGEST_TEXT

    try:
        return check_source(border.read(path, LARGEST_TEXT), path, entry)
    except BlockwrightError as error:
        return [problem_of(error, path)]
