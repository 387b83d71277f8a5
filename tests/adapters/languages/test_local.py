"""Real language servers: asked, killed, missing, ended when nobody is there."""

from __future__ import annotations

import os
import queue
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from blockwright.adapters.languages.local import LocalLanguages
from blockwright.core.errors import Forbidden, Invalid
from blockwright.core.languages import (
    BLOCK_NAMES,
    LARGEST_TEXT,
    Answer,
    Ask,
    Completions,
    Edit,
    Hover,
    Place,
    Question,
    Signature,
    Spot,
)
from blockwright.ports.languages import Answered, Editor, Findings, Health, News, Servers
from blockwright.sdk.decorators import KINDS
from tests.processes import gone, marked

SECONDS = 60.0
BOTH = ("ruff", "ty")
CODE = """import prices
from mage_ai.data_preparation.decorators import custom


@data_loader
def load(*args, **kwargs):
    return prices.cheapest([3, 1], count=1)
"""
PRICES = '''def cheapest(values: list[int], count: int = 3) -> list[int]:
    """The lowest values."""
    return sorted(values)[:count]
'''
Kind = TypeVar("Kind", bound=News)


class Tab:
    """An editor and all that it is told."""

    def __init__(self, languages: LocalLanguages, root: Path) -> None:
        self.news: queue.Queue[News] = queue.Queue()
        self.editor: Editor = languages.join(root, self.news.put)
        self._number = 0

    def until(self, kind: type[Kind], fits: Callable[[Kind], bool] = lambda _: True) -> Kind:
        deadline = time.monotonic() + SECONDS
        while True:
            news = self.news.get(timeout=max(0.01, deadline - time.monotonic()))
            if isinstance(news, kind) and fits(news):
                return news

    def ready(self) -> None:
        self.until(Servers, lambda news: all(one.health is Health.READY for one in news.items))

    def ask(self, ask: Ask, path: str = "load.py", line: int = 0, column: int = 0) -> Answer:
        self._number += 1
        number = self._number
        self.editor.ask(Question(number, ask, path, Spot(line, column)))
        return self.until(Answered, lambda news: news.number == number).answer


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "prices.py").write_text(PRICES)
    return tmp_path


@pytest.fixture
def languages(root: Path) -> Iterator[LocalLanguages]:
    made = LocalLanguages(BOTH, {"PATH": os.environ["PATH"], "TMPDIR": str(root), "BLOCKWRIGHT_SECRET_KEY": "hidden"})
    yield made
    made.close()
    gone(servers_of(root))


@pytest.fixture
def tab(languages: LocalLanguages, root: Path) -> Tab:
    made = Tab(languages, root)
    made.ready()
    return made


def servers_of(root: Path) -> list[int]:
    return marked(f"TMPDIR={root}")


def test_nothing_starts_before_somebody_edits(languages: LocalLanguages, root: Path) -> None:
    assert {one.health for one in languages.servers(root)} == {Health.ASLEEP}
    assert servers_of(root) == []


def test_code_that_is_right_in_a_block_is_right(tab: Tab) -> None:
    tab.editor.write("load.py", CODE)
    found = tab.until(Findings)
    assert [(one.source, one.rule) for one in found.items] == [("ruff", "F401")]  # `custom` is not used
    assert "/" not in found.items[0].message


def test_inputs_by_their_number_are_known_where_blocks_are(tab: Tab) -> None:
    code = "largest = df_1.max() + df_2.max()\n"
    tab.editor.write("charts/largest.py", code + "wrong = df_0 + frame\n")
    found = tab.until(Findings, lambda news: bool(news.items)).items
    assert {finding.start.line for finding in found} == {1}
    tab.editor.write("utils/largest.py", code)
    found = tab.until(Findings, lambda news: news.path == "utils/largest.py" and bool(news.items)).items
    assert {finding.start.line for finding in found} == {0}


def test_the_names_that_blocks_know_are_those_of_the_decorators() -> None:
    assert frozenset(KINDS) == BLOCK_NAMES


def test_both_servers_say_what_is_wrong_without_naming_folders_of_this_machine(tab: Tab, root: Path) -> None:
    tab.editor.write("load.py", "import nothing_there\n\nnumber: int = 'text'\nmissing\n")
    found = tab.until(Findings, lambda news: len({one.source for one in news.items}) == 2)
    assert {one.source for one in found.items} == {"ruff", "ty"}
    assert not [one for one in found.items if str(root) in one.message or "\n" in one.message]


def test_an_editor_is_answered(tab: Tab) -> None:
    tab.editor.write("load.py", CODE)
    completed = tab.ask(Ask.COMPLETE, line=6, column=26)
    assert isinstance(completed, Completions)
    assert "cheapest" in [one.label for one in completed.items]
    told = tab.ask(Ask.HOVER, line=6, column=21)
    assert isinstance(told, Hover)
    assert "The lowest values." in told.text
    assert tab.ask(Ask.DEFINITION, line=6, column=21) == (Place("prices.py", Spot(0, 4)),)
    signature = tab.ask(Ask.SIGNATURE, line=6, column=36)
    assert isinstance(signature, Signature)
    assert signature.parameter is not None
    assert signature.label[slice(*signature.parameter)].startswith("count: int")
    tab.editor.write("load.py", "x  =  1\n")
    assert tab.ask(Ask.FORMAT) == (Edit(Spot(0, 0), Spot(1, 0), "x = 1\n"),)


def test_columns_count_as_browsers_count(tab: Tab) -> None:
    tab.editor.write("load.py", 'word = "😀é"; missing\n')
    found = tab.until(Findings)
    place = next(one for one in found.items if one.rule == "F821")
    assert (place.start.column, place.end.column) == (14, 21)


def test_two_who_write_in_one_file_are_each_told_about_their_own_text(languages: LocalLanguages, root: Path) -> None:
    one, other = Tab(languages, root), Tab(languages, root)
    one.ready()
    one.editor.write("load.py", "first_missing\n")
    one.until(Findings, lambda news: "first_missing" in str(news.items))
    other.editor.write("load.py", "other_missing\n")
    told = other.until(Findings)
    assert "other_missing" in str(told.items)
    one.editor.write("load.py", "import prices\nprices.ch\n")
    answer = one.ask(Ask.COMPLETE, line=1, column=9)
    assert isinstance(answer, Completions)
    assert [item.label for item in answer.items][:1] == ["cheapest"]


def test_a_module_that_somebody_changed_is_read_again(tab: Tab, languages: LocalLanguages, root: Path) -> None:
    tab.editor.write("load.py", "import prices\n\nprices.dearest\n")
    tab.until(Findings, lambda news: "dearest" in str(news.items))
    (root / "prices.py").write_text("dearest = 1\n")
    languages.files_changed(root, ["prices.py"])
    tab.editor.write("load.py", "import prices\n\nvalue = prices.dearest\n")
    tab.until(Findings, lambda news: "dearest" not in str(news.items))


def test_a_server_that_is_killed_comes_back_with_the_files_that_are_open(tab: Tab, root: Path) -> None:
    tab.editor.write("load.py", CODE)
    killed = servers_of(root)
    assert len(killed) == 2
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    tab.ready()
    assert set(servers_of(root)).isdisjoint(killed)
    assert isinstance(tab.ask(Ask.COMPLETE, line=6, column=26), Completions)


def test_a_server_that_ends_again_and_again_is_left_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = root / "bin" / "basedpyright-langserver"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr("blockwright.adapters.languages.desk.AGAIN_SECONDS", (0.0, 0.0))
    languages = LocalLanguages(("basedpyright",), {"PATH": str(program.parent)})
    try:
        tab = Tab(languages, root)
        failed = tab.until(Servers, lambda news: news.items[0].health is Health.FAILED)
        assert "again and again" in failed.items[0].hint
    finally:
        languages.close()


def test_a_server_that_is_not_installed_is_told_with_the_way_out(root: Path) -> None:
    languages = LocalLanguages(("basedpyright",), {"PATH": "/nowhere"})
    try:
        tab = Tab(languages, root)
        (missing,) = tab.until(Servers).items
        assert (missing.health, missing.hint) == (
            Health.MISSING,
            "Install it where the server runs: pip install 'blockwright[editor]'.",
        )
        tab.editor.write("load.py", CODE)
        assert tab.ask(Ask.COMPLETE) is None
    finally:
        languages.close()


def test_servers_end_when_nobody_edits_any_longer(root: Path) -> None:
    languages = LocalLanguages(BOTH, {"PATH": os.environ["PATH"], "TMPDIR": str(root)}, idle=0.0)
    try:
        tab = Tab(languages, root)
        tab.ready()
        running = servers_of(root)
        tab.editor.close()
        gone(running)
        assert {one.health for one in languages.servers(root)} == {Health.ASLEEP}
    finally:
        languages.close()


@pytest.mark.parametrize("path", ["../secret.py", "/etc/passwd.py", "a/../../b.py", "link/x.py", "a\0.py", ""])
def test_what_lies_outside_of_the_project_is_refused(tab: Tab, root: Path, path: str) -> None:
    (root / "link").symlink_to("/etc")
    for act in (
        lambda: tab.editor.write(path, "x"),
        lambda: tab.editor.leave(path),
        lambda: tab.editor.ask(Question(1, Ask.HOVER, path)),
    ):
        with pytest.raises(Forbidden):
            act()


def test_a_text_without_end_and_a_language_that_nobody_knows(tab: Tab) -> None:
    with pytest.raises(Invalid, match="too long"):
        tab.editor.write("load.py", "x" * (LARGEST_TEXT + 1))
    tab.editor.write("notes.md", "# words")
    assert tab.ask(Ask.HOVER, path="notes.md") is None


def test_neither_runs_what_it_reads_nor_knows_a_secret(tab: Tab, root: Path) -> None:
    (root / "trap.py").write_text("open('sprung', 'w').write('x')\n")
    tab.editor.write("load.py", "import trap\n\ntrap.\n")
    tab.ask(Ask.COMPLETE, line=2, column=5)
    assert not (root / "sprung").exists()
    for pid in servers_of(root):
        assert b"hidden" not in Path(f"/proc/{pid}/environ").read_bytes()
