"""A run in one process: attempt after attempt in the same fork, values handed over in memory."""

from __future__ import annotations

import json
import signal
from pathlib import Path

from blockwright.ports.executors import AttemptCommitted, AttemptExited
from blockwright.wire.documents import dump, load
from blockwright.wire.manifests import Manifest, Outcome
from blockwright.wire.specs import Input, Limits
from tests.runner.bench import Bench, Done, alive

PID = """
import os
@custom
def give(*args, context, **kwargs):
    context['n'] = context.get('n', 0) + 1
    return {'pid': os.getpid(), 'n': context['n']}
"""

SPEAK = """
import os, sys
@custom
def speak(*args, word, **kwargs):
    print(word)
    print(word, file=sys.stderr)
    sys.stdout.flush()
    os.dup2(os.open('/dev/null', os.O_WRONLY), 1)
"""

CHANGE = """
@custom
def change(both):
    both[0]['list'].append(2)
    both[1].loc[0, 'a'] = 5
    return len(both[0]['list']) + int(both[1]['a'][0])
"""


def following(done: Done, block: str = "before") -> Input:
    return Input(block, done.manifest.outputs)


def test_attempts_share_a_process_and_the_context(runner: Bench) -> None:
    first, second = (runner.run(PID, session="share") for _ in range(2))
    (one,), (two,) = runner.project.values(first.manifest), runner.project.values(second.manifest)
    assert one["pid"] == two["pid"] == first.started.pid
    assert (one["n"], two["n"]) == (1, 2)


def test_each_attempt_has_its_own_log_even_when_it_moved_its_output(runner: Bench) -> None:
    specs = [runner.start(SPEAK, session="logs", variables={"word": word}) for word in ("one", "two", "three")]
    assert [runner.finish(spec).text.split() for spec in specs] == [["one"] * 2, ["two"] * 2, ["three"] * 2]


def test_values_in_memory_are_handed_on_and_not_written(runner: Bench) -> None:
    first = runner.run("@custom\ndef give(): return {'never': 'written to disk'}\n", session="memory", in_memory=True)
    second = runner.run(
        "@custom\ndef take(one): print(one['never'].upper())\n",
        session="memory",
        in_memory=True,
        inputs=(following(first),),
    )
    assert second.text == "WRITTEN TO DISK"
    blobs = [path for path in runner.project.store.rglob("*") if path.is_file()]
    assert not any(b"written to disk" in path.read_bytes() and b"def" not in path.read_bytes() for path in blobs)


def test_a_value_lost_with_its_process_is_told(runner: Bench) -> None:
    first = runner.run("@custom\ndef give(): return {'a': 1}\n", session="lost", in_memory=True)
    runner.executor.end_session("lost")
    second = runner.run("@custom\ndef take(one): pass\n", session="lost-2", in_memory=True, inputs=(following(first),))
    assert second.manifest.error is not None
    assert "kept in memory only" in second.manifest.error.message


def test_changing_an_input_in_place_changes_nobody_elses(runner: Bench) -> None:
    first = runner.run(
        "import pandas\n@custom\ndef give(): return [{'list': [1]}, pandas.DataFrame({'a': [1]})]\n", session="copy"
    )
    results = [
        runner.project.values(runner.run(CHANGE, session="copy", inputs=(following(first),)).manifest) for _ in range(3)
    ]
    assert results == [[7], [7], [7]]


def test_a_failing_block_and_sys_exit_leave_the_session_alive(runner: Bench) -> None:
    before = runner.run(PID, session="alive")
    for body in ("1 / 0", "import sys; sys.exit(1)"):
        assert runner.run(f"@custom\ndef fail(*a):\n    {body}\n", session="alive").manifest.outcome is Outcome.FAILED
    assert runner.run(PID, session="alive").started.pid == before.started.pid


def test_a_crash_takes_one_attempt_and_the_others_go_on_in_a_new_process(runner: Bench) -> None:
    stored = runner.run("@custom\ndef give(): return 5\n", session="crash")
    crash = runner.start("import os\n@custom\ndef fall(*a): os._exit(3)\n", session="crash")
    after = runner.start("@custom\ndef take(one): return one + 1\n", session="crash", inputs=(following(stored),))
    crashed, done = runner.finish(crash), runner.finish(after)
    assert (crashed.exited.status, crashed.committed) == (3, False)
    assert runner.project.values(done.manifest) == [6]
    assert done.started.pid != stored.started.pid


def test_a_timeout_and_a_cancel_reach_the_right_attempt(runner: Bench) -> None:
    stay = "import time\n@custom\ndef stay(*a): time.sleep(600)\n"
    slow = runner.start(stay, session="slow", limits=Limits(timeout=0.2))
    waiting = runner.start(stay, session="slow")
    runner.executor.cancel(waiting.attempt_id, grace=5, why="cancelled")
    cancelled, late = runner.finish(waiting), runner.finish(slow)
    assert (late.exited.status, late.exited.killed) == (-signal.SIGTERM, "timeout")
    assert cancelled.exited.killed == "cancelled"
    assert not any(isinstance(event, AttemptExited) and event.status == 0 for event in late.events)


def test_the_process_of_a_finished_session_ends(runner: Bench) -> None:
    done = runner.run(PID, session="finish")
    runner.executor.end_session("finish")
    follower = runner.run(PID)  # whatever came before has been heard when this is over
    assert follower.exited.status == 0
    runner.until_gone(done.started.pid)
    assert not alive(done.started.pid)


def test_large_specs_travel_by_their_document(runner: Bench) -> None:
    variables = {"text": "x" * 300_000}
    for session in (None, "large"):
        done = runner.run("@custom\ndef size(*a, text): return len(text)\n", session=session, variables=variables)
        assert runner.project.values(done.manifest) == [300_000]
        assert Path(done.spec.work, "spec.json").exists()


def test_a_short_manifest_comes_along_and_a_long_one_by_its_path(runner: Bench) -> None:
    for session in (None, "brief"):
        short = runner.run("@custom\ndef give(): return float('nan')\n", session=session)
        long = runner.run("@custom\ndef give(): return ['x' * 99] * 100\n", session=session)
        (told,) = [each for each in short.events if isinstance(each, AttemptCommitted)]
        (silent,) = [each for each in long.events if isinstance(each, AttemptCommitted)]
        assert json.dumps(dump(load(Manifest, told.brief))) == json.dumps(dump(short.manifest))
        assert silent.brief is None


def test_an_attempt_given_ahead_takes_what_those_before_it_gave(runner: Bench) -> None:
    first = runner.start("@custom\ndef give(): return 5\n", session="ahead")
    second = runner.project.spec(
        "@custom\ndef take(one): return one + 1\n",
        session="ahead",
        inputs=(Input("before", source=first.attempt_id),),
    )
    runner.executor.start(second, after=(first.attempt_id,))
    done = runner.finish(second)
    assert runner.project.values(done.manifest) == [6]
    assert runner.finish(first).started.at <= done.started.at


def test_what_follows_a_failure_is_dropped_and_the_session_goes_on(runner: Bench) -> None:
    fail = runner.start("@custom\ndef fail(): 1 / 0\n", session="drop")
    behind = [runner.project.spec(PID, session="drop") for _ in range(2)]
    runner.executor.start(behind[0], after=(fail.attempt_id,))
    runner.executor.start(behind[1], after=(behind[0].attempt_id,))
    beside = runner.start(PID, session="drop")
    assert runner.finish(beside).manifest.outcome is Outcome.COMPLETED
    for spec in behind:
        dropped = runner.finish(spec)
        assert (dropped.exited.killed, dropped.exited.begun, dropped.committed) == ("dropped", False, False)
        assert not Path(spec.work, "manifest.json").exists()


def test_what_was_given_ahead_is_dropped_with_its_process_unless_it_follows_nothing(runner: Bench) -> None:
    fall = runner.start("import os\n@custom\ndef fall(): os._exit(3)\n", session="fall")
    behind = runner.project.spec(PID, session="fall")
    runner.executor.start(behind, after=(fall.attempt_id,))
    beside = runner.start(PID, session="fall")
    assert runner.finish(beside).manifest.outcome is Outcome.COMPLETED
    assert (runner.finish(fall).exited.status, runner.finish(behind).exited.killed) == (3, "dropped")
