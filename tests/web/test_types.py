"""The browser app's types are those of this API."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.web.write_openapi import description

UI = Path(__file__).parents[2] / "ui"


def test_the_types_of_the_app_are_made_from_this_api(tmp_path: Path) -> None:
    if not (UI / "node_modules" / ".bin" / "openapi-typescript").exists():
        pytest.skip("the app's tools are not installed (make ui)")
    (tmp_path / "openapi.json").write_text(description())
    tool = [sys.executable, str(UI / "build.py"), "openapi-typescript", str(tmp_path / "openapi.json")]
    subprocess.run([*tool, "--output", str(tmp_path / "schema.ts")], check=True, capture_output=True)
    same = (tmp_path / "schema.ts").read_text() == (UI / "src" / "api" / "schema.ts").read_text()
    assert same, "`make types` writes them anew"
