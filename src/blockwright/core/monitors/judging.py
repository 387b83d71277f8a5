"""What to make of a measurement: of every feature one verdict in words, and what of it deserves somebody's attention.

A change is called drift only when it is both real and large enough. Real: chance alone would rarely show it, corrected
for the number of features that were looked at (Benjamini and Hochberg 1995: of what is called real, on average at most
the share ``p_value`` is not). Large enough: the population stability index reaches its bound; of a million rows every
triviality is real. With too few rows neither is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from blockwright.core.durations import in_words
from blockwright.core.monitors.definitions import DriftRules, FindingKind, Monitor, PerformanceRules, QualityRules
from blockwright.core.monitors.measurements import FeatureMeasure, Measurement, Performance


class Verdict(StrEnum):
    DRIFTED = "drifted"  # it is distributed otherwise, by enough to matter
    SMALL = "small"  # it is distributed otherwise, by too little to matter
    NOISE = "noise"  # what differs may be chance
    TOO_FEW = "too_few"  # not enough rows to say
    UNKNOWN = "unknown"  # there is nothing to compare it with


@dataclass(frozen=True, slots=True)
class FeatureVerdict:
    """``adjusted`` is the p-value corrected for the number of features, None where nothing was tested. ``text`` is a
    sentence; ``troubles`` are sentences about what of its values cannot be right."""

    measure: FeatureMeasure
    verdict: Verdict
    text: str
    adjusted: float | None = None
    troubles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """Something that deserves attention, with a sentence that says what."""

    kind: FindingKind
    reason: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """``found`` is empty when all is well; ``unsaid`` are the kinds of which nothing can be said for want of rows: what
    was found of them before still holds. ``text`` sums it up."""

    features: tuple[FeatureVerdict, ...]
    predictions: FeatureVerdict | None
    found: tuple[Found, ...]
    unsaid: tuple[FindingKind, ...]
    text: str


def judge(monitor: Monitor, measured: Measurement, *, now: datetime, since: datetime) -> Judgement:
    """``since`` is from when on the version could be asked: silence begins there at the earliest."""
    every = [*measured.features, *([measured.predictions] if measured.predictions else [])]
    verdicts = _verdicts(monitor, every)
    features = tuple(verdicts[: len(measured.features)])
    predictions = verdicts[-1] if measured.predictions else None
    found: list[Found] = []
    unsaid: list[FindingKind] = []
    if monitor.drift is not None:
        found += _drift(monitor.drift, features, predictions)
        if measured.rows < monitor.minimum_rows:
            unsaid.append(FindingKind.DRIFT)
    if monitor.quality is not None:
        found += _quality(monitor, monitor.quality, measured, features, now=now, since=since)
    if monitor.performance is not None:
        known = measured.performance
        if known is None or known.rows < monitor.performance.fewest or monitor.performance.metric not in known.metrics:
            unsaid.append(FindingKind.PERFORMANCE)
        else:
            found += _performance(monitor.performance, known)
    if monitor.new_rows is not None and measured.told >= monitor.new_rows:
        reason = f"{measured.told:,} truths of model `{monitor.model}` are known; {monitor.new_rows:,} were waited for"
        found.append(Found(FindingKind.NEW_DATA, reason))
    return Judgement(features, predictions, tuple(found), tuple(unsaid), _summary(monitor, measured, features, found))


def adjusted(p_values: Sequence[float]) -> list[float]:
    """The p-values corrected for how many there are, by the step-up procedure of Benjamini and Hochberg."""
    order = sorted(range(len(p_values)), key=lambda place: p_values[place], reverse=True)
    found = [1.0] * len(p_values)
    lowest = 1.0
    for after, place in enumerate(order):
        rank = len(p_values) - after
        lowest = min(lowest, p_values[place] * len(p_values) / rank)
        found[place] = lowest
    return found


def _verdicts(monitor: Monitor, measures: Sequence[FeatureMeasure]) -> list[FeatureVerdict]:
    tested = [place for place, one in enumerate(measures) if _enough(monitor, one) and one.p_value is not None]
    corrected = dict(zip(tested, adjusted([measures[place].p_value or 0.0 for place in tested]), strict=True))
    return [_verdict(monitor, one, corrected.get(place), len(tested)) for place, one in enumerate(measures)]


def _enough(monitor: Monitor, one: FeatureMeasure) -> bool:
    return one.rows - one.missing - one.wrong_type >= monitor.minimum_rows


def _verdict(monitor: Monitor, one: FeatureMeasure, corrected: float | None, together: int) -> FeatureVerdict:
    troubles = () if monitor.quality is None else tuple(_troubles(monitor.quality, one))
    rules = monitor.drift or DriftRules()
    sound = one.rows - one.missing - one.wrong_type
    if not one.reference_rows:
        verdict, text = Verdict.UNKNOWN, "there is no reference to compare it with"
    elif one.kind == "other":
        verdict, text = Verdict.UNKNOWN, "values of this type are not compared"
    elif not _enough(monitor, one):
        verdict, text = Verdict.TOO_FEW, f"too few rows: {sound:,} of {monitor.minimum_rows:,}"
    elif corrected is None or one.stability_index is None:
        verdict, text = Verdict.UNKNOWN, "the reference has no values to compare it with"
    else:
        word = f"p = {corrected:.2g} over {together} tests, stability index {one.stability_index:.2f}"
        if corrected >= rules.p_value:
            verdict, text = Verdict.NOISE, f"only noise ({word})"
        elif one.stability_index < rules.stability_index:
            verdict, text = Verdict.SMALL, f"a real change too small to matter ({word})"
        else:
            verdict, text = Verdict.DRIFTED, f"drifted ({word})"
    return FeatureVerdict(one, verdict, text, corrected, troubles)


def _troubles(rules: QualityRules, one: FeatureMeasure) -> list[str]:
    rows = max(1, one.rows)
    found = []
    for count, bound, what in (
        (one.missing, one.reference_missing + rules.missing, "are missing"),
        (one.wrong_type, rules.wrong_type, "are no numbers"),
        (one.out_of_range, rules.out_of_range, "lie outside of the reference's range"),
        (one.new_categories, rules.new_categories, "are new categories"),
    ):
        if count / rows > bound:
            named = f" ({', '.join(one.new_names[:5])})" if what == "are new categories" else ""
            found.append(f"{_share(count / rows)} of `{one.name}` {what}{named}; at most {_share(bound)} may")
    return found


def _drift(rules: DriftRules, features: Sequence[FeatureVerdict], predictions: FeatureVerdict | None) -> list[Found]:
    judged = [*features, *([predictions] if predictions is not None and rules.predictions else [])]
    drifted = [one for one in judged if one.verdict is Verdict.DRIFTED]
    if len(drifted) < rules.features or not drifted:
        return []
    worst = sorted(drifted, key=lambda one: -(one.measure.stability_index or 0.0))
    named = ", ".join(f"`{one.measure.name}` ({one.measure.stability_index or 0.0:.2f})" for one in worst[:5])
    more = f" and {len(worst) - 5} more" if len(worst) > 5 else ""
    return [Found(FindingKind.DRIFT, f"{len(drifted)} of {len(judged)} drifted, by stability index: {named}{more}")]


def _quality(
    monitor: Monitor,
    rules: QualityRules,
    measured: Measurement,
    features: Sequence[FeatureVerdict],
    *,
    now: datetime,
    since: datetime,
) -> list[Found]:
    troubles = []
    if rules.silence is not None:
        quiet = now - max(measured.last or since, since)
        if quiet > rules.silence:
            troubles.append(f"no request came for {in_words(quiet)}; at most {in_words(rules.silence)} may pass")
    window = min(monitor.window, now - since)
    if measured.rows < rules.fewest_rows and window >= monitor.window:
        troubles.append(f"{measured.rows:,} rows came in {in_words(window)}; {rules.fewest_rows:,} should")
    if measured.rows >= monitor.minimum_rows:
        if measured.errors / max(1, measured.rows) > rules.errors:
            share = _share(measured.errors / measured.rows)
            troubles.append(f"{share} of the predictions failed; at most {_share(rules.errors)} may")
        troubles += [trouble for feature in features for trouble in feature.troubles]
    if not troubles:
        return []
    more = f"; and {len(troubles) - 5} more" if len(troubles) > 5 else ""
    return [Found(FindingKind.QUALITY, "; ".join(troubles[:5]) + more)]


def _performance(rules: PerformanceRules, known: Performance) -> list[Found]:
    value = known.metrics[rules.metric]
    if value <= rules.bound if rules.lower else value >= rules.bound:
        return []
    must = f"it must be {'at most' if rules.lower else 'at least'} {rules.bound:g}"
    return [Found(FindingKind.PERFORMANCE, f"`{rules.metric}` is {value:.6g} over {known.rows:,} rows; {must}")]


def _summary(
    monitor: Monitor, measured: Measurement, features: Sequence[FeatureVerdict], found: Sequence[Found]
) -> str:
    if found:
        return "; ".join(f"{one.kind.value}: {one.reason}" for one in found)
    if measured.rows < monitor.minimum_rows:
        return f"too few rows: {measured.rows:,} of {monitor.minimum_rows:,} in {in_words(monitor.window)}"
    counted = {verdict: sum(one.verdict is verdict for one in features) for verdict in Verdict}
    if counted[Verdict.UNKNOWN] == len(features):
        return f"{measured.rows:,} rows, and no reference to compare them with"
    known, rules = measured.performance, monitor.performance
    unknown = ""
    if rules is not None and known is not None and known.rows >= rules.fewest and rules.metric not in known.metrics:
        named = ", ".join(f"`{name}`" for name in known.metrics)
        unknown = f"; `{rules.metric}` cannot be said of them ({known.kind}: {named})"
    small = f", {counted[Verdict.SMALL]} changed too little to matter" if counted[Verdict.SMALL] else ""
    return f"nothing found in {measured.rows:,} rows: of {len(features)} features none drifted{small}{unknown}"


def _share(share: float) -> str:
    return f"{share:.2%}" if 0 < share < 0.01 else f"{share:.1%}"
