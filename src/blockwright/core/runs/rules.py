"""Trigger rules on joins: may a block start, given how its upstreams ended so far?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import assert_never

from blockwright.core.blocks import TriggerRule
from blockwright.core.runs.model import BlockState


class Verdict(Enum):
    WAIT = "wait"
    START = "start"
    SKIP = "skip"
    FAIL = "fail"  # the rule can no longer hold because something upstream failed


@dataclass(slots=True)
class Tally:
    """How many upstreams ended how; the one mutable count of the room, owned by a LiveRun."""

    open: int = 0
    succeeded: int = 0
    failed: int = 0
    skipped: int = 0

    def count(self, state: BlockState) -> None:
        """One more upstream has ended in ``state``."""
        self.open -= 1
        if state is BlockState.COMPLETED:
            self.succeeded += 1
        elif state is BlockState.SKIPPED:
            self.skipped += 1
        else:
            self.failed += 1


def judge(rule: TriggerRule, tally: Tally) -> Verdict:
    """The verdict as soon as it is sure, whatever the open upstreams may still bring."""
    done = tally.open == 0
    match rule:
        case TriggerRule.ALL_SUCCESS:
            if tally.failed:
                return Verdict.FAIL
            if not done:
                return Verdict.WAIT
            return Verdict.SKIP if tally.skipped else Verdict.START
        case TriggerRule.ALL_DONE:
            return Verdict.START if done else Verdict.WAIT
        case TriggerRule.ALL_FAILED:
            if tally.succeeded or tally.skipped:
                return Verdict.SKIP
            return Verdict.START if done else Verdict.WAIT
        case TriggerRule.ONE_SUCCESS:
            if tally.succeeded:
                return Verdict.START
            if not done:
                return Verdict.WAIT
            return Verdict.FAIL if tally.failed else Verdict.SKIP
        case TriggerRule.ONE_FAILED:
            if tally.failed:
                return Verdict.START
            return Verdict.SKIP if done else Verdict.WAIT
        case TriggerRule.NONE_FAILED:
            if tally.failed:
                return Verdict.FAIL
            return Verdict.START if done else Verdict.WAIT
        case TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS:
            if tally.failed:
                return Verdict.FAIL
            if not done:
                return Verdict.WAIT
            return Verdict.START if tally.succeeded else Verdict.SKIP
    assert_never(rule)
