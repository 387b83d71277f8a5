"""Links lead somewhere: to a file of the repository, and to a heading where they name one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import DOCS, ROOT, anchors, links, name_of, pages

MADE = {ROOT / "benchmarks" / "results.md"}
"""Written by a command (`make bench`), so it may not be there yet."""


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_link_resolves(page: Path) -> None:
    broken = [target for target in links(page) if not _resolves(page, target)]
    assert not broken


def _resolves(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    file = (page.parent / path).resolve() if path else page
    if file in MADE:
        return True
    if not file.is_relative_to(ROOT) or not file.exists():
        return False
    return not anchor or anchor in anchors(file)


def test_every_page_can_be_reached_from_the_index() -> None:
    reached, todo = set(), [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        if page in reached or page.suffix != ".md" or not page.exists():
            continue
        reached.add(page)
        todo += [(page.parent / target.partition("#")[0]).resolve() for target in links(page)]
    assert not {name_of(page) for page in DOCS.rglob("*.md")} - {name_of(page) for page in reached}


def test_every_room_says_what_lives_in_it() -> None:
    rooms = [ROOT / "src" / "blockwright" / name for name in ROOMS]
    assert not [room.name for room in rooms if not (room / "README.md").is_file()]


ROOMS = (
    *("core", "core/runs", "core/code", "wire", "ports", "services", "engine", "cli", "runner", "codecs", "io", "mage"),
    *("sdk", "adapters", "adapters/db", "adapters/project", "adapters/artifacts", "adapters/executor"),
    *("adapters/tables", "adapters/host"),
)
