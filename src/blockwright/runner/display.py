"""What block code shows besides text: ``display(value)``, ``plt.show()``, plotly's ``figure.show()``."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from blockwright import codecs
from blockwright.runner.channel import BlockChannel

MOST_FRAMES = 200
MOST_BYTES = 20_000_000


class Frames:
    """The frames of one attempt, in ``frames.jsonl`` beside its log and, when small, live on the screen.

    Bounded: what comes beyond the most frames or bytes is not kept.
    """

    def __init__(self, path: Path, channel: BlockChannel) -> None:
        self._path = path
        self._channel = channel
        self._frames = 0
        self._bytes = 0

    def show(self, *values: Any) -> None:
        """One frame for each value."""
        for value in values:
            self.add({"kind": "display", "preview": codecs.preview(value)})

    def add(self, frame: dict[str, Any]) -> None:
        moment = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps(self._channel.masker.value({"time": moment, **frame}), default=repr) + "\n"
        if self._frames >= MOST_FRAMES or self._bytes + len(line) > MOST_BYTES:
            return
        self._frames += 1
        self._bytes += len(line)
        try:
            with self._path.open("a", encoding="ascii") as file:
                file.write(line)
        except OSError:
            return  # a picture is not worth failing a block on a full disk
        self._channel.emit(frame)


_current: Frames | None = None


def install(frames: Frames | None) -> None:
    """Make ``frames`` those of the attempt that runs now."""
    global _current
    _current = frames


def display(*values: Any, **_options: Any) -> None:
    """Show values below the block, as notebooks do. Outside of a block they are printed."""
    if _current is None:
        print(*values)  # noqa: T201
    else:
        _current.show(*values)


def show_figure(figure: Any, *_arguments: Any, **_options: Any) -> None:
    """plotly's ``figure.show()``, whatever renderer it names."""
    display(figure)
