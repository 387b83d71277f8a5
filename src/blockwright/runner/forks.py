"""The fork of a process that has one thread, without what the standard library does for those that have more.

After every fork Python renews the locks of ``threading`` and ``logging``, since a thread that does not exist in the
child may have held one. The fork server has one thread, which holds none; a child would only copy some two hundred
pages for it. Forks of block code itself are as ever.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

_NEEDLESS = frozenset({"threading", "logging"})
_alone = False

Hook = Callable[[], object]


def watch_hooks() -> None:
    """Take note of hooks while they are registered; to be called before ``threading`` is imported."""
    register = os.register_at_fork

    def watched(**hooks: Hook) -> None:
        register(**{when: _unless_alone(hook) for when, hook in hooks.items()})

    os.register_at_fork = watched  # type: ignore[assignment]


def fork() -> int:
    """``os.fork`` of a process with a single thread."""
    global _alone
    _alone = True
    try:
        return os.fork()
    finally:
        _alone = False


def _unless_alone(hook: Any) -> Hook:
    if getattr(hook, "__module__", None) not in _NEEDLESS:
        return hook  # type: ignore[no-any-return]

    def run() -> None:
        if not _alone:
            hook()

    return run
