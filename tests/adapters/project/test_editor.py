"""Drafts of changes: sound afterwards, whatever the file looks like, and back again byte for byte."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from blockwright.adapters.project import DiskProject
from blockwright.core.errors import BlockwrightError, Conflict, Invalid, NotFound
from blockwright.core.graph import closure
from blockwright.core.problems import ProjectInvalid
from blockwright.ports.editing import Draft
from tests.adapters.project.conftest import Make
from tests.properties import examples

FILE = "pipelines/p/metadata.yaml"
NAMES = ("load", "clean", "train", "report")


def write(project: DiskProject, draft: Draft) -> None:
    for change in draft.changes:
        path = project.root / change.path
        if change.after is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(change.after)


def edges(project: DiskProject) -> dict[str, tuple[str, ...]]:
    return {block.uuid: tuple(block.upstream) for block in project.pipeline("p").blocks}


def listed(names: list[str], flow: bool, pad: str, note: str) -> str:
    if flow or not names:
        return f" [{', '.join(names)}]{note}\n"
    return f"{note}\n" + "".join(f"{pad}  - {name}\n" for name in names)


@st.composite
def texts(draw: Callable[..., object]) -> str:
    """A pipeline's file in one of the many layouts that people and programs write."""
    indent = draw(st.sampled_from(["", "  "]))
    gap = draw(st.sampled_from([" ", "   "]))
    comment = draw(st.booleans())
    quote = draw(st.sampled_from(["", "'", '"']))
    text = "# by hand\nname: P\nblocks:\n"
    for place, name in enumerate(NAMES):
        upstream = [other for other in NAMES[:place] if draw(st.booleans())]
        pad = indent + " " + gap
        text += f"{indent}# about {name}\n" if comment else ""
        text += f"{indent}-{gap}uuid: {quote}{name}{quote}   # {place}\n{pad}type: transformer\n"
        note = "  # inputs" if draw(st.booleans()) else ""
        text += f"{pad}upstream_blocks:{listed(upstream, bool(draw(st.booleans())), pad, note)}"
        text += f"{pad}downstream_blocks: []\n" if draw(st.booleans()) else ""
        text += f"{pad}timeout: 5\n" if draw(st.booleans()) else ""
        text += "\n" if draw(st.booleans()) else ""
    text += "callbacks:\n- {uuid: tell, type: callback, upstream_blocks: [clean]}\n# the end\n"
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


def project_of(tmp: Path, text: str) -> DiskProject:
    root = tmp / "shop"
    (root / "pipelines/p").mkdir(parents=True, exist_ok=True)
    (root / FILE).write_bytes(text.encode())
    for folder in ("transformers", "callbacks"):
        shutil.rmtree(root / folder, ignore_errors=True)
        (root / folder).mkdir()
    for name in NAMES:
        (root / f"transformers/{name}.py").write_text("@transformer\ndef f(): pass\n")
    (root / "callbacks/tell.py").write_text("@callback\ndef f(): pass\n")
    return DiskProject(root, cache=tmp / "cache", environ={})


def comments(text: str) -> list[str]:
    return sorted(line.partition("#")[2].strip() for line in text.splitlines() if "#" in line)


pairs = st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES))


@examples(150, HealthCheck.function_scoped_fixture)
@given(text=texts(), pair=pairs)
def test_connections_made_and_taken_back(tmp_path: Path, text: str, pair: tuple[str, str]) -> None:
    project, (source, target) = project_of(tmp_path, text), pair
    before = edges(project)
    if source == target or target in closure(before, [source]):
        with pytest.raises(Invalid, match="circle"):
            project.editor.connect("p", source, target)
        return
    write(project, project.editor.connect("p", source, target))
    assert edges(project) == {**before, target: tuple(dict.fromkeys([*before[target], source]))}
    connected = (project.root / FILE).read_bytes().decode()
    assert comments(connected) == comments(text)
    assert ("\r\n" in connected) == ("\r\n" in text)
    write(project, project.editor.disconnect("p", source, target))
    assert edges(project) == {**before, target: tuple(name for name in before[target] if name != source)}


@examples(100, HealthCheck.function_scoped_fixture)
@given(text=texts(), order=st.permutations(NAMES))
def test_an_order_and_the_old_one_again_change_nothing(tmp_path: Path, text: str, order: list[str]) -> None:
    project = project_of(tmp_path, text)
    write(project, project.editor.reorder("p", order))
    assert list(edges(project)) == order
    assert comments((project.root / FILE).read_bytes().decode()) == comments(text)
    write(project, project.editor.reorder("p", NAMES))
    assert (project.root / FILE).read_bytes() == text.encode()


@examples(100, HealthCheck.function_scoped_fixture)
@given(text=texts(), name=st.sampled_from(NAMES), new=st.sampled_from(["tidy", "deep/er", "Neu Größe", "null", "12"]))
def test_a_name_and_the_old_one_again_change_nothing(tmp_path: Path, text: str, name: str, new: str) -> None:
    project = project_of(tmp_path, text)
    before = edges(project)
    draft = project.editor.rename_block("p", name, new)
    write(project, draft)
    renamed = {name: draft.name}
    assert edges(project) == {
        renamed.get(block, block): tuple(renamed.get(one, one) for one in upstream)
        for block, upstream in before.items()
    }
    assert project.pipeline("p").by_uuid[draft.name].path == f"transformers/{draft.name}.py"  # type: ignore[index]
    shown = (project.root / FILE).read_bytes().decode()
    assert comments(shown) == comments(text)
    back = project.editor.rename_block("p", draft.name, name)
    write(project, back)
    after = (project.root / FILE).read_bytes().decode()
    assert edges(project) == before
    if new in ("tidy", "deep/er"):  # others got a name for people, which stays
        assert after == text


@examples(100, HealthCheck.function_scoped_fixture)
@given(text=texts(), name=st.sampled_from(NAMES))
def test_a_block_goes_with_all_that_names_it(tmp_path: Path, text: str, name: str) -> None:
    project = project_of(tmp_path, text)
    before = edges(project)
    draft = project.editor.remove_block("p", name, delete_file=True)
    write(project, draft)
    assert edges(project) == {
        block: tuple(one for one in upstream if one != name) for block, upstream in before.items() if block != name
    }
    assert not (project.root / f"transformers/{name}.py").exists()
    assert project.check() == [] or all(problem.severity == "warning" for problem in project.check())


settings = st.dictionaries(
    st.sampled_from(["timeout", "color", "retry_config.retries", "resources.memory", "configuration.limit", "notes"]),
    st.sampled_from([1, 2]) | st.none(),
    min_size=1,
)
FIT = {"color": "teal", "resources.memory": "2GiB", "notes": "a: b # c\nd"}


@examples(100, HealthCheck.function_scoped_fixture)
@given(text=texts(), name=st.sampled_from(NAMES), wanted=settings)
def test_settings_are_what_was_set(tmp_path: Path, text: str, name: str, wanted: dict[str, int | None]) -> None:
    project = project_of(tmp_path, text)
    values = {key: None if value is None else FIT.get(key, value) for key, value in wanted.items()}
    before = dict(project.editor.block_settings("p", name).values)
    write(project, project.editor.set_block("p", name, values))
    after = project.editor.block_settings("p", name)
    for key, value in values.items():
        top, _, inner = key.partition(".")
        found = after.values.get(top)
        assert (found.get(inner) if inner and isinstance(found, dict) else found) == value
    tops = {key.partition(".")[0] for key in values}
    kept = {key: value for key, value in before.items() if key.partition(".")[0] not in tops}
    assert {key: value for key, value in after.values.items() if key.partition(".")[0] not in tops} == kept
    assert comments((project.root / FILE).read_bytes().decode())[:1] == comments(text)[:1] or "notes" in values
    project.pipeline("p")


CLEAN = "@transformer\ndef f(x): pass\n"
START = "blocks:\n- uuid: load\n  type: data_loader\n- uuid: clean\n  type: transformer\n  upstream_blocks: [load]\n"


def small(make: Make, **more: str) -> DiskProject:
    files = {FILE: START, "data_loaders/load.py": "@data_loader\ndef f(): pass\n", "transformers/clean.py": CLEAN}
    return make({**files, **more})


def test_every_path_in_a_configuration_follows_a_rename(make: Make) -> None:
    named = (
        "blocks:\n- uuid: mine\n  type: transformer\n  configuration:\n"
        "    file_path: shop/transformers/clean.py\n    file_source: {path: transformers/clean.py}\n"
    )
    project = small(make, **{"pipelines/q/metadata.yaml": named})
    write(project, project.editor.rename_block("p", "clean", "tidy"))
    (block,) = project.pipeline("q").blocks
    assert (block.uuid, block.path) == ("mine", "transformers/tidy.py")
    assert "shop/transformers/tidy.py" in (project.root / "pipelines/q/metadata.yaml").read_text()


def test_a_replica_keeps_the_file_of_its_original(make: Make) -> None:
    text = START + "- uuid: again\n  type: transformer\n  replicated_block: clean\n"
    project = small(make, **{FILE: text})
    write(project, project.editor.rename_block("p", "again", "twice"))
    assert project.pipeline("p").by_uuid["twice"].path == "transformers/clean.py"  # type: ignore[index]
    write(project, project.editor.rename_block("p", "clean", "tidy"))
    assert project.pipeline("p").by_uuid["twice"].path == "transformers/tidy.py"  # type: ignore[index]
    with pytest.raises(Invalid, match="replicated_block"):
        project.editor.remove_block("p", "tidy", delete_file=False)


def test_a_converted_block_has_the_decorator_of_its_type(make: Make) -> None:
    source = (
        "if 'data_loader' not in globals():\n    from mage_ai.data_preparation.decorators import data_loader\n\n\n"
        "@data_loader\ndef load():\n    return 'data_loader'\n"
    )
    project = small(make, **{"data_loaders/load.py": source})
    write(project, project.editor.convert_block("p", "load", "custom"))
    made = (project.root / "custom/load.py").read_text()
    assert made == source.replace("data_loader", "custom").replace("return 'custom'", "return 'data_loader'")
    assert project.check() == []
    with pytest.raises(Invalid, match="different lists"):
        project.editor.convert_block("p", "load", "callback")


def test_a_copy_stands_behind_its_original_with_its_settings(make: Make) -> None:
    project = small(make, **{FILE: START.replace("[load]", "[load]\n  timeout: 7  # why")})
    write(project, project.editor.copy_block("p", "load", "load 2"))
    draft = project.editor.copy_block("p", "clean", "clean 2")
    write(project, draft)
    blocks = project.pipeline("p").blocks
    assert [block.uuid for block in blocks] == ["load", "load_2", "clean", "clean_2"]
    assert (blocks[3].timeout, blocks[3].upstream, blocks[3].path) == (7, ("load",), "transformers/clean_2.py")


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda editor: editor.connect("p", "clean", "load"), Invalid),
        (lambda editor: editor.connect("none", "clean", "load"), NotFound),
        (lambda editor: editor.disconnect("p", "clean", "load"), NotFound),
        (lambda editor: editor.reorder("p", ["load"]), Invalid),
        (lambda editor: editor.reorder("p", ["load", "load"]), Invalid),
        (lambda editor: editor.rename_block("p", "clean", "load"), Conflict),
        (lambda editor: editor.rename_block("p", "clean", ""), Invalid),
        (lambda editor: editor.share_block("p", "../x.py", name="", type=None, upstream=[]), BlockwrightError),
        (lambda editor: editor.share_block("p", "transformers/none.py", name="", type=None, upstream=[]), NotFound),
        (lambda editor: editor.share_block("p", "README.md", name="", type=None, upstream=[]), Invalid),
        (
            lambda editor: editor.share_block("p", "io_config.yaml", name="", type="custom", upstream=[]),
            BlockwrightError,
        ),
        (lambda editor: editor.copy_block("p", "clean", "load"), BlockwrightError),
        (lambda editor: editor.set_block("p", "clean", {"upstream_blocks": []}), ProjectInvalid),
        (lambda editor: editor.set_block("p", "clean", {"trigger_rule": "x"}), ProjectInvalid),
        (lambda editor: editor.set_pipeline("p", {"blocks": []}), ProjectInvalid),
        (lambda editor: editor.rename_pipeline("p", ".."), BlockwrightError),
    ],
)
def test_what_cannot_be_is_refused(make: Make, act: Callable[..., Draft], error: type[BlockwrightError]) -> None:
    project = small(make)
    with pytest.raises(error):
        act(project.editor)
