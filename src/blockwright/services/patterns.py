"""Regular expressions that people type, matched by RE2: in time proportional to the text, whatever they type."""

from __future__ import annotations

from typing import Any

from blockwright.core.errors import Invalid

LARGEST_PATTERN_MEMORY = 16 << 20


def compiled(pattern: str, *, case: bool) -> Any:
    """The pattern over UTF-8 bytes, where ``^`` and ``$`` are the ends of any line. Raises Invalid (code
    ``search_pattern``) with the reason in words."""
    import re2  # a library of its own: only who searches by a pattern needs it

    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = case
    options.max_mem = LARGEST_PATTERN_MEMORY
    try:
        return re2.compile(f"(?m){pattern}".encode(), options)
    except re2.error as error:
        told = error.args[0] if error.args else ""
        reason = told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
        hint = "Patterns are those of RE2: no look-around and no back-references."
        raise Invalid(f"This is no pattern: {reason}.", hint=hint, code="search_pattern") from None
    except UnicodeEncodeError:
        raise Invalid("The pattern is not valid Unicode.", code="search_pattern") from None


def escaped(text: str) -> str:
    """The pattern that fits exactly this text."""
    import re2

    return str(re2.escape(text))
