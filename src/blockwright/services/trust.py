"""What a replay cannot pin: files that the code reads by itself, and what stood outside of the snapshot."""

from __future__ import annotations

from collections.abc import Sequence

from blockwright.core.runs.model import Run
from blockwright.ports.workspace import Workspace
from blockwright.services import codes, snapshots


def live_files(workspace: Workspace, run: Run, blocks: Sequence[str] = ()) -> list[str]:
    """One sentence for each thing that a replay of ``run`` (or of ``blocks`` of it) has to take as it is today."""
    snapshot = snapshots.load(workspace.artifacts, run.snapshot)
    sentences = []
    for path, digest in sorted(snapshot.untracked.items()):
        change = _change(workspace, path, digest)
        if change:
            sentences.append(f"trusts {path} as it is now ({change} since run {run.id})")
    for block in snapshot.pipeline.blocks:
        if blocks and block.uuid not in blocks:
            continue
        sentences += [f"{block.uuid}: not pinned: {note}" for note in codes.untracked(workspace, snapshot, block)]
    return sentences


def _change(workspace: Workspace, path: str, digest: str) -> str:
    now = {source.path: source.digest for source in workspace.files.tree().digests_only}
    try:
        return "" if now[path] == digest else "changed"
    except KeyError:
        return "gone"
