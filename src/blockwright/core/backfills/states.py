"""How the state of a backfill changes: by what people wish, and by what becomes of its slices."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from blockwright.core.backfills.model import Backfill, BackfillState, SliceState
from blockwright.core.errors import Conflict
from blockwright.core.runs.model import RunState

_QUEUED, _RUNNING, _PAUSED = BackfillState.QUEUED, BackfillState.RUNNING, BackfillState.PAUSED
_CANCELLING = BackfillState.CANCELLING

Tally = Mapping[SliceState, int]


class Wish(StrEnum):
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    RETRY = "retry"  # run again what failed or was cancelled


_AFTER_WISH: Mapping[tuple[BackfillState, Wish], BackfillState] = {
    (_QUEUED, Wish.PAUSE): _PAUSED,
    (_RUNNING, Wish.PAUSE): _PAUSED,
    (_PAUSED, Wish.RESUME): _RUNNING,
    (_QUEUED, Wish.CANCEL): _CANCELLING,
    (_RUNNING, Wish.CANCEL): _CANCELLING,
    (_PAUSED, Wish.CANCEL): _CANCELLING,
    (_RUNNING, Wish.RETRY): _RUNNING,
    (_PAUSED, Wish.RETRY): _PAUSED,
    (BackfillState.FAILED, Wish.RETRY): _RUNNING,
    (BackfillState.CANCELLED, Wish.RETRY): _RUNNING,
}
_WHY_NOT: Mapping[Wish, str] = {
    Wish.PAUSE: "Only one that is queued or running can be paused.",
    Wish.RESUME: "Only one that is paused can be resumed; `retry` runs again what failed.",
    Wish.CANCEL: "It has ended, or is already being cancelled.",
    Wish.RETRY: "There must be a slice that failed or was cancelled, and the backfill must not be ending.",
}


def wished(backfill: Backfill, wish: Wish) -> BackfillState:
    """The state that a wish leads to; raises Conflict (code ``backfill_state``)."""
    after = _AFTER_WISH.get((backfill.state, wish))
    if after is None:
        raise Conflict(f"Backfill {backfill.id} is {backfill.state.value}.", hint=_WHY_NOT[wish], code="backfill_state")
    return after


def settled(state: BackfillState, tally: Tally) -> BackfillState:
    """The state once the slices stand as ``tally`` counts them."""
    if state.final:
        return state
    if tally.get(SliceState.RUNNING):
        return _RUNNING if state is _QUEUED else state
    if state is _CANCELLING:
        return BackfillState.CANCELLED
    if tally.get(SliceState.WAITING):
        return state
    unfinished = tally.get(SliceState.FAILED, 0) + tally.get(SliceState.CANCELLED, 0)
    return BackfillState.FAILED if unfinished else BackfillState.COMPLETED


def slice_after(run: RunState) -> SliceState:
    """The state of a slice whose run ended so."""
    match run:
        case RunState.COMPLETED:
            return SliceState.COMPLETED
        case RunState.CANCELLED:
            return SliceState.CANCELLED
        case RunState.FAILED:
            return SliceState.FAILED
        case _:
            return SliceState.RUNNING


def in_words(tally: Tally) -> str:
    """`3 of 31 slices done, 4 running, 1 failed`."""
    total = sum(tally.values())
    words = [f"{tally.get(SliceState.COMPLETED, 0):,} of {total:,} {'slice' if total == 1 else 'slices'} done"]
    others = (SliceState.RUNNING, SliceState.FAILED, SliceState.CANCELLED)
    words += [f"{tally[state]:,} {state.value}" for state in others if tally.get(state)]
    return ", ".join(words)
