from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockwright.core.backfills.model import Backfill, BackfillId, BackfillState, Definition, SliceState
from blockwright.core.backfills.states import Wish, in_words, settled, wished
from blockwright.core.errors import Conflict

WAITING, RUNNING, DONE, FAILED, CANCELLED = SliceState


def backfill(state: BackfillState) -> Backfill:
    return Backfill(BackfillId(1), "shop", "p", "b", state, Definition(), 1, datetime(2024, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("state", "tally", "after"),
    [
        ("queued", {WAITING: 3}, "queued"),
        ("queued", {WAITING: 2, RUNNING: 1}, "running"),
        ("queued", {DONE: 3}, "completed"),  # an earlier run did every slice
        ("running", {WAITING: 1, DONE: 1}, "running"),
        ("running", {DONE: 3}, "completed"),
        ("running", {DONE: 2, FAILED: 1}, "failed"),
        ("running", {DONE: 2, CANCELLED: 1}, "failed"),
        ("paused", {WAITING: 1}, "paused"),
        ("paused", {RUNNING: 1, WAITING: 1}, "paused"),
        ("paused", {DONE: 2}, "completed"),
        ("cancelling", {RUNNING: 1, CANCELLED: 1}, "cancelling"),
        ("cancelling", {DONE: 1, CANCELLED: 1}, "cancelled"),
        ("failed", {DONE: 3}, "failed"),  # only a wish brings it back
    ],
)
def test_the_state_follows_from_the_slices(state: str, tally: dict[SliceState, int], after: str) -> None:
    assert settled(BackfillState(state), tally) == after


@pytest.mark.parametrize("state", BackfillState)
@pytest.mark.parametrize("wish", Wish)
def test_a_wish_is_granted_or_refused_with_the_state(state: BackfillState, wish: Wish) -> None:
    granted = {
        Wish.PAUSE: {"queued": "paused", "running": "paused"},
        Wish.RESUME: {"paused": "running"},
        Wish.CANCEL: {"queued": "cancelling", "running": "cancelling", "paused": "cancelling"},
        Wish.RETRY: {"running": "running", "paused": "paused", "failed": "running", "cancelled": "running"},
    }
    after = granted[wish].get(state.value)
    if after is not None:
        assert wished(backfill(state), wish) == after
        return
    with pytest.raises(Conflict, match=f"is {state.value}"):
        wished(backfill(state), wish)


@given(st.sampled_from(BackfillState), st.dictionaries(st.sampled_from(SliceState), st.integers(0, 3)))
def test_it_ends_only_when_every_slice_has(state: BackfillState, tally: dict[SliceState, int]) -> None:
    after = settled(state, tally)
    if not state.final and after.final:
        assert not tally.get(RUNNING)
        assert after is BackfillState.CANCELLED or not tally.get(WAITING)
    assert settled(after, tally) == after


def test_progress_in_words() -> None:
    assert in_words({DONE: 1}) == "1 of 1 slice done"
    assert in_words({DONE: 3, WAITING: 20, RUNNING: 4, FAILED: 1}) == "3 of 28 slices done, 4 running, 1 failed"
