"""What a change would write, gathered file by file over what the project has now."""

from __future__ import annotations

import os

from blockwright.adapters.project.confinement import LARGEST_TEXT, Border, decoded
from blockwright.adapters.project.pipeline_texts import PipelineText
from blockwright.core.errors import Conflict, NotFound
from blockwright.ports.editing import Draft, FileChange, Mention

_BOM = b"\xef\xbb\xbf"


class Drafting:
    """Files as they would be. What is read here is what the draft replaces, so that a change by somebody else in
    between is noticed when it is written."""

    def __init__(self, border: Border) -> None:
        self._border = border
        self._before: dict[str, bytes | None] = {}
        self._after: dict[str, bytes | None] = {}

    def read(self, path: str) -> bytes:
        """The file as it would be; raises NotFound."""
        if path not in self._before:
            self._before[path] = self._after[path] = self._border.read(path, LARGEST_TEXT)
        data = self._after[path]
        if data is None:
            raise NotFound(f"There is no file `{path}` in the project.")
        return data

    def text(self, path: str) -> str:
        return decoded(self.read(path), path)

    def pipeline(self, path: str) -> PipelineText:
        return PipelineText(path, self.text(path))

    def put(self, path: str, text: str) -> None:
        """Change a text; its byte-order mark stays."""
        before = self.read(path)
        self._after[path] = (_BOM if before.startswith(_BOM) else b"") + text.encode()

    def create(self, path: str, data: bytes) -> None:
        """Raises Conflict (code ``exists``) when something stands there."""
        if self._after.get(path) is not None or (path not in self._after and self.there(path)):
            raise Conflict(f"`{path}` exists already.", hint="Take another name.", code="exists")
        self._before.setdefault(path, None)
        self._after[path] = data

    def delete(self, path: str) -> None:
        self.read(path)
        self._after[path] = None

    def move(self, source: str, target: str) -> None:
        data = self.read(source)
        self.delete(source)
        self.create(target, data)

    def there(self, path: str) -> bool:
        return os.path.lexists(self._border.path(path))

    def draft(self, what: str, *, mentions: tuple[Mention, ...] = (), name: str = "") -> Draft:
        changes = tuple(
            FileChange(path, self._before[path], after)
            for path, after in self._after.items()
            if self._before[path] != after
        )
        return Draft(what, tuple(sorted(changes, key=_order)), mentions, name)


def _order(change: FileChange) -> int:
    """New files first, those that go last: nothing is ever named that is not there."""
    return 0 if change.before is None else 2 if change.after is None else 1
