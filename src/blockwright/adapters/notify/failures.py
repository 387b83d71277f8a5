"""The one error of this folder."""

from __future__ import annotations

from blockwright.core.errors import Unavailable


def failed(why: str) -> Unavailable:
    """``why`` names neither password nor address."""
    return Unavailable(
        f"The message did not arrive: {why}.",
        hint="Check the channel's settings, then `blockwright alerts test CHANNEL`.",
        code="notify_failed",
    )
