"""``DictLogger`` for code that makes one itself: messages with tags, over Python's own ``logging``.

Inside a block ``kwargs['logger']`` is a logger of the run with the same methods.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Mapping
from typing import Any


class DictLogger:
    """``logger.info('loaded', rows=3)``: the tags are the record's attribute ``tags``.

    A tag ``error`` that is an exception becomes its traceback as text.
    """

    def __init__(self, logger: logging.Logger | None = None, logging_tags: Mapping[str, Any] | None = None) -> None:
        self.logger = logger or logging.getLogger("blockwright.block")
        self.logging_tags = dict(logging_tags or {})

    def debug(self, message: Any, **tags: Any) -> None:
        self.log(logging.DEBUG, message, **tags)

    def info(self, message: Any, **tags: Any) -> None:
        self.log(logging.INFO, message, **tags)

    def warning(self, message: Any, **tags: Any) -> None:
        self.log(logging.WARNING, message, **tags)

    warn = warning

    def error(self, message: Any, **tags: Any) -> None:
        self.log(logging.ERROR, message, **tags)

    def exception(self, message: Any, **tags: Any) -> None:
        """As ``error``, with the exception that is being handled."""
        tags.setdefault("error", sys.exc_info()[1])
        self.log(logging.ERROR, message, **tags)

    def critical(self, message: Any, **tags: Any) -> None:
        self.log(logging.CRITICAL, message, **tags)

    def log(self, log_level: int | str, message: Any, **tags: Any) -> None:
        """One record at ``log_level`` (a number or a word)."""
        level = log_level if isinstance(log_level, int) else logging.getLevelNamesMapping()[str(log_level).upper()]
        merged = {**self.logging_tags, **tags}
        error = merged.get("error")
        if isinstance(error, BaseException):
            merged["error"] = "".join(traceback.format_exception(error))
        text = str(message)
        if merged:
            text = f"{text} ({', '.join(f'{name}={value}' for name, value in merged.items())})"
        self.logger.log(level, "%s", text, extra={"tags": merged}, stacklevel=3)
