"""One trivial attempt in the fork server itself, before anything is forked.

What Python works out on first use (readers of documents, compiled patterns, codecs, signatures) each block process
would otherwise work out again, in pages that it must first copy. The rehearsal uses a folder of its own, asks nobody
anything, and leaves nothing behind but warm caches.
"""

from __future__ import annotations

import contextlib
import json
import socket
import tempfile
from pathlib import Path

from blockwright.runner import attempt
from blockwright.runner.block_code import unload_blocks
from blockwright.runner.block_logger import BlockLogger
from blockwright.runner.channel import BlockChannel
from blockwright.runner.commits import commit
from blockwright.runner.display import Frames
from blockwright.runner.usage import Meter
from blockwright.runner.values_at_hand import StoredValues
from blockwright.runner.workplace import Workplace
from blockwright.wire import documents
from blockwright.wire.outputs import Output
from blockwright.wire.specs import AttemptKind, AttemptSpec, CodeFile, Input, ProjectContext

_TEST = "@test\ndef same(output, *args):\n    pass\n"
_LOADER = f"@transformer\ndef load(*args, **kwargs):\n    return 1\n\n{_TEST}"
_STEP = f"@transformer\ndef step(value, *args, **kwargs):\n    return value\n\n{_TEST}"


def rehearse() -> None:
    """Carry an attempt through from its document to its commit. A failure costs warmth, nothing else."""
    with contextlib.suppress(OSError), tempfile.TemporaryDirectory(prefix="blockwright-") as folder:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours, theirs:
            _attempt(Path(folder), BlockChannel(ours, theirs))
    unload_blocks()


def _attempt(folder: Path, channel: BlockChannel) -> None:
    (folder / "blobs" / "tmp").mkdir(parents=True)
    snapshot = folder / "snapshot.json"
    snapshot.write_text(json.dumps({"files": {}}))
    first = _spec(folder, snapshot, "loader", ())
    given = _run(first, channel)
    _run(_spec(folder, snapshot, "step", (Input("loader", outputs=given),)), channel)


def _run(spec: AttemptSpec, channel: BlockChannel) -> tuple[Output, ...]:
    spec = documents.load(AttemptSpec, json.loads(json.dumps(documents.dump(spec))))
    channel.begin(spec.attempt_id)
    frames = Frames(f"{spec.work}/frames.jsonl", channel)
    manifest = attempt.run(Workplace(spec, channel, BlockLogger(_Silent()), frames, StoredValues()))
    commit(spec, manifest)
    Meter().read()
    return manifest.outputs


def _spec(folder: Path, snapshot: Path, block: str, inputs: tuple[Input, ...]) -> AttemptSpec:
    work = folder / block
    work.mkdir()
    return AttemptSpec(
        attempt_id=f"0/{block}/1",
        run=0,
        pipeline="rehearsal",
        block=block,
        block_run=block,
        attempt=1,
        kind=AttemptKind.BLOCK,
        block_type="transformer",
        language="python",
        code=CodeFile(path=f"{block}.py", content=_STEP if inputs else _LOADER),
        project=ProjectContext(name="rehearsal", root=str(folder), platform_root=str(folder), snapshot=str(snapshot)),
        store=str(folder / "blobs"),
        work=str(work),
        commit=str(work / "done-0.json"),
        inputs=inputs,
        system={"execution_date": {"$datetime": "2026-01-01T00:00:00+00:00"}},
    )


class _Silent:
    """A log that keeps nothing."""

    def write(self, level: str, message: str, **fields: object) -> None:
        return
