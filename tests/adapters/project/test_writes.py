from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from blockwright.adapters.project.confinement import Border, write_error
from blockwright.adapters.project.writes import create, rewrite
from blockwright.core.errors import Conflict, Forbidden, Invalid, NotFound
from blockwright.core.problems import ProjectInvalid
from tests.adapters.project.conftest import Make

FILE = "pipelines/p/metadata.yaml"


def test_a_variable_is_set_and_everything_else_stays(make: Make) -> None:
    project = make({FILE: "# mine\nvariables:\n  a: 1  # one\nblocks: []\n"})
    project.set_variable("p", "b", [date(2024, 5, 16), None])
    text = (project.root / FILE).read_text()
    assert text == "# mine\nvariables:\n  a: 1  # one\n  b:\n  - 2024-05-16\n  - null\nblocks: []\n"
    assert project.pipeline("p").variables == {"a": 1, "b": [date(2024, 5, 16), None]}


@pytest.mark.parametrize("value", [object(), (1, 2), {"a": {1, 2}, "b": lambda: 1}, {"x": (1,)}, 1j, Path("x")])
def test_a_value_that_yaml_would_change_is_refused(make: Make, value: Any) -> None:
    project = make({FILE: "blocks: []\n"})
    with pytest.raises(Invalid, match="would not survive"):
        project.set_variable("p", "x", value)
    assert (project.root / FILE).read_text() == "blocks: []\n"


def test_mode_and_byte_order_mark_stay_and_nothing_is_left_over(make: Make) -> None:
    project = make({FILE: b"\xef\xbb\xbfname: x\r\n"})
    (project.root / FILE).chmod(0o640)
    project.set_variable("p", "x", 1)
    assert (project.root / FILE).read_bytes() == b"\xef\xbb\xbfname: x\r\nvariables:\r\n  x: 1\r\n"
    assert stat.S_IMODE((project.root / FILE).stat().st_mode) == 0o640
    assert os.listdir(project.root / "pipelines/p") == ["metadata.yaml"]


def test_a_file_that_somebody_changed_meanwhile_is_not_overwritten(make: Make) -> None:
    project = make({FILE: "name: x\n"})

    def edit(text: str) -> str:
        (project.root / FILE).write_text("name: theirs\n")
        return text + "more: 1\n"

    with pytest.raises(Conflict, match="changed by somebody else"):
        rewrite(Border(project.root), FILE, edit)
    assert (project.root / FILE).read_text() == "name: theirs\n"
    assert os.listdir(project.root / "pipelines/p") == ["metadata.yaml"]


def test_writers_of_the_platform_take_turns(make: Make) -> None:
    project = make({FILE: "name: x\n"})
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: project.set_variable("p", f"v{n}", n), range(24)))
    assert project.pipeline("p").variables == {f"v{n}": n for n in range(24)}


def test_a_link_inside_is_written_through_and_one_to_outside_is_refused(make: Make, tmp_path: Path) -> None:
    project = make({"shared/p.yaml": "name: x\n", "pipelines/p/x": "", "pipelines/q/x": ""})
    (project.root / FILE).symlink_to("../../shared/p.yaml")
    project.set_variable("p", "x", 1)
    assert (project.root / FILE).is_symlink()
    assert "x: 1" in (project.root / "shared/p.yaml").read_text()
    (tmp_path / "theirs.yaml").write_text("name: x\n")
    (project.root / "pipelines/q/metadata.yaml").symlink_to(tmp_path / "theirs.yaml")
    with pytest.raises(Forbidden):
        project.set_variable("q", "x", 1)


def test_a_broken_file_is_not_touched(make: Make) -> None:
    project = make({FILE: "name: [\n"})
    with pytest.raises(ProjectInvalid):
        project.set_variable("p", "x", 1)
    with pytest.raises(NotFound):
        project.set_variable("q", "x", 1)


def test_a_new_file_never_takes_the_place_of_another(make: Make) -> None:
    border = Border(make({"a/x.py": "mine"}).root)
    with pytest.raises(Conflict):
        create(border, "a/x.py", "theirs")
    with pytest.raises(Conflict):
        create(border, "a/x.py/y.py", "theirs")
    assert os.listdir(border.root / "a") == ["x.py"]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_folder_is_named_in_practice(make: Make) -> None:
    project = make({FILE: "name: x\n"})
    (project.root / "pipelines/p").chmod(0o500)
    with pytest.raises(Forbidden, match="read-only"):
        project.set_variable("p", "x", 1)


def test_a_read_only_folder_is_named() -> None:
    error = write_error(FILE, PermissionError(13, "Permission denied"))
    assert isinstance(error, Forbidden)
    assert "`pipelines/p` is read-only" in error.message
