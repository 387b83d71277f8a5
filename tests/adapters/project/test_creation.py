from __future__ import annotations

from typing import Any

import pytest

from blockwright.adapters.project import DiskProject
from blockwright.adapters.project.block_templates import FOLDER
from blockwright.core.blocks import BlockType
from blockwright.core.errors import BlockwrightError, Conflict, Forbidden, Invalid, NotFound
from tests.adapters.project.conftest import Make

FILE = "pipelines/p/metadata.yaml"
START = "# mine\nblocks:\n- uuid: load   # first\n  type: data_loader\n  downstream_blocks: []\n"


def add(project: DiskProject, name: str, **wanted: Any) -> list[str]:
    """Add a block to pipeline ``p``; returns the files written."""
    entry = {"language": "python", "upstream": (), "template": None, "after": None, **wanted}
    draft = project.editor.add_block("p", name, **entry)
    for change in draft.changes:
        assert change.after is not None
        (project.root / change.path).parent.mkdir(parents=True, exist_ok=True)
        (project.root / change.path).write_bytes(change.after)
    return [change.path for change in draft.changes]


def test_a_new_pipeline_is_empty_and_sound(make: Make) -> None:
    project = make()
    assert project.new_pipeline("Night run: 2", type="python") == [
        "pipelines/night_run__2/metadata.yaml",
        "pipelines/night_run__2/__init__.py",
    ]
    pipeline = project.pipeline("night_run__2")
    assert (pipeline.name, pipeline.blocks) == ("Night run: 2", ())
    assert project.check() == []
    with pytest.raises(Conflict):
        project.new_pipeline("night run: 2", type="python")


@pytest.mark.parametrize(("name", "type"), [("..", "python"), ("", "python"), ("a", "batch"), ("x" * 300, "python")])
def test_a_pipeline_that_cannot_be_is_refused(make: Make, name: str, type: str) -> None:
    project = make()
    with pytest.raises(Invalid):
        project.new_pipeline(name, type=type)
    assert project.pipelines() == []


def test_a_new_block_is_linked_both_ways_and_comments_stay(make: Make) -> None:
    project = make({FILE: START, "data_loaders/load.py": ""})
    written = add(project, "Clean It", type="transformer", upstream=["load"])
    assert written == ["transformers/clean_it.py", FILE]
    load, clean = project.pipeline("p").blocks
    assert (clean.upstream, clean.name, clean.path) == (("load",), "Clean It", "transformers/clean_it.py")
    text = (project.root / FILE).read_text()
    assert text.startswith(
        "# mine\nblocks:\n- uuid: load   # first\n  type: data_loader\n  downstream_blocks:\n  - clean_it\n"
    )
    assert load.line == 3


def test_a_file_of_the_same_name_and_type_is_shared(make: Make) -> None:
    project = make({FILE: START, "data_loaders/load.py": "", "transformers/clean.py": "mine"})
    assert add(project, "clean", type="transformer") == [FILE]
    assert (project.root / "transformers/clean.py").read_text() == "mine"


@pytest.mark.parametrize(
    ("type", "section"), [("callback", "callbacks"), ("conditional", "conditionals"), ("chart", "widgets")]
)
def test_what_is_attached_goes_to_its_own_list(make: Make, type: str, section: str) -> None:
    project = make({FILE: START, "data_loaders/load.py": ""})
    add(project, "extra", type=type, upstream=["load"])
    (entry,) = getattr(project.pipeline("p"), section)
    assert (entry.type, entry.upstream) == (BlockType(type), ("load",))
    assert "downstream_blocks: []" in (project.root / FILE).read_text()


REFUSED = [
    ({"name": "load", "type": "custom"}, Conflict),
    ({"name": "x", "type": "custom", "upstream": ["laod"]}, NotFound),
    ({"name": "x", "type": "customs"}, Invalid),
    ({"name": "x", "type": "dynamic_child"}, Invalid),
    ({"name": "x", "type": "sensor", "language": "sql"}, Invalid),
    ({"name": "x", "type": "custom", "language": "perl"}, Invalid),
    ({"name": "x", "type": "custom", "template": "unknown"}, NotFound),
    ({"name": "x", "type": "custom", "template": "../../../etc"}, Forbidden),
    ({"name": "../x", "type": "custom"}, Invalid),
]


@pytest.mark.parametrize(("wanted", "kind"), REFUSED)
def test_a_block_that_cannot_be_leaves_no_trace(
    make: Make, wanted: dict[str, str], kind: type[BlockwrightError]
) -> None:
    project = make({FILE: START})
    before = sorted(path for path in project.root.rglob("*") if path.is_file())
    with pytest.raises(kind):
        add(project, **wanted)
    assert (project.root / FILE).read_text() == START
    assert sorted(path for path in project.root.rglob("*") if path.is_file()) == before


TEMPLATES = sorted(FOLDER.glob("blocks/*/*.tmpl"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_template_makes_a_block_without_problems(make: Make, path: object) -> None:
    language, (type, *variant) = path.parent.name, path.name.split(".")[:-2]  # type: ignore[attr-defined]
    project = make({FILE: "blocks: []\n"})
    add(project, "it", type=type, language=language, template=variant[0] if variant else None)
    assert project.check() == []
    assert project.pipeline("p").by_uuid["it"].path is not None  # type: ignore[index]


def test_a_template_of_the_project_wins(make: Make) -> None:
    project = make({FILE: "blocks: []\n", "custom_templates/blocks/ours/ours.py": "# ours\n"})
    add(project, "it", type="custom", template="ours")
    assert (project.root / "custom/it.py").read_text() == "# ours\n"
