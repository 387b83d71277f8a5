from __future__ import annotations

import json
from pathlib import Path

import pytest

from blockwright.runner.module_verdicts import ModuleVerdicts
from blockwright.wire.manifests import ModuleVerdict


def verdict(module: str = "pandas", seconds: float = 1.0, threads: int = 0) -> ModuleVerdict:
    return ModuleVerdict(module, "1.0", seconds, threads)


def test_a_verdict_is_kept_and_found_again(tmp_path: Path) -> None:
    ModuleVerdicts(tmp_path / "cache").record([verdict(), verdict("numpy", threads=1), verdict("polars")])
    found = ModuleVerdicts(tmp_path / "cache")
    assert [found.safe(name) for name in ("pandas", "numpy", "polars", "scipy")] == [True, False, False, False]
    assert not found.safe("pandas", within=0.5)
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["modules.json"]


@pytest.mark.parametrize(("key", "value"), [("stamp", "1:2"), ("python", "2.7"), ("threads", None)])
def test_a_verdict_holds_for_this_file_and_this_python_only(tmp_path: Path, key: str, value: object) -> None:
    ModuleVerdicts(tmp_path).record([verdict()])
    known = json.loads((tmp_path / "modules.json").read_text())
    known["pandas"][key] = value
    (tmp_path / "modules.json").write_text(json.dumps(known))
    assert not ModuleVerdicts(tmp_path).safe("pandas")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"pandas": 5}', "\0"])
def test_a_broken_file_is_an_empty_one(tmp_path: Path, text: str) -> None:
    (tmp_path / "modules.json").write_text(text)
    verdicts = ModuleVerdicts(tmp_path)
    assert not verdicts.safe("pandas")
    verdicts.record([verdict()])
    assert ModuleVerdicts(tmp_path).safe("pandas")


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    verdicts = ModuleVerdicts(tmp_path / "file")
    verdicts.record([verdict()])
    assert verdicts.safe("pandas")
