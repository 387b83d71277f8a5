"""Progress of a run in the terminal: a line for each block that ended, and what runs now below them.

On a terminal the lower part is redrawn in place; elsewhere there are only the lines, without colour.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from blockwright.cli import text
from blockwright.core.runs.model import BlockRun, BlockState, Role, Run

CHILD_ROOM = 10
WIDEST = 36
"""Characters of a name's column; a longer name pushes its line to the right."""

QUIET_CHILDREN = 40
"""A group with more children than this is shown by its count, not child by child."""


class RunProgress:
    """Tell it every change; it prints to stderr, so that stdout stays the command's answer."""

    def __init__(self, *, live: bool) -> None:
        self._live = live
        self._running: dict[str, tuple[float, str]] = {}
        self._groups: dict[str, list[int]] = {}
        self._lock = threading.Lock()
        self._drawn = 0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._heard = True
        self._width = 0
        self.counts: dict[str, int] = {}

    def say(self, line: str, *, end: str = "\n") -> None:
        """Print to stderr. When nobody reads it any more the run goes on all the same, in silence."""
        if not self._heard:
            return
        try:
            click.echo(line + end, nl=False, err=True)
        except OSError:  # a closed pipe, a terminal that is gone, a full disk behind `2>`
            self._heard = False

    def expect(self, rows: Iterable[BlockRun]) -> None:
        """The block runs that are known already: their names make the first column, with room for children's."""
        lengths = (len(row.name) + (CHILD_ROOM if row.role is Role.GROUP else 0) for row in rows)
        self._width = min(WIDEST, max(lengths, default=0))

    def start(self) -> None:
        if self._live:
            self._thread = threading.Thread(target=self._tick, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        with self._lock:
            self._erase()

    def changed(self, run: Run, rows: Sequence[BlockRun]) -> None:
        with self._lock:
            self._erase()
            for row in rows:
                self._row(run, row)
            self._draw()

    def progress(self, attempt: str, frame: Mapping[str, Any]) -> None:
        """A progress frame of an attempt: keep its words beside the running block."""
        name = attempt.partition("/")[2].rpartition("/")[0]
        words = click.unstyle(str(frame.get("text") or frame.get("message") or ""))
        words = text.cut("".join(sign if sign.isprintable() else " " for sign in words), 100)
        with self._lock:
            if name in self._running and words:
                self._running[name] = (self._running[name][0], words)

    def _row(self, run: Run, row: BlockRun) -> None:
        if row.role is Role.GROUP:
            if row.state is BlockState.RUNNING and row.items is not None:
                self._groups[row.name] = [0, int(row.items.get("count", 0))]
            elif row.state.final:
                self._groups.pop(row.name, None)
            return
        if row.state.alive:
            self._running.setdefault(row.name, (time.monotonic(), ""))
            return
        self._running.pop(row.name, None)
        if row.state is BlockState.RETRY_WAIT:
            self.say(f"  {text.sign('retry_wait')} {row.name}  {text.cut(row.reason, 300)}")
        if row.state.final:
            self._ended(run, row)

    def _ended(self, run: Run, row: BlockRun) -> None:
        if run.parent_run is None:  # a run that a block started has a summary of its own
            word = "reused" if row.reused else row.state.value.replace("_", " ")
            self.counts[word] = self.counts.get(word, 0) + 1
        group = self._groups.get(row.parent or "")
        if group is not None:
            group[0] += 1
            if group[1] > QUIET_CHILDREN and row.state is BlockState.COMPLETED:
                if group[0] == group[1]:
                    self.say(f"  {text.sign('completed')} {row.parent}  {group[1]:,} children")
                return
        self.say(_line(run, row, self._width))

    def _tick(self) -> None:
        while not self._stop.wait(0.25):
            with self._lock:
                self._erase()
                self._draw()

    def _erase(self) -> None:
        if self._drawn:
            self.say(f"\x1b[{self._drawn}A\x1b[J", end="")
            self._drawn = 0

    def _draw(self) -> None:
        if not self._live:
            return
        now = time.monotonic()
        lines = [
            f"  {text.sign('running')} {name}  {text.seconds(now - since)}  {words}"
            for name, (since, words) in list(self._running.items())[:8]
        ]
        lines += [f"    {name}: {done:,} of {total:,} done" for name, (done, total) in self._groups.items()]
        width = _terminal_width()
        for line in lines:
            self.say(line if len(click.unstyle(line)) < width else click.unstyle(line)[: width - 2] + "…")
        self._drawn = len(lines)


def _terminal_width() -> int:
    import shutil

    return shutil.get_terminal_size((100, 24)).columns


def _line(run: Run, row: BlockRun, width: int) -> str:
    """One block that ended: sign, name, time, what it gave, tests; in columns as far as names are short."""
    name = row.name if run.parent_run is None else f"run {run.id} {row.name}"
    begin = f"  {text.sign(row.state.value, reused=row.reused)} {name:<{width}}"
    if row.state is BlockState.COMPLETED:
        took = "reused" if row.reused else text.seconds(row.seconds)
        source = f"from run {row.source_run}" if row.reused else ""
        tests = f"{text.plural(row.tests.passed, 'test')} passed" if row.tests.passed else ""
        notes = " · ".join(note for note in (source, tests) if note)
        given = text.outputs_brief(row.outputs)
        line = f"{begin}  {click.style(f'{took:>9}', dim=True)}  {given:<20}"
        return f"{line}  {click.style(notes, dim=True)}" if notes else line.rstrip()
    if row.failure is not None and row.state is BlockState.FAILED:
        place = f" ({row.failure.file}:{row.failure.line})" if row.failure.file else ""
        hint = f"\n      {row.failure.hint}" if row.failure.hint else ""
        return f"{begin}  {text.cut(row.failure.sentence, 300)}{place}{hint}"
    return f"{begin}  {click.style(f'{row.state.value}: {text.cut(row.reason, 200)}', dim=True)}"
