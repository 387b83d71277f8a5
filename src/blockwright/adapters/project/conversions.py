"""A block's source as that of another type: the decorator and the guard above it change, nothing else."""

from __future__ import annotations

import re

from blockwright.core.blocks import BlockType


def converted(source: str, old: BlockType, new: BlockType) -> str:
    """The text in which the decorator of ``old`` is that of ``new``, where Mage's templates have it: at the beginning
    of a line, in the import, and in the line that asks whether it is there."""
    word = re.escape(old.value)
    patterns = (
        rf"^(@){word}\b",
        rf"^(\s*from\s+mage_ai\.data_preparation\.decorators\s+import\s+){word}\b",
        rf"^(\s*from\s+blockwright(?:\.sdk)?\s+import\s+){word}\b",
        rf"^(if\s+['\"]){word}(?=['\"]\s+not\s+in\s+globals\(\))",
    )
    for pattern in patterns:
        source = re.sub(pattern, rf"\g<1>{new.value}", source, flags=re.MULTILINE)
    return source
