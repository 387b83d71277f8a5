"""The life of a block process after its birth: one attempt and out, or one after another until nobody wants more."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import gc
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from blockwright.runner import attempt, surroundings
from blockwright.runner.block_code import unload_blocks
from blockwright.runner.block_logger import BlockLogger, RecordWriter, flush_output
from blockwright.runner.block_processes import UNWRITTEN_STATUS
from blockwright.runner.channel import BlockChannel
from blockwright.runner.commits import commit
from blockwright.runner.display import Frames
from blockwright.runner.preloading import in_child
from blockwright.runner.sessions import Turns, load_spec
from blockwright.runner.sources import Snapshot
from blockwright.runner.thread_pools import ThreadPools
from blockwright.runner.values_at_hand import KeptValues, StoredValues, ValuesAtHand
from blockwright.runner.workplace import Workplace, folder
from blockwright.wire import kill_points
from blockwright.wire.documents import load
from blockwright.wire.manifests import Manifest
from blockwright.wire.specs import AttemptSpec

_GOODBYE_SECONDS = 5
"""How long exit functions of the block's libraries may take."""


class Life:
    """``outputs`` are the write ends of the two output pipes; ``restore`` gives the user's environment back."""

    def __init__(
        self,
        engine: socket.socket,
        control: socket.socket,
        mark: bytes,
        outputs: tuple[int, int],
        restore: Callable[[], None],
        pools: ThreadPools,
        kill_at: str | None,
    ) -> None:
        self._channel = BlockChannel(engine, control)
        self._outputs = outputs
        self._writers = [RecordWriter(_private_copy(each), mark) for each in outputs]
        self._logger = BlockLogger(self._writers[0])
        self._restore = restore
        self._restored = False
        self._pools = pools
        self._context: dict[str, Any] = {}
        self._snapshot: Snapshot | None = None
        if kill_at:
            kill_points.arm(kill_at)

    def live(self, without: Collection[str] = ()) -> int:
        """Wait for the first order and carry it out: one attempt, or a session of them; the exit code.

        ``without`` are libraries that this process was born without; that a block imported one is told.
        """
        message = self._channel.next_message()
        if message is None:
            return 0  # a spare that was never needed
        if message["op"] != "only":
            return self._session(message)
        if self._run(load_spec(message["spec"]), StoredValues()) is None:
            return UNWRITTEN_STATUS
        if any(name in sys.modules for name in without):
            self._channel.tell_heavy()
        self._say_goodbye()
        return 0

    def _session(self, message: dict[str, Any]) -> int:
        """Run attempts as they are given, sharing values in memory, until there are no more; the exit code."""
        values, turns = KeptValues(), Turns(self._channel, self._writers, message)
        while (spec := turns.next()) is not None:
            self._recover_outputs()
            manifest = self._run(spec, values)
            if manifest is None:
                return UNWRITTEN_STATUS
            turns.over(spec, manifest)
            unload_blocks()
        self._say_goodbye()
        return 0

    def _run(self, spec: AttemptSpec, values: ValuesAtHand) -> Manifest | None:
        """The manifest, or None when it could not be written."""
        self._channel.begin(spec.attempt_id)
        modules = in_child(spec.preload)
        self._channel.tell_modules(modules)
        self._become_the_users(spec, pools_changed=bool(modules))
        frames = Frames(f"{spec.work}/frames.jsonl", self._channel)
        surroundings.begin(self._snapshot_of(spec), self._writers[0], frames)
        workplace = Workplace(spec, self._channel, self._logger, frames, values, self._context)
        gc.enable()
        manifest = attempt.run(workplace, modules)
        try:
            done = commit(spec, manifest)
        except OSError as error:
            self._channel.last_words(f"The block's process could not write its manifest: {error.strerror}.")
            return None
        self._channel.committed(done.path, done.text)
        kill_points.here("manifest.after_report")
        if done.text is None:  # another attempt was first: its result counts
            return load(Manifest, json.loads(Path(done.path).read_bytes()))
        return manifest

    def _become_the_users(self, spec: AttemptSpec, *, pools_changed: bool) -> None:
        """Only now, after the early imports: the user's environment, and as many threads as were allotted."""
        if not self._restored:
            self._restored = True
            self._restore()
        if spec.limits.threads > 1:
            if pools_changed:
                self._pools.find()
            self._pools.allow(spec.limits.threads)
        sys.argv = [spec.code.path if spec.code else spec.block]

    def _snapshot_of(self, spec: AttemptSpec) -> Snapshot:
        if self._snapshot is None or self._snapshot.project != spec.project:
            self._snapshot = Snapshot(spec.project, folder(spec.store))
        return self._snapshot

    def _recover_outputs(self) -> None:
        """A block before may have put something else in the place of standard output."""
        for place, writer in enumerate(self._writers, start=1):
            os.dup2(writer.descriptor, place)

    def _say_goodbye(self) -> None:
        """What Python does at its end, as far as it cannot hold us up: the block's process is gone within seconds."""
        signal.signal(signal.SIGALRM, lambda _number, _frame: os._exit(0))
        signal.alarm(_GOODBYE_SECONDS)
        pool = sys.modules.get("multiprocessing.util")
        if pool is not None:
            atexit.unregister(pool._exit_function)  # it would wait for worker processes that a block left behind
        with contextlib.suppress(BaseException):
            atexit._run_exitfuncs()
        flush_output()


def _private_copy(descriptor: int) -> int:
    """A copy that programs started by the block do not inherit; the original can be closed."""
    copy = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 64)
    os.close(descriptor)
    return copy
