"""Checks that a block's entry declares, run on the frames that it gave: pandas and Polars, by pandera.

Pandera judges values; what it has no word for (shares of missing values, families of types, freshness) is asked of the
frame itself. A check that cannot be evaluated does not hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any, Protocol

from blockwright.runner.workplace import Workplace
from blockwright.wire.checks import CheckResult, CheckSpec
from blockwright.wire.manifests import TestFailure

_SHOWN = 3
"""Values that are told of those that do not hold."""


class ChecksFailed(Exception):
    """Some declared check of severity `fail` did not hold."""

    error_code = "checks_failed"


class ChecksUnavailable(Exception):
    """The library that runs checks is not installed."""

    error_code = "checks_missing"
    hint = "`pip install 'blockwright[checks]'`, or take the `checks` out of the block's entry."


class Frame(Protocol):
    """What is asked of a frame of either kind. Counts are of rows."""

    names: Sequence[str]
    rows: int

    def values(self, column: str, **rule: Any) -> tuple[int, list[Any]]:
        """How many values break a rule of pandera's (by the name of its check), and a few of them."""
        ...

    def is_family(self, column: str, family: str) -> bool: ...

    def missing(self, column: str) -> int: ...

    def repeated(self, columns: Sequence[str]) -> int:
        """Rows whose values were there before; those with a missing one do not count."""
        ...

    def newest(self, column: str) -> Any: ...

    def untrue(self, expression: str) -> int: ...


class Checks:
    """``results`` are those of the checks that have run so far."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace
        self.results: tuple[CheckResult, ...] = ()

    @property
    def failures(self) -> tuple[TestFailure, ...]:
        """Those for which the block fails, told as its failed tests are."""
        return tuple(
            TestFailure(result.name, result.message)
            for result in self.results
            if not result.passed and result.severity == "fail"
        )

    @property
    def passed(self) -> int:
        return sum(result.passed for result in self.results)

    def run(self, outputs: Sequence[Any]) -> None:
        """Every check runs, whatever the others found. Raises ChecksFailed, or ChecksUnavailable before any ran."""
        frames: dict[int, Frame | None] = {}
        for check in self._workplace.spec.checks:
            if check.output not in frames:
                frames[check.output] = _frame(outputs[check.output]) if check.output < len(outputs) else None
            self.results += (_judged(check, frames[check.output], outputs),)
        self._tell()

    def _tell(self) -> None:
        block, logger, every = self._workplace.spec.block, self._workplace.logger, len(self.results)
        for result in self.results:
            if not result.passed:
                say = logger.error if result.severity == "fail" else logger.warning
                say(f"Check {result.name}: {result.message}.")
        logger.info(f"{self.passed}/{every} checks passed.")
        failed = self.failures
        if failed:
            told = "; ".join(f"{failure.name}: {failure.message}" for failure in failed[:_SHOWN])
            more = f"; and {len(failed) - _SHOWN} more" if len(failed) > _SHOWN else ""
            raise ChecksFailed(f"{len(failed)} of {every} checks of block `{block}` failed: {told}{more}.")


def _frame(value: Any) -> Frame | None:
    """The value as something that can be checked; None when it is no frame."""
    kind = next(
        (name for name in (f"{one.__module__}.{one.__name__}" for one in type(value).__mro__) if name in _KINDS), ""
    )
    if not kind:
        return None
    try:
        return _polars(value) if kind.startswith("polars") else _pandas(value)
    except ImportError as error:
        raise ChecksUnavailable(f"Declared checks need pandera, which is not installed here ({error}).") from error


def _polars(value: Any) -> Frame:
    from blockwright.runner.checked_frames import PolarsFrame

    return PolarsFrame(value.collect() if hasattr(value, "collect") else value)


def _pandas(value: Any) -> Frame:
    from blockwright.runner.checked_frames import PandasFrame

    return PandasFrame(value)


_KINDS = frozenset(
    {
        "pandas.DataFrame",
        "pandas.core.frame.DataFrame",
        "polars.dataframe.frame.DataFrame",
        "polars.lazyframe.frame.LazyFrame",
    }
)


def _judged(check: CheckSpec, frame: Frame | None, outputs: Sequence[Any]) -> CheckResult:
    result = CheckResult(check.name, check.subject, check.severity, True, check.column)
    if frame is None:
        gave = type(outputs[check.output]).__name__ if check.output < len(outputs) else "nothing"
        return _broken(result, f"output {check.output} is {gave}; checks look at frames of pandas and Polars")
    result = replace(result, rows=frame.rows)
    missing = [name for name in _columns(check) if name not in frame.names]
    if missing:
        has = ", ".join(f"`{name}`" for name in frame.names[:10])
        return _broken(result, f"there is no column {', '.join(f'`{name}`' for name in missing)}; there are {has}")
    try:
        return _LOOKS[check.subject](check, frame, result)
    except Exception as error:  # of the user's own expression, or of values that cannot be compared
        return _broken(result, f"it cannot be evaluated: {type(error).__name__}: {' '.join(str(error).split())[:300]}")


def _columns(check: CheckSpec) -> list[str]:
    names = check.argument if check.subject in ("columns", "unique") else [check.column] if check.column else []
    return [str(name) for name in names]


def _broken(result: CheckResult, message: str, failing: int | None = None) -> CheckResult:
    return replace(result, passed=False, message=message, failing=failing)


# One for each subject -------------------------------------------------------------------------------------------------


def _has_columns(check: CheckSpec, frame: Frame, result: CheckResult) -> CheckResult:
    return result  # those that are missing were told before


def _type(check: CheckSpec, frame: Frame, result: CheckResult) -> CheckResult:
    return result if frame.is_family(check.column, check.argument) else _broken(result, "it is of another type")


def _values(check: CheckSpec, frame: Frame, result: CheckResult) -> CheckResult:
    rule = {"min": "ge", "max": "le", "values": "isin", "regex": "str_matches"}[check.subject]
    argument = f"^(?:{check.argument})$" if check.subject == "regex" else check.argument
    failing, some = frame.values(check.column, **{rule: argument})
    shown = f", such as {', '.join(str(value)[:80] for value in some[:_SHOWN])}" if some else ""
    return _counted(result, failing, frame.rows, shown)


def _nulls(check: CheckSpec, frame: Frame, result: CheckResult) -> CheckResult:
    missing = frame.missing(check.column)
    if missing <= check.argument * frame.rows:
        return replace(result, failing=missing)
    return _broken(result, f"{missing:,} of {frame.rows:,} rows have none ({missing / frame.rows:.1%})", missing)


def _unique(check: CheckSpec, frame: Frame, result: CheckResult) -> CheckResult:
    repeated = frame.repeated(check.argument)
    return _counted(result, repeated, frame.rows, " repeat an earlier one" if repeated else "")


def _rows(check: CheckSpec, frame: Frame, result: CheckResult) -> CheckResult:
    least, most = check.argument.get("min", 0), check.argument.get("max", frame.rows)
    return result if least <= frame.rows <= most else _broken(result, f"it has {frame.rows:,}")


def _freshness(check: CheckSpec, frame: Frame, result: CheckResult) -> CheckResult:
    newest = frame.newest(check.column)
    if newest is None:
        return _broken(result, "there is no moment in it")
    moment = newest if isinstance(newest, datetime) else datetime.combine(newest, time(), UTC)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    age = (datetime.now(UTC) - moment).total_seconds()
    return result if age <= check.argument else _broken(result, f"its newest is of {moment:%Y-%m-%d %H:%M %Z}")


def _expression(check: CheckSpec, frame: Frame, result: CheckResult) -> CheckResult:
    return _counted(result, frame.untrue(check.argument), frame.rows, "")


def _counted(result: CheckResult, failing: int, rows: int, more: str) -> CheckResult:
    if not failing:
        return replace(result, failing=0)
    return _broken(result, f"{failing:,} of {rows:,} rows{more}", failing)


_LOOKS = {
    "columns": _has_columns,
    "type": _type,
    "min": _values,
    "max": _values,
    "regex": _values,
    "values": _values,
    "nulls": _nulls,
    "unique": _unique,
    "rows": _rows,
    "freshness": _freshness,
    "expression": _expression,
}
