"""From a pipeline's folder to its ``PipelineSpec``: read, parse (or take from the cache), check, find the files."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from blake3 import blake3

from blockwright.adapters.project.block_entries import Entry
from blockwright.adapters.project.block_files import BlockFiles
from blockwright.adapters.project.confinement import Border, parts_of
from blockwright.adapters.project.document_cache import DocumentCache
from blockwright.adapters.project.documents import BrokenYaml
from blockwright.adapters.project.findings import Findings, Key, dotted, problem_of
from blockwright.adapters.project.names import listing, suggestion
from blockwright.adapters.project.pipeline_files import (
    PipelineFile,
    keep_running_upstreams,
    legacy_callbacks,
    read_pipeline,
)
from blockwright.adapters.project.rendering import TemplateError, Templates, has_template
from blockwright.core.blocks import BlockSpec, RetryPolicy
from blockwright.core.errors import BlockwrightError, Forbidden, NotFound
from blockwright.core.pipelines import Concurrency, PipelineSpec, PipelineType
from blockwright.core.problems import Problem, ProjectInvalid, Severity
from blockwright.ports.projects import ExaminedPipeline

METADATA = "metadata.yaml"


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the environment says for pipelines that say nothing."""

    one_process: bool
    block_run_limit: int | None


class PipelineReader:
    """Reads the pipelines below ``border``; ``retry`` gives the project's own policy when a block has half a one."""

    def __init__(
        self,
        border: Border,
        cache: DocumentCache,
        templates: Templates,
        platform_root: str,
        defaults: Defaults,
        retry: Callable[[], RetryPolicy | None],
    ) -> None:
        self._border = border
        self._cache = cache
        self._templates = templates
        self._platform_root = platform_root
        self._defaults = defaults
        self._retry = retry

    def uuids(self) -> list[str]:
        """The folders that hold a ``metadata.yaml`` of whatever kind, sorted."""
        folder = os.path.join(self._border.real, "pipelines")
        try:
            names = os.listdir(folder)
        except OSError:
            return []
        return sorted(name for name in names if os.path.lexists(os.path.join(folder, name, METADATA)))

    def path(self, uuid: str) -> str:
        """The pipeline's file, relative to the project; raises Forbidden for a name that is a path, or NotFound."""
        if parts_of(uuid) != [uuid]:
            raise Forbidden(f"{uuid!r} is no name of a pipeline.", hint="A pipeline's name has no `/`.")
        path = f"pipelines/{uuid}/{METADATA}"
        if not os.path.lexists(os.path.join(self._border.real, path)):
            uuids = self.uuids()
            has = f"The project has {listing(uuids)}." if uuids else "The project has none yet."
            raise NotFound(f"There is no pipeline `{uuid}`.", hint=suggestion(uuid, uuids) or has)
        return path

    def read(self, uuid: str) -> PipelineSpec:
        """The pipeline; raises ProjectInvalid with every error, NotFound, Forbidden."""
        path = self.path(uuid)
        file, findings, text = self.examine(path)
        spec = None if findings.has_errors else self._spec(uuid, path, file, findings)
        if spec is None or findings.has_errors:
            raise ProjectInvalid([problem for problem in located(findings, text) if problem.severity is Severity.ERROR])
        return spec

    def examined(self, uuid: str) -> ExaminedPipeline:
        """What can be read of the pipeline, and its errors; raises NotFound, Forbidden."""
        path = self.path(uuid)
        try:
            file, findings, text = self.examine(path)
            spec = self._spec(uuid, path, file, findings)
        except ProjectInvalid as error:
            return ExaminedPipeline(None, error.problems, self._digest(path))
        errors = [problem for problem in located(findings, text) if problem.severity is Severity.ERROR]
        return ExaminedPipeline(spec, tuple(errors), self._digest(path))

    def _digest(self, path: str) -> str:
        try:
            return blake3(self._border.read(path)).hexdigest()
        except BlockwrightError:
            return ""

    def examine(self, path: str) -> tuple[PipelineFile, Findings, str]:
        """What the file says, what is wrong with it, and its text; raises ProjectInvalid when it is no YAML."""
        try:
            text = self._border.text(path)
            document = self._cache.read(f"{self._border.real}/{path}", text)
        except BlockwrightError as error:
            raise ProjectInvalid([problem_of(error, path)]) from None
        except BrokenYaml as error:
            raise ProjectInvalid([broken(error, path)]) from None
        findings = Findings(path)
        file = read_pipeline(document.data, document.entry_lines, findings)
        self._place(file, findings)
        return file, findings, text

    def _place(self, file: PipelineFile, findings: Findings) -> None:
        """Give every entry its ``path``; legacy callbacks join the others when their file is there."""
        files = self._files()
        for entry in file.entries():
            if "replicated_block" not in entry.fields:
                entry.fields["path"] = files.locate(entry, findings)
        for entry in legacy_callbacks(file):
            entry.fields["path"] = files.locate(entry, Findings(findings.file))
            if entry.fields["path"] is not None:
                file.sections["callbacks"].append(entry)
        by_uuid = {entry.uuid: entry for entry in file.entries()}
        for entry in file.entries():
            if "replicated_block" in entry.fields:
                entry.fields["path"] = _original(entry, by_uuid).fields.get("path")

    def _files(self) -> BlockFiles:
        root = str(self._border.root)
        inside = "" if self._platform_root == root else os.path.relpath(root, self._platform_root)
        return BlockFiles(self._border, inside, os.path.basename(self._platform_root))

    def _spec(self, uuid: str, path: str, file: PipelineFile, findings: Findings) -> PipelineSpec:
        keep_running_upstreams(file)
        values = file.values
        blocks, callbacks, conditionals, widgets = (
            tuple(self._block(entry, findings) for entry in file.sections[section]) for section in file.sections
        )
        limits = values.get("concurrency_config", {})
        executor = self._rendered(values.get("executor_type"), ("executor_type",), findings)
        return PipelineSpec(
            uuid=uuid,
            name=values.get("name", uuid),
            path=path,
            type=PipelineType(values.get("type", "python")),
            description=values.get("description"),
            tags=values.get("tags", ()),
            blocks=blocks,
            callbacks=callbacks,
            conditionals=conditionals,
            widgets=widgets,
            variables=values.get("variables", {}),
            executor_type=executor,
            executor_config=values.get("executor_config", {}),
            retry=RetryPolicy(**values["retry_config"]) if "retry_config" in values else None,
            concurrency=Concurrency(
                block_runs=limits.get("block_run_limit", self._defaults.block_run_limit),
                pipeline_runs=limits.get("pipeline_run_limit"),
                pipeline_runs_all_triggers=limits.get("pipeline_run_limit_all_triggers"),
                on_limit=limits.get("on_pipeline_run_limit_reached", "wait"),
                keys=limits.get("keys", ()),
            ),
            notification_config=values.get("notification_config", {}),
            run_in_one_process=values.get("run_pipeline_in_one_process", self._defaults.one_process),
            cache_in_memory=values.get("cache_block_output_in_memory", False),
        )

    def _block(self, entry: Entry, findings: Findings) -> BlockSpec:
        fields = entry.fields
        if entry.retry is not None:
            base = self._retry()
            fields["retry"] = RetryPolicy(**{**(dataclasses.asdict(base) if base else {}), **entry.retry})
        if "executor_type" in fields:
            key = (*entry.key, "executor_type")
            fields["executor_type"] = self._rendered(fields["executor_type"], key, findings)
        return BlockSpec(**fields, line=entry.line)

    def try_templates(self, file: PipelineFile, findings: Findings) -> None:
        """Render what is rendered when the pipeline is used, for the errors in it."""
        self._rendered(file.values.get("executor_type"), ("executor_type",), findings)
        for entry in file.entries():
            self._rendered(entry.fields.get("executor_type"), (*entry.key, "executor_type"), findings)

    def _rendered(self, text: str | None, key: Key, findings: Findings) -> str | None:
        """An executor's name; none when it is empty or names an environment variable that is not set."""
        if text is None or not has_template(text):
            return text or None
        try:
            rendered = self._templates.render(text, {}, where=f"{findings.file} ({dotted(key)})").strip()
            return None if rendered in ("", "None") else rendered
        except TemplateError as error:
            findings.error(key, error.message, error.hint, error.code)
            return None


def located(findings: Findings, text: str) -> Sequence[Problem]:
    """The findings with their lines in ``text``."""
    if not findings.items:
        return []
    from blockwright.adapters.project.yaml_reader import places

    return findings.problems(places(text))


def broken(error: BrokenYaml, path: str) -> Problem:
    """Text that is no YAML, as a problem."""
    advice = "Correct the line." if error.column is None else f"Look at column {error.column}."
    return Problem(path, error.line, dotted(error.key), error.message, advice, code=error.code)


def _original(entry: Entry, by_uuid: dict[str, Entry]) -> Entry:
    """The entry whose file a replica runs; replicas of replicas lead on, a circle ends where it began."""
    seen = set()
    while (other := entry.fields.get("replicated_block")) in by_uuid and entry.uuid not in seen:
        seen.add(entry.uuid)
        entry = by_uuid[other]
    return entry
