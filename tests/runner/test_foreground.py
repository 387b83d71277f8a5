"""One attempt in the foreground, with the terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from blockwright.adapters.executor.documents import document_of
from blockwright.adapters.executor.foreground import ForegroundExecutor
from blockwright.ports.executors import AttemptAsked, AttemptCommitted, AttemptExited, AttemptStarted
from tests.runner.bench import Project

COMMAND = [sys.executable, "-m", "blockwright.runner.foreground"]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "project")


def run(project: Project, code: str, *options: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    spec = project.spec(code)
    return subprocess.run(
        [*COMMAND, str(document_of(spec)), *options],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_input_and_output_are_the_terminals(project: Project) -> None:
    done = run(project, "@custom\ndef ask(): print('hello', input('name? '))\n", stdin="you\n")
    assert (done.returncode, done.stdout) == (0, "name? hello you\n")


def test_a_failure_is_shown_and_committed(project: Project) -> None:
    done = run(project, "@custom\ndef fail(*, logger):\n    logger.info('rows', count=3)\n    1 / 0\n")
    assert done.returncode == 1
    assert "[info] rows {'count': 3}" in done.stderr
    assert "ZeroDivisionError" in done.stderr
    (manifest,) = project.folder.rglob("manifest.json")
    assert json.loads(manifest.read_text())["outcome"] == "failed"


def test_the_debugger_stops_at_the_functions_first_line_and_at_the_error(project: Project) -> None:
    code = "@custom\ndef fail():\n    value = 41 + 1\n    return value / 0\n"
    done = run(project, code, "--debug", stdin="p 'first'\ncontinue\np value\nquit\n")
    assert done.returncode == 1
    assert "-> value = 41 + 1" in done.stdout
    assert "42" in done.stdout


@pytest.mark.parametrize(
    "code",
    [
        "@custom\nasync def work():\n    value = 41 + 1\n    return value\n",
        "@custom\ndef work():\n    value = 41 + 1\n    yield value\n",
        "@custom\nasync def work():\n    value = 41 + 1\n    yield value\n",
    ],
    ids=["coroutine", "generator", "asynchronous generator"],
)
def test_the_debugger_stops_in_functions_whose_call_runs_nothing_yet(project: Project, code: str) -> None:
    done = run(project, code, "--debug", stdin="next\nnext\np 'seen', value\ncontinue\n")
    assert "-> value = 41 + 1" in done.stdout
    assert "('seen', 42)" in done.stdout
    assert done.returncode == 0, done.stderr


def test_the_executor_answers_questions_and_tells_the_end(project: Project) -> None:
    spec = project.spec(
        "from blockwright.sdk.context import current\n"
        "@custom\ndef ask(): return current().channel.ask('secret', name='KEY')\n"
    )
    executor = ForegroundExecutor(python=sys.executable, debug=False)
    executor.start(spec)
    kinds: list[type] = []
    while AttemptExited not in kinds:
        for event in executor.wait(60):
            kinds.append(type(event))
            if isinstance(event, AttemptAsked):
                executor.answer(event.attempt_id, event.request, value="s3cret")
    executor.close()
    assert kinds == [AttemptStarted, AttemptAsked, AttemptCommitted, AttemptExited]
    assert project.values_of(spec) == ["s3cret"]


def test_cancel_ends_the_attempt(project: Project) -> None:
    spec = project.spec("import time\n@custom\ndef stay(): time.sleep(600)\n")
    executor = ForegroundExecutor(python=sys.executable, debug=False)
    executor.start(spec)
    executor.wait(60)
    executor.cancel(spec.attempt_id, grace=0, why="cancelled")
    (exited,) = executor.wait(60)
    executor.close()
    assert isinstance(exited, AttemptExited)
    assert (exited.killed, exited.status < 0) == ("cancelled", True)
    assert os.listdir(spec.work) == ["spec.json"]
