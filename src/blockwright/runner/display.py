"""What block code shows besides text: ``display(value)``, ``plt.show()``, plotly's ``figure.show()``."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from blockwright import codecs
from blockwright.runner.channel import BlockChannel

MOST_FRAMES = 200
MOST_BYTES = 20_000_000


class Frames:
    """The frames of one attempt, in ``frames.jsonl`` beside its log and, when small, live on the screen.

    Bounded: what comes beyond the most frames or bytes is not kept.
    """

    def __init__(self, path: str, channel: BlockChannel) -> None:
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
            os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)  # a session makes none before
            with open(self._path, "a", encoding="ascii") as file:
                file.write(line)
        except OSError:
            return  # a picture is not worth failing a block on a full disk
        self._channel.emit(frame)


_current: Frames | None = None
_keep_open = False


@contextmanager
def figures_kept_open() -> Iterator[None]:
    """``plt.show()`` leaves figures open and shows nothing: whoever asked takes them."""
    global _keep_open
    _keep_open = True
    try:
        yield
    finally:
        _keep_open = False


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


def show_managed(manager: Any) -> None:
    """matplotlib's ``figure.show()``, of whatever backend that has no window."""
    display(manager.canvas.figure)


def show_plots(*_arguments: Any, **_options: Any) -> None:
    """matplotlib's ``plt.show()``: each open figure, which is then closed, so that it is shown once, as in a notebook.

    Not a backend of ours: ``matplotlib.use("Agg")``, which much code begins with, would take its place.
    """
    if _keep_open:
        return
    from matplotlib import pyplot

    for number in pyplot.get_fignums():
        figure = pyplot.figure(number)
        display(figure)
        pyplot.close(figure)
