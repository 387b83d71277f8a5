from __future__ import annotations

from pathlib import Path

import pytest

from blockwright.core.blocks import RetryPolicy
from blockwright.core.problems import ProjectInvalid
from tests.adapters.project.conftest import Make, write

TEXT = """\
project_uuid: {{ env_var('PROJECT', 'none') }}
variables_dir: ' /data '
remote_variables_dir: s3://bucket/path_prefix
variables_retention_period: '90d'
retry_config: {retries: 2, max_delay: 600}
queue_config: {concurrency: 5}
features: {polars: true, interactions: false}
notification_config: {slack_config: {webhook_url: x}}
some_key_of_a_later_version: 1
"""


def test_a_missing_or_empty_file_gives_the_defaults(make: Make) -> None:
    spec = make().project()
    assert (spec.name, spec.retry, spec.features, spec.raw) == ("shop", None, {}, {})
    assert spec == make({"metadata.yaml": "# nothing\n"}).project()


def test_the_file_is_rendered_read_and_trimmed(make: Make) -> None:
    project = make({"metadata.yaml": TEXT}, environ={"PROJECT": "abc"})
    spec = project.project()
    assert (spec.uuid, spec.variables_dir, spec.remote_variables_dir) == ("abc", "/data", None)
    assert (spec.retry, spec.run_limit) == (RetryPolicy(retries=2, max_delay=600), 5)
    assert (spec.retention, spec.features) == ("90d", {"polars": True, "interactions": False})
    assert spec.raw["some_key_of_a_later_version"] == 1
    assert spec.root == spec.platform_root == str(project.root)


@pytest.mark.parametrize(
    ("text", "line", "key", "what"),
    [
        ("a: 1\nretry_config:\n  retries: many\n", 3, "retry_config.retries", "whole number"),
        ("features: {polars: 'yes'}\n", 1, "features.polars", "true or false"),
        ("queue_config: 5\n", 1, "queue_config", "a mapping"),
        ("project_type: other\n", 1, "project_type", "one of"),
        ("- a\n", 1, "", "must be a mapping"),
        ("a: [\n", 2, "", "not valid YAML"),
        ("a: 1\nb: {{ nothing }}\n", 2, "", "'nothing' is undefined"),
        ("a: 1\na: 2\n", 2, "a", "stands here twice"),
    ],
)
def test_a_mistake_is_told_with_line_and_key(make: Make, text: str, line: int, key: str, what: str) -> None:
    project = make({"metadata.yaml": text})
    with pytest.raises(ProjectInvalid) as caught:
        project.project()
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.key) == ("metadata.yaml", line, key)
    assert what in problem.message
    assert project.check() == [problem]


def test_in_a_platform_the_root_fills_the_gaps(make: Make, tmp_path: Path) -> None:
    settings = "projects: {shop: {}}\nfeatures: {defaults: {a: true, b: true}, override: {c: false}}\n"
    write(tmp_path, {"settings.yaml": settings, "metadata.yaml": "project_uuid: root\nvariables_dir: /data\n"})
    spec = make({"metadata.yaml": "variables_dir: /mine\nfeatures: {b: false, c: true}\n"}).project()
    assert (spec.uuid, spec.variables_dir, spec.platform_root) == ("root", "/mine", str(tmp_path))
    assert spec.features == {"a": True, "b": False, "c": False}
