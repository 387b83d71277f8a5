"""What the pages tell a reader to type works, in the order of the page, in a folder of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import Step, name_of, pages, steps
from tests.project import FOREIGN

WITH_STEPS = [page for page in pages() if any(step.commands for step in steps(page))]
_PLACE = "\x1eplace:"


class Reader:
    """Somebody who follows a page: types into one terminal, and stands where the last command left them."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.place = home

    def follow(self, step: Step) -> None:
        """Do what the step says; fails with what was printed when it does not go as the page has it."""
        if step.path is not None:
            file = self.place / step.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(step.content, encoding="utf-8")
            return
        printed = ""
        for place, command in enumerate(step.commands):
            last = place == len(step.commands) - 1
            code, text = self._type(command)
            printed += text
            assert code == (step.exit if last else 0), f"line {step.line}: `{command}` ended with {code}:\n{text}"
        if step.compared:
            assert not (missing := _missing(step.shown, printed)), (
                f"line {step.line}: {missing!r} was not printed, or not in this order:\n{printed}"
            )

    def _type(self, command: str) -> tuple[int, str]:
        done = subprocess.run(
            ["bash", "-c", f'{command}\ncode=$?; printf "{_PLACE}%s" "$PWD" >&2; exit $code'],
            cwd=self.place,
            env=self._environ(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=110,
            check=False,
        )
        text, _, place = done.stdout.rpartition(_PLACE)
        self.place = Path(place)
        return done.returncode, text

    def _environ(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        binaries = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
        return {**kept, "PATH": binaries, "HOME": str(self._home), "NO_COLOR": "1"}


def _missing(shown: tuple[str, ...], printed: str) -> str | None:
    """The first shown line that does not follow the ones before it; spaces do not count."""
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    for wanted in shown:
        pattern = re.compile(".*".join(re.escape(" ".join(part.split())) for part in wanted.split("…")))
        while lines and not pattern.search(lines[0]):
            lines.pop(0)
        if not lines:
            return wanted
        lines.pop(0)
    return None


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("page", WITH_STEPS, ids=name_of)
def test_a_reader_can_follow_the_page(page: Path, tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    for step in steps(page):
        reader.follow(step)


def test_a_line_that_was_not_printed_is_noticed() -> None:
    assert _missing(("run … completed", "done"), "run 1: completed\n  all\nis done") is None
    assert _missing(("done", "run"), "run 1\ndone") == "run"
