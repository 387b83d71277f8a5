"""Names of pipelines and blocks: cleaned as the format has it, and guessed at when misspelt."""

from __future__ import annotations

import re
from collections.abc import Iterable

from blockwright.core.errors import Invalid

_DROPPED = re.compile('["$\ufeff\n\r\t]')
_NO_WORD = re.compile(r"\W")

LONGEST = 200
"""Bytes of UTF-8 in one part of a name, so that a suffix and a temporary name still fit into a file name."""


def pipeline_uuid(name: str) -> str:
    """The folder name that a pipeline called ``name`` gets; raises Invalid when nothing is left of it."""
    return _cleaned(name, name)


def block_uuid(name: str) -> str:
    """The uuid of a block called ``name``; ``/`` is kept and makes sub-folders. Raises Invalid for an empty part."""
    return "/".join(_cleaned(part, name) for part in name.split("/"))


def closest(word: str, words: Iterable[str]) -> str | None:
    """The one of ``words`` that was probably meant by ``word``, if any."""
    import difflib

    found = difflib.get_close_matches(word, list(words), n=1, cutoff=0.75)
    return found[0] if found else None


def suggestion(word: str, words: Iterable[str]) -> str:
    """``Did you mean `x`?`` or nothing."""
    found = closest(word, words)
    return f"Did you mean `{found}`?" if found else ""


def listing(words: Iterable[str], most: int = 12) -> str:
    """The words in back-ticks, cut after ``most``."""
    every = sorted(words)
    shown = ", ".join(f"`{word}`" for word in every[:most])
    return f"{shown} and {len(every) - most} more" if len(every) > most else shown


def _cleaned(part: str, name: str) -> str:
    clean = _NO_WORD.sub("_", _DROPPED.sub("", part)).lower()
    if clean[:1].isdigit():
        clean = f"letter_{clean}"
    if not clean.strip("_"):
        raise Invalid(f"{name!r} is no name: nothing is left of it.", hint="Use letters, digits and `_`.")
    if len(clean.encode()) > LONGEST:
        raise Invalid(f"The name {name[:40]!r}… is too long.", hint=f"At most {LONGEST} bytes fit into a file name.")
    return clean
