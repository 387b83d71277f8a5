"""Data products of other projects of the platform: which one is meant, and whether its project lets this one use it.

A project gives away what stands in its own ``global_data_products.yaml``, and nothing else: naming a pipeline of
another project is not enough. Else whoever may edit one project could have the outputs of every other, and run its
pipelines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from pathlib import PurePosixPath

from blockwright.core.errors import Conflict, Forbidden, NotFound
from blockwright.core.outputs import OutputRecord
from blockwright.core.problems import ProjectInvalid
from blockwright.core.products import Product, overridden
from blockwright.ports.workspace import Workspace


def find(workspace: Workspace, uuid: str, project: str = "") -> Product:
    """The product of this name in ``project`` (empty: the one in this project's registry, else the only one that
    another project shares). Its ``project`` is empty when its pipeline is one of this project's.

    Raises NotFound (codes ``product_not_found``, ``product_pipeline``), Forbidden (code ``product_not_shared``),
    Conflict (code ``product_ambiguous``), ProjectInvalid.
    """
    wanted = elsewhere(workspace, project)
    if wanted:
        return _of(workspace, wanted, uuid)
    own = workspace.files.products()
    if uuid in own:
        return _listed(workspace, own[uuid])
    givers = [name for name in _others(workspace) if _gives(workspace, name, uuid)]
    if len(givers) > 1:
        names = ", ".join(f"`{name}`" for name in givers)
        raise Conflict(
            f"Several projects share a data product `{uuid}`: {names}.",
            hint="Say which with `project` beside its `uuid`.",
            code="product_ambiguous",
        )
    if givers:
        return _of(workspace, givers[0], uuid)
    raise _missing(uuid, own)


def home(workspace: Workspace, product: Product) -> Workspace:
    """The project whose pipeline makes it; raises NotFound when that has gone."""
    return workspace.neighbours.workspace(product.project) if product.project else workspace


def elsewhere(workspace: Workspace, project: str) -> str:
    """The other project that a registry or a block means: a folder below the platform's, as the format has it. Empty
    for this project, and for one that is not there: a file may have come from a platform of other folders."""
    name = PurePosixPath(project).name
    return name if name and name != workspace.project.name and name in workspace.neighbours.names() else ""


def foreign(workspace: Workspace, product: Product) -> bool:
    """Whether what this project's registry says is made by a pipeline of another."""
    return bool(elsewhere(workspace, product.project)) or product.pipeline not in workspace.files.pipelines()


def bring(workspace: Workspace, product: Product, outputs: tuple[OutputRecord, ...]) -> None:
    """Have the bytes of these outputs where this project keeps its own; nothing is copied when that is one place."""
    if not product.project or not outputs:
        return
    there = home(workspace, product).artifacts
    digests = dict.fromkeys(one.digest for one in outputs)
    workspace.artifacts.put_each([(digest, partial(there.get, digest)) for digest in digests])


def _listed(workspace: Workspace, product: Product) -> Product:
    """An entry of this project's registry."""
    named = elsewhere(workspace, product.project)
    if not named and product.pipeline in workspace.files.pipelines():
        return replace(product, project="")
    for giver in [named] if named else _others(workspace):
        if named or _gives(workspace, giver, product.uuid, product.pipeline):
            return narrowed(_of(workspace, giver, product.uuid, product.pipeline), product)
    where = f" of project `{product.project}`" if product.project else ""
    raise NotFound(
        f"Data product `{product.uuid}` is made by the pipeline `{product.pipeline}`{where}, which is not in this one.",
        hint="No other project of this platform shares a data product of that name and pipeline.",
        code="product_pipeline",
    )


def _of(workspace: Workspace, project: str, uuid: str, pipeline: str = "") -> Product:
    """What another project has under this name, if it lets this one use it."""
    theirs = workspace.neighbours.workspace(project)
    found = theirs.files.products().get(uuid)
    if found is None or (pipeline and found.pipeline != pipeline) or not _own_there(theirs, found):
        made = f" made by its pipeline `{pipeline}`" if pipeline else ""
        raise NotFound(
            f"Project `{project}` has no data product `{uuid}`{made}.",
            hint=f"Add it to `global_data_products.yaml` of `{project}`: a project shares what stands there.",
            code="product_not_found",
        )
    if found.shared_with is not None and workspace.project.name not in found.shared_with:
        raise Forbidden(
            f"Project `{project}` does not share its data product `{uuid}` with `{workspace.project.name}`.",
            hint=f"Add `{workspace.project.name}` to its `shared_with` in `global_data_products.yaml` of `{project}`.",
            code="product_not_shared",
        )
    return replace(found, project=project)


def narrowed(product: Product, wish: Product) -> Product:
    """The product as this project wants it. Of another project's it gets the blocks that make the value, no others;
    raises Forbidden (code ``product_not_shared``)."""
    if not product.project:
        return overridden(product, wish)
    hidden = [block for block in wish.settings if product.settings and block not in product.settings]
    if wish.settings and (hidden or not product.settings):
        which = f"not of `{hidden[0]}`" if hidden else "which its last blocks make"
        raise Forbidden(
            f"Project `{product.project}` shares the value of its data product `{product.uuid}`, {which}.",
            hint=f"Name the blocks under its `settings` in `global_data_products.yaml` of `{product.project}`.",
            code="product_not_shared",
        )
    return overridden(product, wish)


def _gives(workspace: Workspace, project: str, uuid: str, pipeline: str = "") -> bool:
    try:
        _of(workspace, project, uuid, pipeline)
    except (NotFound, Forbidden, ProjectInvalid):  # what is wrong with another's registry is not said here
        return False
    return True


def _own_there(theirs: Workspace, product: Product) -> bool:
    """A project gives away what its own pipelines make; what it has from others is theirs to give."""
    return not elsewhere(theirs, product.project) and product.pipeline in theirs.files.pipelines()


def _others(workspace: Workspace) -> list[str]:
    return [name for name in workspace.neighbours.names() if name != workspace.project.name]


def _missing(uuid: str, known: Mapping[str, Product]) -> NotFound:
    near = get_close_matches(uuid, known, n=1)
    hint = f"Did you mean `{near[0]}`?" if near else "`blockwright products list` lists them."
    return NotFound(f"There is no data product `{uuid}`.", hint=hint, code="product_not_found")
