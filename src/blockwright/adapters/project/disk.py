"""``DiskProject``: the project store over a folder of files. Each verb is one call into the module that knows how.

Modules that need YAML, Jinja or ruamel are imported by the verbs that use them: a run of an unchanged project needs
none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blockwright.adapters.project.confinement import Border
from blockwright.adapters.project.document_cache import DocumentCache
from blockwright.adapters.project.documents import BrokenYaml
from blockwright.adapters.project.findings import Findings, problem_of
from blockwright.adapters.project.pipeline_reader import METADATA, Defaults, PipelineReader, broken, located
from blockwright.adapters.project.project_file import project_spec, read_project
from blockwright.adapters.project.rendering import TemplateError, Templates
from blockwright.adapters.project.roots import platform_root_of, read_settings
from blockwright.core.blocks import RetryPolicy
from blockwright.core.errors import BlockwrightError, NotFound
from blockwright.core.pipelines import PipelineSpec, ProjectSpec
from blockwright.core.problems import Problem, ProjectInvalid
from blockwright.ports.projects import CodeTree, ExaminedPipeline, FileNode

if TYPE_CHECKING:
    from blockwright.adapters.project.file_verbs import Files
    from blockwright.core.products import Product
    from blockwright.ports.dashboards import DashboardFiles
    from blockwright.ports.editing import Editor, ProjectSettings
    from blockwright.ports.history import History
    from blockwright.ports.interactions import FormFiles
    from blockwright.ports.monitors import MonitorFiles
    from blockwright.ports.templates import TemplateFiles


def _no_secret(name: str) -> str | None:
    return None


class DiskProject:
    """The project in the folder ``root``.

    ``cache`` is a folder for what was parsed or hashed before; it may not exist or be read-only. ``environ`` and
    ``secrets`` answer ``env_var`` and ``mage_secret_var`` in templates. ``one_process`` and ``block_run_limit`` are
    the defaults of the pipeline settings of these names, ``templates_folder`` is where its own templates lie.
    ``platform_root`` is the opened folder of a multi-project
    layout; when it is not given, the nearest folder above whose ``settings.yaml`` lists this project.
    """

    def __init__(
        self,
        root: Path,
        *,
        cache: Path,
        environ: Mapping[str, str],
        secrets: Callable[[str], str | None] = _no_secret,
        one_process: bool = False,
        block_run_limit: int | None = None,
        templates_folder: str = "custom_templates",
        platform_root: Path | None = None,
    ) -> None:
        self._border = Border(root, templates=templates_folder)
        self._cache = cache
        self._platform = Border(platform_root or platform_root_of(self._border.root))
        self._documents = DocumentCache(cache / "documents")
        self._templates = Templates(environ, secrets)
        self._pipelines = PipelineReader(
            self._border,
            self._documents,
            self._templates,
            str(self._platform.root),
            Defaults(one_process, block_run_limit),
            self._retry,
        )

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self._border.root

    @property
    def platform_root(self) -> Path:
        """The opened folder of a multi-project layout, else the project's own."""
        return self._platform.root

    def project(self) -> ProjectSpec:
        values, raw = self._settings_of(self._border)
        several = self._platform.root != self._border.root
        return project_spec(
            values,
            raw,
            name=self._border.root.name,
            root=str(self._border.root),
            platform_root=str(self._platform.root),
            platform=self._settings_of(self._platform)[0] if several else {},
            settings=read_settings(self._platform) if several else {},
        )

    def pipelines(self) -> Sequence[str]:
        return self._pipelines.uuids()

    def pipeline(self, uuid: str) -> PipelineSpec:
        return self._pipelines.read(uuid)

    def examined(self, uuid: str) -> ExaminedPipeline:
        return self._pipelines.examined(uuid)

    def check(self) -> Sequence[Problem]:
        from blockwright.adapters.project.checks import check_project

        return check_project(self._border, self._pipelines, self._templates, self._project_problems())

    def tree(self) -> CodeTree:
        from blockwright.adapters.project.code_tree import read_tree

        return read_tree(self._border, self._cache)

    def read(self, path: str) -> bytes:
        return self._border.read(path)

    def list_folder(self, path: str) -> Sequence[FileNode]:
        return self._browsed().list(path)

    def read_file(self, path: str) -> bytes:
        return self._browsed().read(path)

    def write_file(self, path: str, data: bytes, expected: str | None) -> str:
        return self._browsed().write(path, data, expected)

    def delete_file(self, path: str, expected: str | None = None, *, recursive: bool = False) -> None:
        self._browsed().delete(path, expected, recursive=recursive)

    def move_file(self, source: str, target: str) -> None:
        self._browsed().move(source, target)

    def make_folder(self, path: str) -> None:
        self._browsed().make_folder(path)

    def products(self) -> Mapping[str, Product]:
        from blockwright.adapters.project.product_files import FILE, read_products

        try:
            text = self._border.text(FILE)
            data = self._documents.read(f"{self._border.real}/{FILE}", text).data
        except NotFound:
            return {}
        except BrokenYaml as error:
            raise ProjectInvalid([broken(error, FILE)]) from None
        findings = Findings(FILE)
        if data is not None and not isinstance(data, dict):
            findings.error((), "The file must hold a mapping of data products.", "Write `name:` and its keys below it.")
        found = read_products(data, findings) if isinstance(data, dict) else {}
        if findings.has_errors:
            raise ProjectInvalid(located(findings, text))
        return found

    def product_wish(self, wish: Mapping[str, Any], *, where: str) -> Product:
        from blockwright.adapters.project.product_files import read_product

        findings = Findings(where)
        found = read_product(str(wish.get("uuid") or ""), wish, findings, ())
        if found is None:
            raise ProjectInvalid(findings.problems({}))
        return found

    def set_variable(self, pipeline: str, name: str, value: Any) -> None:
        from blockwright.adapters.project.edits import set_variable

        set_variable(self._border, self._pipelines.path(pipeline), name, value)

    def new_pipeline(self, name: str, *, type: str = "python") -> Sequence[str]:
        from blockwright.adapters.project.creation import new_pipeline

        return new_pipeline(self._border, name, type)

    @cached_property
    def history(self) -> History:
        from blockwright.adapters.project.history import DiskHistory

        return DiskHistory(self._cache.parent / "history" / self._border.root.name)

    @property
    def editor(self) -> Editor:
        from blockwright.adapters.project.editor import DiskEditor

        return DiskEditor(self._border, self._pipelines, self._cache)

    @property
    def settings(self) -> ProjectSettings:
        from blockwright.adapters.project.project_settings import DiskSettings

        return DiskSettings(self._border, self._templates)

    @property
    def templates(self) -> TemplateFiles:
        from blockwright.adapters.project.custom_templates import DiskTemplates

        return DiskTemplates(self._border, self._pipelines)

    def file_names(self, most: int) -> tuple[Sequence[str], bool]:
        from blockwright.adapters.project.file_names import file_names

        return file_names(self._border, self._cache.parent, most)

    @property
    def forms(self) -> FormFiles:
        from blockwright.adapters.project.interaction_store import DiskForms

        return DiskForms(self._border, self._pipelines)

    @property
    def monitors(self) -> MonitorFiles:
        from blockwright.adapters.project.monitor_files import DiskMonitors

        return DiskMonitors(self._border)

    @property
    def dashboards(self) -> DashboardFiles:
        from blockwright.adapters.project.dashboard_files import DiskDashboards

        return DiskDashboards(self._border)

    def render(self, text: str, variables: Mapping[str, Any], *, where: str) -> str:
        return self._templates.render(text, variables, where=where)

    def git_commit(self) -> str | None:
        from blockwright.adapters.project.git import commit_of

        return commit_of(self._border.root)

    def _browsed(self) -> Files:
        from blockwright.adapters.project.file_verbs import Files

        return Files(self._border, self._cache.parent)

    def _retry(self) -> RetryPolicy | None:
        return self.project().retry

    def _project_problems(self) -> Sequence[Problem]:
        from blockwright.adapters.project.doubts import doubt_project

        try:
            raw = self.project().raw
        except ProjectInvalid as error:
            return error.problems
        findings = Findings(METADATA)
        doubt_project(raw, findings)
        return located(findings, self._border.text(METADATA)) if findings.items else []

    def _settings_of(self, border: Border) -> tuple[dict[str, Any], Any]:
        """The keys of a folder's ``metadata.yaml`` that are read, and all of them; raises ProjectInvalid."""
        try:
            source = border.text(METADATA)
            text = self._templates.render(source, {}, where=METADATA)
            # What a template put in may be secret: it is never written to the cache.
            documents = self._documents if text == source else DocumentCache(None)
            data = documents.read(f"{border.real}/{METADATA}", text).data
        except NotFound:
            return {}, {}
        except TemplateError as error:
            problem = Problem(METADATA, error.line, "", error.message, error.hint, code=error.code)
            raise ProjectInvalid([problem]) from None
        except BlockwrightError as error:
            raise ProjectInvalid([problem_of(error, METADATA)]) from None
        except BrokenYaml as error:
            raise ProjectInvalid([broken(error, METADATA)]) from None
        findings = Findings(METADATA)
        values = read_project(data, findings)
        if findings.has_errors:
            raise ProjectInvalid(located(findings, text))
        return values, data
