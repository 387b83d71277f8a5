from __future__ import annotations

from blockwright.core.blocks import BlockId
from blockwright.core.freshness import Evidence, Freshness, Standing, judge

A, B, C = BlockId("a"), BlockId("b"), BlockId("c")
DONE = Evidence(has_result=True)


def after(*names: BlockId, **fields: object) -> Evidence:
    return Evidence(names, has_result=True, **fields)  # type: ignore[arg-type]


def test_what_did_not_change_is_fresh() -> None:
    standings = judge({A: DONE, B: after(A, reused=True), C: Evidence((B,), runs=False)})
    assert [standing.freshness for standing in standings.values()] == [
        Freshness.FRESH,
        Freshness.REUSED,
        Freshness.NONE,
    ]


def test_what_is_behind_a_change_is_stale_as_well_and_says_why() -> None:
    standings = judge({C: after(B), B: after(A), A: after(differs=("its code changed",))})
    assert standings[A] == Standing(Freshness.STALE, ("its code changed",))
    assert standings[B].reasons == ("its input `a` is stale",)
    assert standings[C].reasons == ("its input `b` is stale",)


def test_a_missing_result_is_no_change_of_the_block_itself() -> None:
    standings = judge({A: Evidence(), B: after(A)})
    assert standings[A].freshness is Freshness.NEVER_RUN
    assert standings[B].reasons == ("its input `a` has no result",)


def test_a_pinned_result_counts_whatever_changed() -> None:
    standings = judge({A: after(differs=("its code changed",), pinned=True), B: after(A)})
    assert (standings[A].freshness, standings[B].freshness) == (Freshness.PINNED, Freshness.FRESH)
    assert standings[A].reasons == ()
    restored = judge({A: after(pinned=True, why_pinned="the result of run 3 was restored")})
    assert restored[A].reasons == ("the result of run 3 was restored",)


def test_a_circle_is_judged_and_does_not_hang() -> None:
    assert set(judge({A: after(B), B: after(A)})) == {A, B}
