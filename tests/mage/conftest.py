from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from blockwright import mage
from blockwright.mage.finder import MageFinder
from blockwright.sdk import context


class Engine:
    """The engine's end of a block's channel: answers by table, remembers what was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def ask(self, what: str, **details: Any) -> Any:
        self.asked.append((str(what), details))
        answer = self.answers.get(str(what))
        if isinstance(answer, Exception):
            raise answer
        return answer

    def emit(self, frame: Mapping[str, Any]) -> None: ...


@pytest.fixture
def mage_ai() -> Iterator[None]:
    """The names of ``mage_ai`` in this process, and none of them afterwards."""
    mage.install()
    yield
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, MageFinder)]
    for name in [name for name in sys.modules if name.partition(".")[0] == "mage_ai"]:
        del sys.modules[name]


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A running block of run 7 in the project ``tmp_path/shop``; its engine."""
    root = tmp_path / "shop"
    root.mkdir()
    answers = Engine()
    block = context.BlockContext(
        project="shop",
        root=str(root),
        platform_root=str(tmp_path),
        pipeline="daily",
        block="clean",
        run=7,
        variables={"execution_partition": "1/20240102T000000"},
        channel=answers,
        read_output=lambda documents: [document["value"] for document in documents],
    )
    monkeypatch.setattr(context, "_current", block)
    return answers
