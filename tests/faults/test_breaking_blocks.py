"""Blocks that end their process, leave things behind, or give what nobody can store: one run, and it says what."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import dedent
from typing import Any

import pytest

from tests.faults.gates import nobody_left
from tests.project import Project, block_of, states

pytestmark = pytest.mark.fault

FAILING: dict[str, tuple[str, str]] = {
    # block: (what its function does, words of the reason)
    "segfaults": ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
    "aborts": ("os.abort()", "SIGABRT"),
    "exits_with_0": ("os._exit(0)", "exit code 0"),
    "exits_with_3": ("os._exit(3)", "exit code 3"),
    "kills_its_group": ("os.killpg(0, signal.SIGKILL)", "SIGKILL"),
    "calls_exit": ("sys.exit(4)", "sys.exit(4)"),
    "recurses": ("return recurses()", "RecursionError"),
    "cannot_say": ("raise Mute()", "Mute: <its message cannot be shown"),
    "says_nothing": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "knows_only_the_key": ("return {}['price']", "KeyError: 'price'"),
    "gives_a_lock": ("return threading.Lock()", "cannot be pickled"),
    "yields_locks": ("yield threading.Lock()", "cannot be pickled"),
    "prints_to_nowhere": ("os.close(1); os.close(2); print('x' * 9999)", "Bad file descriptor"),
    "grows": ("keep = [bytearray(b'1') * 10_000_000 for _ in range(200)]; time.sleep(600)", "the limit is"),
    "sleeps_on": ("signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)", "Stopped after 1 s"),
}
HARMLESS: dict[str, str] = {
    "forks_children": "[os.fork() or time.sleep(600) or os._exit(0) for _ in range(3)]",
    "forks_daemon": """
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(600)
            os._exit(0)
        os.wait()
    """,
    "closes_everything": "os.closerange(0, 4096)",
    "closes_its_streams": "sys.stdout.close(); sys.stderr.close()",
    "starts_endless_thread": "threading.Thread(target=time.sleep, args=(600,)).start()",
    "lingers_at_exit": "atexit.register(time.sleep, 600)",
    "goes_away": "os.chdir('/')",
    "removes_its_folder": "folder = tempfile.mkdtemp(); os.chdir(folder); os.rmdir(folder)",
    "prints_no_text": "os.write(1, b'\\xff\\xfe bad\\n'); print('half \\ud800')",
    "prints_100_megabytes": "line = 'x' * 999; [print(line) for _ in range(100_000)]; print('the end')",
}
LIMITS: dict[str, dict[str, Any]] = {"grows": {"resources": {"memory": "300MB"}}, "sleeps_on": {"timeout": 1}}
BEHIND = "@data_exporter\ndef behind(value, *args):\n    return value\n"
HEAD = """import atexit, os, signal, sys, tempfile, threading, time

class Mute(Exception):
    def __str__(self):
        raise ValueError("no")

"""


def source(name: str, body: str) -> str:
    lines = [f"    {line}" for line in dedent(body).strip().splitlines()]
    ending = [] if "yield" in body else ["    return 5"]
    return "\n".join([HEAD, "@data_loader", f"def {name}(*args, **kwargs):", *lines, *ending, ""])


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("faults") / "shop"
    root.mkdir()
    return Project(root, {"BLOCKWRIGHT_TEST_MARK": str(root)})


@pytest.fixture(scope="module")
def report(project: Project) -> Iterator[dict[str, Any]]:
    """All of them in one run."""
    bodies = {**{name: body for name, (body, _) in FAILING.items()}, **HARMLESS}
    blocks = [
        {"kind": "loader", "id": name, "code": source(name, body), **LIMITS.get(name, {})}
        for name, body in bodies.items()
    ]
    project.pipeline("p", *blocks, {"kind": "exporter", "id": "behind", "after": ["segfaults"], "code": BEHIND})
    report = project.report("run", "p", timeout=100)
    yield report
    nobody_left(project)


@pytest.mark.parametrize("block", FAILING)
def test_a_block_that_breaks_fails_alone_and_says_why(report: dict[str, Any], block: str) -> None:
    found = block_of(report, block)
    assert (found["state"], found["attempts"]) == ("failed", 1), found
    assert FAILING[block][1] in found["reason"], found["reason"]
    assert found["error"]["message"] or found["error"]["type"]


@pytest.mark.parametrize("block", HARMLESS)
def test_what_a_block_does_to_its_own_process_harms_nobody(report: dict[str, Any], block: str) -> None:
    found = block_of(report, block)
    assert (found["state"], found["error"]) == ("completed", None)


def test_the_run_names_a_block_and_what_happened(report: dict[str, Any]) -> None:
    assert (report["exit"], report["state"]) == (1, "failed")
    assert report["reason"].startswith("`segfaults` failed: The block's process was killed by signal 11 (SIGSEGV)")
    assert report["reason"].endswith(f"(and {len(FAILING) - 1} more failed)")
    assert states(report)["behind"] == "upstream_failed"


def test_nothing_of_the_run_lives_on(project: Project, report: dict[str, Any]) -> None:
    nobody_left(project)
    assert report["state"] == "failed"


def test_a_long_log_is_kept_at_both_ends(project: Project, report: dict[str, Any]) -> None:
    lines = project.report("logs", str(report["run"]), "--block", "prints_100_megabytes")["lines"]
    messages = [line["message"] for line in lines]
    assert messages[0] == "x" * 999
    assert "the end" in messages[-2:]
    assert any("were left out" in message for message in messages)
    assert sum(map(len, messages)) < 12_000_000


def test_bytes_that_are_no_text_are_shown_all_the_same(project: Project, report: dict[str, Any]) -> None:
    shown = project.run("logs", str(report["run"]), "--block", "prints_no_text")
    assert (shown.code, "bad" in shown.out, "half" in shown.out) == (0, True, True)


def test_the_logs_of_finished_blocks_do_not_tell_of_our_housekeeping(project: Project, report: dict[str, Any]) -> None:
    lines = project.report("logs", str(report["run"]), "--block", "goes_away")["lines"]
    assert lines == []


def test_retry_with_mended_code_completes(project: Project, report: dict[str, Any]) -> None:
    for name in FAILING:
        project.write(f"data_loaders/{name}.py", source(name, "pass"))
    again = project.report("retry", str(report["run"]), timeout=100)
    assert (again["exit"], again["state"]) == (0, "completed"), again
    assert {block_of(again, name)["attempts"] for name in FAILING} == {2}
    assert {block_of(again, name)["attempts"] for name in HARMLESS} == {1}
