"""The records of what people say about runs. They go with their run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from blockwright.core.notes import Note, Tag
from blockwright.core.runs.model import RunId


class Annotations(Protocol):
    """Each method is one transaction."""

    def tags(self, project: str, runs: Sequence[RunId]) -> Mapping[RunId, Sequence[Tag]]:
        """By name; runs without any are left out."""
        ...

    def tag(self, project: str, run: RunId, name: str, value: str, *, author: str, now: datetime, most: int) -> None:
        """Set it, whatever it was before. Raises Invalid (code ``tag``) when the run would have more than ``most``."""
        ...

    def untag(self, project: str, run: RunId, name: str) -> None:
        """Raises NotFound (code ``tag_not_found``)."""
        ...

    def tagged(
        self, project: str, name: str, value: str | None = None, *, before: RunId | None = None, limit: int = 50
    ) -> Sequence[RunId]:
        """The runs with this tag (and value), newest first; ``before``: those behind that one."""
        ...

    def names(self, project: str, *, limit: int = 200) -> Sequence[tuple[str, int]]:
        """The tags in use, with the number of runs of each, the most frequent first."""
        ...

    def notes(self, project: str, run: RunId) -> Sequence[Note]:
        """Oldest first."""
        ...

    def note(self, project: str, run: RunId, text: str, *, author: str, now: datetime) -> Note: ...

    def change_note(self, project: str, run: RunId, note: int, text: str, *, author: str, now: datetime) -> Note:
        """Raises NotFound (code ``note_not_found``), also when somebody else wrote it."""
        ...

    def delete_note(self, project: str, run: RunId, note: int, *, author: str | None) -> None:
        """As above; ``author`` None: whoever wrote it."""
        ...
