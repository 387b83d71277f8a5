"""What people do with versions: pin one, give it a name, let an earlier one stand in for the latest."""

from __future__ import annotations

from blockwright.core.catalog.model import AssetKey, Version, VersionId, alias_name
from blockwright.core.errors import Conflict
from blockwright.ports.workspace import Workspace


def pin(workspace: Workspace, version: Version, *, pinned: bool) -> Version:
    """Keep it for ever, or as long as the retention policy says. Raises Conflict (code ``version_gone``)."""
    workspace.oversight.catalog.pin(version.project, version.id, pinned)
    return _anew(workspace, version)


def call(workspace: Workspace, version: Version, alias: str) -> VersionId | None:
    """Give it an alias, which no other version of its output has then; that which had it before. It is kept as long as
    it has one. Raises Invalid (code ``alias``), Conflict (code ``version_gone``)."""
    return workspace.oversight.catalog.call(version.project, version.id, alias_name(alias), workspace.clock.now())


def uncall(workspace: Workspace, asset: AssetKey, alias: str) -> None:
    """Raises NotFound (code ``alias_not_found``)."""
    workspace.oversight.catalog.uncall(workspace.project.name, asset, alias)


def restore(workspace: Workspace, version: Version) -> Version:
    """Let the block's result that the version is of be its latest one, with all its outputs: for runs of some blocks,
    ``get_variable``, scratchpads and block tests. Whole runs go on as ever. Raises Conflict (code ``version_gone``)."""
    if version.parts is None and not workspace.artifacts.has(version.record.digest):
        raise Conflict(
            f"The bytes of version {version.id} of `{version.asset}` are gone.",
            hint=f"`blockwright catalog versions {version.asset}` lists those that are there.",
            code="version_gone",
        )
    workspace.oversight.catalog.restore(version.project, version.id, workspace.clock.now())
    return _anew(workspace, version)


def unrestore(workspace: Workspace, asset: AssetKey) -> bool:
    """Let the newest result be the latest one again; whether it was not."""
    return workspace.oversight.catalog.unrestore(workspace.project.name, asset.pipeline, asset.block)


def _anew(workspace: Workspace, version: Version) -> Version:
    return workspace.oversight.catalog.version(version.project, version.id)
