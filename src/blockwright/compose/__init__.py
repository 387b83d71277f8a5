"""The one room that knows everyone: which adapter stands behind which port.

Imports stand inside the methods, so that a command loads only what it uses.
"""

from __future__ import annotations

from blockwright.compose.embedded import Embedded

__all__ = ["Embedded"]
