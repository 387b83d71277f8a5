from __future__ import annotations

from pathlib import Path

import pytest

from blockwright.mage import pipelines, project
from blockwright.mage.constants import BlockLanguage, BlockType
from blockwright.mage.pipelines import Pipeline
from tests.mage.conftest import Engine


def test_a_block_sees_its_project(engine: Engine, tmp_path: Path) -> None:
    assert project.get_repo_path() == str(tmp_path / "shop")
    assert project.get_repo_path(root_project=True) == str(tmp_path)
    assert project.get_repo_path(absolute_path=False) == f"{tmp_path.name}/shop"
    assert project.get_repo_name() == "shop"


def test_a_file_tells_the_project_that_owns_it(engine: Engine, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "pipelines" / "p").mkdir(parents=True)
    (other / "metadata.yaml").touch()
    (other / "pipelines" / "p" / "metadata.yaml").touch()
    assert project.get_repo_path(file_path="other/pipelines/p/metadata.yaml") == str(other)
    assert project.get_repo_path(file_path="/elsewhere/x.py") == str(tmp_path / "shop")


def test_outside_of_a_block_the_environment_or_the_working_directory_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MAGE_REPO_PATH", raising=False)
    monkeypatch.chdir(tmp_path)
    assert project.get_repo_path() == str(tmp_path)
    monkeypatch.setenv("MAGE_REPO_PATH", "/some/project")
    assert project.get_repo_path() == "/some/project"


def test_the_projects_settings_are_rendered(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAM", "data")
    file = Path(project.get_repo_path()) / "metadata.yaml"
    assert project.get_repo_config() == {}
    file.write_text("project_uuid: abc\nteam: \"{{ env_var('TEAM') }}\"\n")
    assert project.get_repo_config()["team"] == "data"
    assert project.get_project_uuid() == "abc"


def test_the_variables_dir_warns_that_it_is_no_interface(engine: Engine, tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="get_variable"):
        assert project.get_variables_dir() == str(tmp_path / ".blockwright")


METADATA = """
name: Daily
type: python
tags: [a]
variables: {month: 3}
blocks:
- {uuid: load, type: data_loader, downstream_blocks: [sub/clean]}
- {uuid: sub/clean, type: custom, language: python, upstream_blocks: [load], configuration: {dynamic: true}}
- {uuid: sql, type: transformer, language: sql, content: select 1}
"""


@pytest.fixture
def daily(engine: Engine) -> Pipeline:
    folder = Path(project.get_repo_path()) / "pipelines" / "daily"
    folder.mkdir(parents=True)
    (folder / "metadata.yaml").write_text(METADATA)
    return Pipeline.get("daily")


def test_a_pipeline_can_be_looked_at(daily: Pipeline) -> None:
    assert (daily.uuid, daily.name, daily.tags, daily.variables) == ("daily", "Daily", ("a",), {"month": 3})
    assert Pipeline.get_all_pipelines() == ["daily"]
    clean = daily.blocks_by_uuid["sub/clean"]
    assert (clean.type, clean.language) == (BlockType.CUSTOM, BlockLanguage.PYTHON)
    assert clean.upstream_block_uuids == ("load",)
    assert clean.file_path.endswith("shop/custom/sub/clean.py")
    assert daily.get_block("gone") is None


def test_the_source_of_a_block_is_its_file_or_its_entry(daily: Pipeline) -> None:
    load = daily.get_block("load")
    inline = daily.get_block("sql")
    assert load is not None
    assert inline is not None
    Path(load.file_path).parent.mkdir()
    Path(load.file_path).write_text("x = 1")
    assert (load.content, inline.content) == ("x = 1", "select 1")


def test_a_block_cannot_change_a_pipeline(daily: Pipeline) -> None:
    with pytest.raises(PermissionError, match="pipelines are files"):
        daily.save()
    with pytest.raises(PermissionError, match="trigger_pipeline"):
        daily.execute_sync()


@pytest.mark.parametrize("name", ["gone", "../daily", ""])
def test_a_pipeline_that_is_not_there_is_named(daily: Pipeline, name: str) -> None:
    with pytest.raises(FileNotFoundError, match="There is no pipeline"):
        pipelines.Pipeline.get(name)
