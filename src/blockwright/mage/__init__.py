"""The names of ``mage_ai.*`` that existing block code imports, over Blockwright's own parts.

``install()`` puts a finder in front of Python's; it takes microseconds and imports nothing until block code asks for
a name. Block processes call it before they load a block; a test suite of block files may do so in ``conftest.py``.
"""

from __future__ import annotations

import sys

__all__ = ["install"]


def install() -> None:
    """Serve ``import mage_ai…`` in this process from here on; calling it again changes nothing.

    Raises RuntimeError when another ``mage_ai`` has been imported already: two of them cannot be mixed.
    """
    from blockwright.mage.finder import MageFinder, MageModule

    present = sys.modules.get("mage_ai")
    if present is not None and not isinstance(present, MageModule):
        raise RuntimeError(
            f"Another `mage_ai` was imported before ({getattr(present, '__file__', 'no file')}). "
            "Call blockwright.mage.install() first."
        )
    if not any(isinstance(finder, MageFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, MageFinder())
