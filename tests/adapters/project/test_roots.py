from __future__ import annotations

from pathlib import Path

import pytest

from blockwright.adapters.project import find_root, platform_root_of, projects_of
from blockwright.core.errors import NotFound
from blockwright.core.problems import ProjectInvalid
from tests.adapters.project.conftest import write


@pytest.mark.parametrize("mark", ["metadata.yaml", "pipelines/p/metadata.yaml", "pipelines/.keep"])
def test_the_root_is_the_nearest_folder_that_is_a_project(tmp_path: Path, mark: str) -> None:
    write(tmp_path, {f"shop/{mark}": "", "shop/transformers/deep/x.py": ""})
    assert find_root(tmp_path / "shop" / "transformers" / "deep") == tmp_path / "shop"
    assert find_root(tmp_path / "shop" / "transformers" / "deep" / "x.py") == tmp_path / "shop"


def test_a_pipelines_own_folder_is_no_project(tmp_path: Path) -> None:
    write(tmp_path, {"shop/pipelines/p/metadata.yaml": "", "shop/custom_templates/blocks/t/metadata.yaml": ""})
    assert find_root(tmp_path / "shop" / "pipelines" / "p") == tmp_path / "shop"
    assert find_root(tmp_path / "shop" / "custom_templates" / "blocks" / "t") == tmp_path / "shop"


def test_outside_of_a_project_the_way_out_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="blockwright init"):
        find_root(tmp_path)
    with pytest.raises(NotFound, match="no folder"):
        find_root(tmp_path / "gone")


def test_a_platform_lists_its_projects_and_tolerates_absent_ones(tmp_path: Path) -> None:
    settings = "projects:\n  gone: {}\n  two:\n    path: deep/two\n    active: true\n  one:\n"
    write(tmp_path, {"settings.yaml": settings, "one/metadata.yaml": "", "deep/two/metadata.yaml": ""})
    assert projects_of(tmp_path) == [("two", tmp_path / "deep" / "two"), ("one", tmp_path / "one")]
    assert find_root(tmp_path) == tmp_path
    assert platform_root_of(tmp_path / "deep" / "two") == tmp_path


def test_two_folders_of_one_name_are_refused_since_their_records_would_meet(tmp_path: Path) -> None:
    settings = "projects:\n  a: {path: one/etl}\n  b: {path: two/etl}\n  again: {path: one/etl}\n"
    write(tmp_path, {"settings.yaml": settings, "one/etl/metadata.yaml": ""})
    assert [name for name, _ in projects_of(tmp_path)] == ["a", "again"]
    write(tmp_path, {"two/etl/metadata.yaml": ""})
    with pytest.raises(ProjectInvalid) as caught:
        projects_of(tmp_path)
    (problem,) = caught.value.problems
    assert (problem.file, problem.key) == ("settings.yaml", "projects.b.path")
    assert "both in a folder called `etl`" in problem.message


def test_a_single_project_is_its_own_platform(tmp_path: Path) -> None:
    write(tmp_path, {"metadata.yaml": ""})
    assert projects_of(tmp_path) == [(tmp_path.name, tmp_path)]
    assert platform_root_of(tmp_path) == tmp_path


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("projects: [a]\n", "projects"),
        ("projects:\n  a: 5\n", "projects.a"),
        ("projects:\n  a: {path: ../b}\n", "projects.a"),
        ("projects:\n  a: {path: /etc}\n", "projects.a"),
        ("projects: {\n", ""),
    ],
)
def test_a_list_of_projects_that_is_none_is_told(tmp_path: Path, text: str, key: str) -> None:
    write(tmp_path, {"settings.yaml": text})
    with pytest.raises(ProjectInvalid) as caught:
        projects_of(tmp_path)
    assert (caught.value.problems[0].file, caught.value.problems[0].key) == ("settings.yaml", key)


def test_a_strangers_settings_file_above_is_no_platform(tmp_path: Path) -> None:
    write(tmp_path, {"settings.yaml": "- not ours\n", "shop/metadata.yaml": ""})
    assert platform_root_of(tmp_path / "shop") == tmp_path / "shop"
