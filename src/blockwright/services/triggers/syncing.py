"""What the files of triggers say, taken over into the records: only those that changed are read."""

from __future__ import annotations

from collections.abc import Sequence

from blockwright.core.triggers.model import Trigger
from blockwright.ports.workspace import Workspace


def changed_files(workspace: Workspace) -> Sequence[str]:
    """The pipelines whose file is not as it was when it was last read: new, changed or gone."""
    now = workspace.triggering.files.signatures()
    known = workspace.triggering.records.files(workspace.project.name)
    changed = [pipeline for pipeline, signature in now.items() if known.get(pipeline, ("", ""))[0] != signature]
    return [*changed, *(pipeline for pipeline, (signature, _) in known.items() if signature and pipeline not in now)]


def sync_file(workspace: Workspace, pipeline: str) -> Sequence[Trigger]:
    """Read one file; returns the triggers that it made new or different. One that cannot be read at all leaves them
    as they are, and is told of."""
    project, now = workspace.project.name, workspace.clock.now()
    signature = workspace.triggering.files.signature(pipeline)  # before the content: a later change shows
    file = workspace.triggering.files.read(pipeline)
    if file.problem:
        workspace.triggering.records.file_broken(project, pipeline, signature=signature, problem=file.problem)
        return []
    return workspace.triggering.records.sync(project, pipeline, file.entries, signature=signature, now=now)


def sync(workspace: Workspace) -> Sequence[Trigger]:
    """Read every file that changed."""
    return [trigger for pipeline in changed_files(workspace) for trigger in sync_file(workspace, pipeline)]
