"""What is kept of what a terminal showed, and who is waited for."""

from __future__ import annotations

from blockwright.adapters.terminals.screen import AHEAD, KEPT, LOST_SIGHT_SECONDS, UNATTENDED_RATE, Screen


class SetTime:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_whoever_comes_later_sees_what_was_shown_before() -> None:
    screen = Screen()
    screen.add(b"first\n")
    viewer = screen.look(lambda: None)
    screen.add(b"second\n")
    output = screen.take(viewer)
    assert output is not None
    assert (output.data, output.start, output.missed) == (b"first\nsecond\n", 0, False)
    assert screen.take(viewer) is None


def test_of_much_the_last_is_kept_from_the_beginning_of_a_line() -> None:
    screen = Screen()
    line = b"x" * 99 + b"\n"
    for _ in range(4 * KEPT // 100):
        screen.add(line)
    output = screen.take(screen.look(lambda: None))
    assert output is not None
    assert output.start % 100 == 0
    assert output.start >= screen.written - KEPT
    assert output.data.startswith(line)


def test_who_falls_behind_what_is_kept_is_told_that_something_is_missing() -> None:
    screen = Screen()
    viewer = screen.look(lambda: None)
    for _ in range(40):
        screen.add(b"y" * KEPT)
    output = screen.take(viewer)
    assert output is not None
    assert output.missed
    assert output.start > 0


def test_a_program_is_held_back_until_somebody_has_seen_more() -> None:
    time = SetTime()
    screen = Screen(time)
    viewer = screen.look(lambda: None)
    assert screen.pace() is None
    taken = 0
    screen.add(b"z" * AHEAD)
    while (output := screen.take(viewer)) is not None:
        taken = output.start + len(output.data)
    assert taken == AHEAD
    assert screen.pace() == 0
    screen.shown(viewer, AHEAD)
    assert screen.pace() is None


def test_the_quickest_who_looks_sets_the_pace_and_who_lost_sight_sets_none() -> None:
    time = SetTime()
    screen = Screen(time)
    quick, slow = screen.look(lambda: None), screen.look(lambda: None)
    screen.add(b"z" * AHEAD)
    while (output := screen.take(quick)) is not None:
        screen.shown(quick, output.start + len(output.data))
    assert screen.pace() is None
    screen.leave(quick)
    assert screen.pace() == 0
    time.now += LOST_SIGHT_SECONDS + 1
    assert screen.pace() == UNATTENDED_RATE
    screen.shown(slow, 0)
    assert screen.pace() == 0


def test_a_program_that_nobody_looks_at_goes_on_slowly() -> None:
    screen = Screen()
    assert screen.pace() == UNATTENDED_RATE
    viewer = screen.look(lambda: None)
    screen.leave(viewer)
    assert screen.pace() == UNATTENDED_RATE


def test_at_the_end_everything_is_handed_out() -> None:
    screen = Screen()
    viewer = screen.look(lambda: None)
    screen.add(b"e" * (AHEAD + 10))
    screen.finish()
    total = 0
    while (output := screen.take(viewer)) is not None:
        total += len(output.data)
    assert total == AHEAD + 10
