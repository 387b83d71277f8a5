"""Cleaning column names for databases, as Mage does it: word characters, no reserved word, no leading digit."""

from __future__ import annotations

import re
from collections.abc import Iterable

_RESERVED = """
    all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation
    column concurrently constraint create cross current_catalog current_date current_role current_schema current_time
    current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze
    from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit
    localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references
    returning right select session_user similar some symmetric table tablesample then to trailing true union unique
    user using variadic verbose when where window with
"""

RESERVED_WORDS = frozenset(_RESERVED.split())
"""Words that PostgreSQL (and so most databases) refuses as a bare column name; `date` and `time` are none."""


def clean_name(name: object, *, case_sensitive: bool = False) -> str:
    """``name`` in word characters, in lower case unless ``case_sensitive``; a leading digit gets ``letter_``."""
    text = re.sub(r"[\"$\ufeff\n\r\t]", "", str(name))
    text = re.sub(r"\W", "_", text)
    if text[:1].isdigit():
        text = f"letter_{text}"
    return text if case_sensitive else text.lower()


def clean_column_names(
    names: Iterable[object], *, allow_reserved_words: bool = False, case_sensitive: bool = False
) -> list[str]:
    """Cleaned names in the same order; two columns never get the same one (``a b`` and ``a-b`` give a_b, a_b_2)."""
    cleaned: list[str] = []
    taken: set[str] = set()
    for name in names:
        column = clean_name(name, case_sensitive=case_sensitive) or "column"
        if not allow_reserved_words and column.lower() in RESERVED_WORDS:
            column = f"_{column}"
        column = _free(column, taken)
        taken.add(column.lower())
        cleaned.append(column)
    return cleaned


def _free(name: str, taken: set[str]) -> str:
    candidate, number = name, 2
    while candidate.lower() in taken:
        candidate, number = f"{name}_{number}", number + 1
    return candidate
