"""What can go wrong between a value and its bytes."""

from __future__ import annotations


class StoreError(OSError):
    """The store could not take or give a value; the message names the output, the reason and the way out."""


class UnstorableValue(TypeError):
    """A value that cannot become bytes; the message names the output, the part of it that cannot, and the way out."""


class NotATable(TypeError):
    """A table was asked of a value that is none; the message says what it is."""
