"""Actions on rows: filter, sort, without duplicates, without some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from blockwright.mage.cleaning.filters import matching_rows

if TYPE_CHECKING:
    from pandas import DataFrame

    from blockwright.mage.cleaning.descriptions import Action


def drop_duplicate(frame: DataFrame, action: Action) -> DataFrame:
    """One row for each value of the named columns (of the whole row without any): the last, or ``keep`` the first."""
    keep: Literal["first", "last"] = "first" if action.options.get("keep") == "first" else "last"
    return frame.drop_duplicates(subset=action.arguments or None, keep=keep)


def keep_matching(frame: DataFrame, action: Action) -> DataFrame:
    """The rows that meet the action's code."""
    return frame[matching_rows(frame, action.code)]


def remove(frame: DataFrame, action: Action) -> DataFrame:
    """Without the rows whose index labels are in ``rows``."""
    return frame.drop(index=list(action.options.get("rows") or []))


def sort(frame: DataFrame, action: Action) -> DataFrame:
    """By the named columns; equal rows keep their order, missing values come last."""
    ascending = action.options.get("ascendings") or action.options.get("ascending", True)
    return frame.sort_values(action.arguments, ascending=ascending, kind="stable")
