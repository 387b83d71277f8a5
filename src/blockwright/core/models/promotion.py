"""Whether a version may take the champion's place: every check with what it found, in a sentence. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from blockwright.core.errors import Invalid
from blockwright.core.models.signatures import breaks
from blockwright.core.models.versions import ModelVersion, lower_is_better


class Alias(StrEnum):
    """The names under which a version can be asked for beside its number."""

    CHAMPION = "champion"  # it answers
    CHALLENGER = "challenger"  # it gets a share of the traffic, or sees it as a shadow
    PREVIOUS = "previous"  # it was the champion before; where a roll back leads
    NEWEST = "newest"  # the highest number


class Kind(StrEnum):
    PROMOTE = "promote"
    ROLL_BACK = "roll_back"
    TRAFFIC = "traffic"  # the split between champion and challenger was changed


class State(StrEnum):
    DONE = "done"
    REFUSED = "refused"  # a check did not hold, or a person said no
    WAITING = "waiting"  # for a person's word


@dataclass(frozen=True, slots=True)
class Rules:
    """What a promotion of a model needs, beside an intact file. ``metric`` empty: none is compared. ``margin`` is by
    how much it must be better, in the metric's own unit. ``approval``: a person has to agree."""

    metric: str = ""
    lower: bool = False
    margin: float = 0.0
    tests: bool = True
    signature: bool = True
    approval: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. ``firm``: it cannot be forced, because the version could not be served."""

    check: str
    holds: bool
    message: str
    firm: bool = False


@dataclass(frozen=True, slots=True)
class Promotion:
    """An entry of the log of one model: who wanted which version to follow which, and what came of it. ``origin`` is
    empty for one of ours, else says who moved an alias elsewhere."""

    id: int
    project: str
    model: str
    kind: Kind
    state: State
    before: int | None
    after: int | None
    by: str
    at: datetime
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    decided_by: str = ""
    decided: datetime | None = None
    origin: str = ""


@dataclass(frozen=True, slots=True)
class BlockTests:
    """How the block that made a version ended, with its tests."""

    passed: int
    failed: int
    ended: bool = True
    completed: bool = True


_KEYS = frozenset({"metric", "better", "margin", "tests", "signature", "approval"})


def rules_of(raw: Mapping[str, Any], model: str) -> Rules:
    """The rules in the project's file under ``models``: of this model, else those of ``default``. Raises Invalid naming
    the key that is wrong."""
    said = raw.get("models") or {}
    if not isinstance(said, Mapping):
        raise _wrong("models", "must be rules by the name of the model")
    found = said.get(model, said.get("default")) or {}
    where = f"models.{model if model in said else 'default'}"
    if not isinstance(found, Mapping):
        raise _wrong(where, "must be an object")
    unknown = sorted(str(key) for key in found.keys() - _KEYS)
    if unknown:
        raise _wrong(f"{where}.{unknown[0]}", f"is not known; there are {', '.join(sorted(_KEYS))}")
    metric, margin = found.get("metric") or "", found.get("margin", 0.0)
    if not isinstance(metric, str):
        raise _wrong(f"{where}.metric", "must be the name of a metric")
    if isinstance(margin, bool) or not isinstance(margin, int | float) or margin < 0:
        raise _wrong(f"{where}.margin", "must be a number of at least 0")
    better = found.get("better", "lower" if lower_is_better(metric) else "higher")
    if better not in ("lower", "higher"):
        raise _wrong(f"{where}.better", "must be `lower` or `higher`")
    switches = {}
    for key, default in (("tests", True), ("signature", True), ("approval", False)):
        switches[key] = found.get(key, default)
        if not isinstance(switches[key], bool):
            raise _wrong(f"{where}.{key}", "must be true or false")
    return Rules(metric, better == "lower", float(margin), **switches)


def judge(
    candidate: ModelVersion, champion: ModelVersion | None, rules: Rules, tests: BlockTests | None
) -> tuple[Finding, ...]:
    """What the rules say of the candidate. ``tests`` are those of the block that made it; None when there is none."""
    found = []
    if rules.tests:
        found.append(_tests(tests))
    if champion is not None and rules.signature:
        found.append(_signature(candidate, champion))
    if champion is not None and rules.metric:
        found.append(_metric(candidate, champion, rules))
    return tuple(found)


def _tests(tests: BlockTests | None) -> Finding:
    if tests is None:
        return Finding("tests", True, "no block that is on record made it, so there are no tests to look at")
    if not tests.ended:
        return Finding(
            "tests", False, "the block that made it has not ended, so its tests did not run; promote after it"
        )
    if tests.failed:
        every = tests.passed + tests.failed
        return Finding("tests", False, f"{tests.failed} of {every} tests of the block that made it failed")
    if not tests.completed:
        return Finding("tests", False, "the block that made it failed")
    passed = f"{tests.passed} tests of the block that made it passed" if tests.passed else "its block has no tests"
    return Finding("tests", True, passed)


def _signature(candidate: ModelVersion, champion: ModelVersion) -> Finding:
    old, new = champion.facts.signature, candidate.facts.signature
    if old is None:
        return Finding("signature", True, f"version {champion.number} has none that callers could rely on")
    if new is None:
        return Finding("signature", False, f"it has none, but version {champion.number} has one that callers rely on")
    found = breaks(old, new)
    if found:
        return Finding("signature", False, f"requests for version {champion.number} would fail: {'; '.join(found)}")
    return Finding("signature", True, f"it takes what version {champion.number} takes")


def _metric(candidate: ModelVersion, champion: ModelVersion, rules: Rules) -> Finding:
    name = rules.metric
    if name not in candidate.facts.metrics:
        return Finding("metric", False, f"it was registered without the metric `{name}`")
    rival = candidate.facts.rivals.get(champion.number)
    if rival is None:
        if not candidate.facts.held_out or candidate.facts.held_out != champion.facts.held_out:
            return Finding(
                "metric",
                False,
                f"`{name}` of version {champion.number} was not measured on the same held-out data "
                "(register with the same `held_out`, or with `rivals`)",
            )
        rival = champion.facts.metrics
    if name not in rival:
        return Finding("metric", False, f"version {champion.number} has no `{name}` to compare with")
    mine, theirs = candidate.facts.metrics[name], rival[name]
    gain = theirs - mine if rules.lower else mine - theirs
    better = gain > 0 if rules.margin == 0 else gain >= rules.margin
    word = "lower" if rules.lower else "higher"
    least = f" by at least {rules.margin:g}" if rules.margin else ""
    message = f"`{name}` is {mine:g}, that of version {champion.number} {theirs:g}; it must be {word}{least}"
    return Finding("metric", better, message)


def refusal(candidate: ModelVersion, findings: tuple[Finding, ...], *, forced: bool) -> str:
    """Why the version cannot be promoted; empty when it can. What is ``forced`` stands aside, but for firm checks."""
    wrong = [finding.message for finding in findings if not finding.holds and (finding.firm or not forced)]
    return f"Version {candidate.number} of `{candidate.model}`: {'; '.join(wrong)}." if wrong else ""


def _wrong(key: str, what: str) -> Invalid:
    return Invalid(
        f"`{key}` in the project's `metadata.yaml` {what}.",
        hint="`docs/reference/models.md` lists the rules of promotion.",
        code="model_rules",
    )
