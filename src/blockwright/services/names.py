"""The names of what a project holds, for whoever looks for a thing by a part of its name."""

from __future__ import annotations

from dataclasses import dataclass

from blockwright.core.access import Actor, Permission
from blockwright.ports.workspace import Workspace

MOST_FILES = 20_000
MOST_BLOCKS = 10_000


@dataclass(frozen=True, slots=True)
class Names:
    """``blocks`` are (pipeline, block, type). ``more``: there are more files or blocks than are listed."""

    pipelines: tuple[str, ...]
    blocks: tuple[tuple[str, str, str], ...]
    files: tuple[str, ...]
    more: bool


def names(workspace: Workspace, actor: Actor) -> Names:
    """What ``actor`` may see: files only with a right to the whole project."""
    project = workspace.project.name
    pipelines = [uuid for uuid in workspace.files.pipelines() if actor.may(Permission.VIEW, project, uuid)]
    blocks: list[tuple[str, str, str]] = []
    for uuid in pipelines:
        spec = workspace.files.examined(uuid).spec
        if spec is not None:
            blocks += [
                (uuid, str(block.uuid), block.type.value)
                for block in (*spec.blocks, *spec.callbacks, *spec.conditionals)
            ]
        if len(blocks) > MOST_BLOCKS:
            break
    whole = actor.may(Permission.VIEW, project)
    files, more = workspace.files.file_names(MOST_FILES) if whole else ((), False)
    return Names(tuple(pipelines), tuple(blocks[:MOST_BLOCKS]), tuple(files), more or len(blocks) > MOST_BLOCKS)
