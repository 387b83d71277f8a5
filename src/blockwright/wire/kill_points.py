"""Numbered places on the commit path at which a fault test can end the process by SIGKILL.

A place is passed with ``here("blob.before_rename")``; unless armed that costs a dictionary look-up. Standing in the
code itself, the points cannot drift away from the writes they surround. ``POINTS`` lists them all, in order.
"""

from __future__ import annotations

import os
import signal

POINTS: tuple[str, ...] = (
    "blob.before_write",
    "blob.after_write",
    "blob.after_fsync",
    "blob.after_rename",
    "spec.before_write",
    "spec.after_rename",
    "manifest.before_write",
    "manifest.after_write",
    "manifest.after_fsync",
    "manifest.after_rename",
    "manifest.after_link",
    "manifest.after_report",
    "database.before_commit",
    "database.after_commit",
    "engine.before_act",
    "engine.after_act",
)
UPLOAD_POINTS: tuple[str, ...] = ("upload.before_blobs", "upload.after_blobs", "upload.after_manifest")
"""Where outputs are kept elsewhere: passed by the process that uploads what an attempt gave."""
COMPACTION_POINTS: tuple[str, ...] = (
    "compaction.before_rename",
    "compaction.after_rename",
    "compaction.after_delete",
)
"""Passed by the process that puts batches of the log of predictions together."""

_armed: dict[str, int] = {}


def arm(setting: str) -> None:
    """Arm ``point`` or ``point:n`` (die at the n-th pass); raises ValueError for one that there is not."""
    name, _, count = setting.partition(":")
    known = POINTS + UPLOAD_POINTS + COMPACTION_POINTS
    if name not in known:
        raise ValueError(f"{name!r} is no kill point; they are: {', '.join(known)}")
    _armed[name] = int(count or 1)


def here(name: str) -> None:
    """End this process by SIGKILL if ``name`` is armed and has been passed often enough."""
    left = _armed.get(name)
    if left is None:
        return
    if left <= 1:
        os.kill(os.getpid(), signal.SIGKILL)
    _armed[name] = left - 1
