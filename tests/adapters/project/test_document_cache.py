from __future__ import annotations

import json
from pathlib import Path

import pytest

from blockwright.adapters.project import DiskProject
from blockwright.core.problems import ProjectInvalid
from tests.adapters.project.conftest import Make

FILE = "pipelines/p/metadata.yaml"
TEXT = "variables:\n  day: 2024-05-16\n  1e3: x\n  nested: {$seconds: 5}\nblocks:\n- {uuid: a, type: markdown}\n"


def entries(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache" / "documents").glob("*.json"))


def test_a_second_reading_says_the_same_as_the_first(make: Make, tmp_path: Path) -> None:
    first = make({FILE: TEXT}).pipeline("p")
    assert len(entries(tmp_path)) == 1
    assert make().pipeline("p") == first
    assert first.blocks[0].line == 6


def test_what_is_kept_is_used(make: Make, tmp_path: Path) -> None:
    make({FILE: "name: before\n"}).pipeline("p")
    (entry,) = entries(tmp_path)
    kept = json.loads(entry.read_text())
    kept["data"]["name"] = "from the cache"
    entry.write_text(json.dumps(kept))
    assert make().pipeline("p").name == "from the cache"


def test_a_changed_file_is_read_anew_and_takes_the_place_of_the_old(make: Make, tmp_path: Path) -> None:
    make({FILE: "name: before\n"}).pipeline("p")
    assert make({FILE: "name: after\n"}).pipeline("p").name == "after"
    assert len(entries(tmp_path)) == 1


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", '{"scheme": 1}', "\x00\xff", "[" * 100_000, '{"scheme": 99}']
)
def test_a_damaged_entry_is_ignored_and_replaced(make: Make, tmp_path: Path, content: str) -> None:
    make({FILE: "name: x\n"}).pipeline("p")
    (entry,) = entries(tmp_path)
    entry.write_text(content, encoding="latin-1")
    assert make().pipeline("p").name == "x"
    assert json.loads(entry.read_text())["data"] == {"name": "x"}


def test_without_a_cache_everything_works(make: Make, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    project = make({FILE: TEXT, "x.py": ""}, cache=tmp_path / "file" / "cache")
    assert project.pipeline("p") == project.pipeline("p")
    assert len(project.tree().files) == 2


def test_errors_are_found_in_kept_data_too(make: Make) -> None:
    text = "blocks:\n- uuid: a\n  type: markdown\n  timeout: soon\n"
    project = make({FILE: text})
    for _ in range(2):
        with pytest.raises(ProjectInvalid) as caught:
            project.pipeline("p")
        assert caught.value.problems[0].line == 4


def test_what_a_template_put_in_is_never_kept(make: Make, tmp_path: Path) -> None:
    files = {"metadata.yaml": "openai_api_key: \"{{ mage_secret_var('key') }}\"\n"}
    project: DiskProject = make(files, secrets={"key": "hush-hush"}.get)
    assert project.project().raw["openai_api_key"] == "hush-hush"
    assert all("hush" not in path.read_text() for path in (tmp_path / "cache").rglob("*") if path.is_file())
