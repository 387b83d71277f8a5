"""The catalogue in a database: ``ports.catalog.CatalogStore``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from blockwright.adapters.db.block_run_rows import read_outputs
from blockwright.adapters.db.catalog_rows import (
    INSERT_VERSION,
    OWN_PLACE,
    REUSED,
    REUSING,
    SELECT_VERSION,
    read_version,
    version_row,
)
from blockwright.adapters.db.cells import moment, time_cell
from blockwright.adapters.db.databases import Database, Transaction
from blockwright.adapters.db.kept_versions import KEPT
from blockwright.adapters.db.statements import placeholders, upsert
from blockwright.core.blocks import BlockId
from blockwright.core.catalog.lineage import Node, NodeKind, Reading
from blockwright.core.catalog.model import AssetKey, NewVersion, Version, VersionId
from blockwright.core.catalog.schemas import SchemaColumn, digest_of
from blockwright.core.errors import Conflict, NotFound
from blockwright.core.runs.model import BlockRunName, Run, RunId
from blockwright.ports.catalog import AssetFilter, Made, PipelineUsage, Place

_TOGETHER = 500
"""Names in one statement."""
_LARGEST_ID = 2**63 - 1

_MADE = """
SELECT block, name, role, round, produced, key, manifest, outputs FROM block_run b
WHERE run_id = ? AND state = 'completed' AND role IN ('block', 'group') AND NOT reused
AND NOT EXISTS (SELECT 1 FROM version v WHERE v.run_id = b.run_id AND v.block_run = b.name AND v.round = b.round)
"""
_CHILDREN = """
SELECT outputs, reused, manifest FROM block_run
WHERE run_id = ? AND block = ? AND parent = ? AND role = 'child' AND state = 'completed'
ORDER BY dynamic_index, position
"""
_ADD_COLUMN = """
INSERT INTO schema_column (project, schema, place, column_name, type) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (project, schema, place) DO NOTHING
"""
_KNOWN_SCHEMAS = "SELECT schema FROM schema_column WHERE project = ? AND place = 0 AND schema IN ({})"
_SET_NEWEST = """
INSERT INTO asset (project, pipeline, block, name, newest, made)
SELECT project, pipeline, block, name, id, made FROM version
WHERE run_id = ? AND block_run = ? AND name = ? AND round = ?
ON CONFLICT (project, pipeline, block, name) DO UPDATE SET newest = excluded.newest, made = excluded.made
WHERE asset.made < excluded.made OR (asset.made = excluded.made AND asset.newest < excluded.newest)
"""
_SET_CATALOGUED = (
    f"{upsert('catalogued', ('run_id', 'round'), key=('run_id',))} WHERE catalogued.round < excluded.round"
)
_UNRECORDED = """
SELECT r.id FROM run r LEFT JOIN catalogued c ON c.run_id = r.id
WHERE r.project = ? AND r.state = ? AND (c.run_id IS NULL OR c.round < r.round) ORDER BY r.id LIMIT ?
"""
_SET_ALIAS = upsert(
    "alias",
    ("project", "pipeline", "block", "output", "name", "version_id", "updated"),
    key=("project", "pipeline", "block", "output", "name"),
)
_ALIAS = "project = ? AND pipeline = ? AND block = ? AND output = ? AND name = ?"
_RESTORE = upsert(
    "restored",
    ("project", "pipeline", "block", "version_id", "run_id", "block_run", "round", "updated"),
    key=("project", "pipeline", "block"),
)
# Until a retry replaces that very result.
_RESTORED_PLACES = """
SELECT r.block, b.run_id, b.name, b.round FROM restored r
JOIN block_run b ON b.run_id = r.run_id AND b.name = r.block_run AND b.round = r.round
WHERE r.project = ? AND r.pipeline = ? AND b.state = 'completed'
"""
_REUSERS = f"""
SELECT b.run_id, b.pipeline FROM version v JOIN block_run b ON {REUSING}
WHERE v.id = ? AND b.state = 'completed' AND b.role <> 'group' AND b.reused ORDER BY b.run_id DESC LIMIT ?
"""
_REUSED_PLACE = f"""
SELECT b.run_id, b.name, b.round FROM version v JOIN block_run b ON {REUSING}
WHERE v.id = ? AND b.state = 'completed' AND b.role <> 'group' ORDER BY b.run_id DESC LIMIT 1
"""
_FORGET = f"""
DELETE FROM version AS v WHERE v.project = ? AND NOT {KEPT} AND NOT {REUSED}
AND NOT EXISTS (SELECT 1 FROM run r WHERE r.id = v.run_id)
"""
_OF_ASSET = (
    "v.project = asset.project AND v.pipeline = asset.pipeline AND v.block = asset.block AND v.name = asset.name"
)
_FORGET_ASSETS = f"""
DELETE FROM asset WHERE project = ? AND NOT EXISTS (SELECT 1 FROM version v WHERE {_OF_ASSET})
"""
_NEWEST_LEFT = f"FROM version v WHERE {_OF_ASSET} ORDER BY v.made DESC, v.id DESC LIMIT 1"
_MEND_ASSETS = f"""
UPDATE asset SET newest = (SELECT v.id {_NEWEST_LEFT}), made = (SELECT v.made {_NEWEST_LEFT})
WHERE project = ? AND NOT EXISTS (SELECT 1 FROM version v WHERE v.id = asset.newest)
"""
_FORGET_SCHEMAS = """
DELETE FROM schema_column WHERE project = ? AND schema NOT IN (SELECT schema FROM version WHERE project = ?)
"""
_NOTED = """
SELECT 1 FROM reading g JOIN run r ON g.project = r.project AND g.pipeline = r.pipeline
WHERE r.id = ? AND g.block = ? AND g.kind = ? AND g.source_pipeline = ? AND g.source = ? AND g.run_id >= r.id
"""
_NOTE = """
INSERT INTO reading (project, pipeline, block, kind, source_pipeline, source, run_id, seen)
SELECT project, pipeline, ?, ?, ?, ?, id, ? FROM run WHERE id = ?
ON CONFLICT (project, pipeline, block, kind, source_pipeline, source)
DO UPDATE SET run_id = excluded.run_id, seen = excluded.seen WHERE reading.run_id < excluded.run_id
"""
_RUN_USAGE = "SELECT pipeline, COUNT(*), MIN(created) FROM run WHERE project = ? GROUP BY pipeline"
_VERSION_USAGE = f"""
SELECT v.pipeline, COUNT(*), SUM(CASE WHEN {KEPT} THEN 1 ELSE 0 END) FROM version v WHERE v.project = ?
GROUP BY v.pipeline
"""
_BYTES = """
SELECT pipeline, SUM(bytes) FROM (SELECT DISTINCT pipeline, digest, bytes FROM version WHERE project = ?) AS one
GROUP BY pipeline
"""


class DatabaseCatalog:
    """``CatalogStore`` on any ``Database``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # What runs gave ------------------------------------------------------------------------------------------------

    def made(self, run: RunId, block_runs: Collection[str] | None = None) -> Sequence[Made]:
        with self._database.read() as transaction:
            if block_runs is None:
                rows = transaction.execute(f"{_MADE} ORDER BY position", (run,)).fetchall()
            else:
                rows = list(_named(transaction, run, sorted(block_runs)))
            return [one for row in rows if (one := _made(transaction, run, row)) is not None]

    def record(self, run: Run, versions: Sequence[NewVersion], *, whole: bool) -> Sequence[AssetKey]:
        if not versions and not whole:
            return ()
        # In one order everywhere, so that two who write the same never wait for each other.
        ordered = sorted(versions, key=lambda one: (one.asset, one.block_run))
        with self._database.write() as transaction:
            # Sent together, one way there and back, and so is what follows from the answers.
            answers = [transaction.execute(INSERT_VERSION, version_row(run.project, new)) for new in ordered]
            written = [new for new, answer in zip(ordered, answers, strict=True) if answer.rowcount]
            _add_schemas(transaction, run.project, [new.schema for new in written])
            places = [(new.run, new.block_run, new.asset.name, new.round) for new in written]
            transaction.executemany(_SET_NEWEST, places)
            if whole:
                transaction.execute(_SET_CATALOGUED, (run.id, run.round))
        return [new.asset for new in written]

    def unrecorded(self, project: str, *, limit: int = 500) -> Sequence[RunId]:
        found: list[int] = []
        with self._database.read() as transaction:
            for state in ("completed", "failed", "cancelled"):
                rows = transaction.execute(_UNRECORDED, (project, state, limit)).fetchall()
                found += [row[0] for row in rows]
        return [RunId(run) for run in sorted(found)[:limit]]

    # Looking up ----------------------------------------------------------------------------------------------------

    def assets(self, which: AssetFilter, *, limit: int) -> Sequence[Version]:
        conditions, parameters = ["s.project = ?"], list[Any]([which.project])
        if which.pipelines is not None:
            if not which.pipelines:
                return ()
            conditions.append(f"s.pipeline IN ({placeholders(len(which.pipelines))})")
            parameters += sorted(which.pipelines)
        if which.text:
            conditions.append("LOWER(s.pipeline || '/' || s.block || '/' || s.name) LIKE ? ESCAPE '!'")
            parameters.append(_pattern(which.text))
        if which.column:
            conditions.append(
                "v.schema IN (SELECT schema FROM schema_column "
                "WHERE project = ? AND LOWER(column_name) LIKE ? ESCAPE '!')"
            )
            parameters += [which.project, _pattern(which.column)]
        if which.after is not None:
            conditions.append("(s.pipeline, s.block, s.name) > (?, ?, ?)")
            parameters += [which.after.pipeline, which.after.block, which.after.name]
        statement = (
            f"{SELECT_VERSION} JOIN asset s ON s.newest = v.id WHERE {' AND '.join(conditions)} "
            "ORDER BY s.pipeline, s.block, s.name LIMIT ?"
        )
        with self._database.read() as transaction:
            return _versions(transaction, statement, *parameters, limit)

    def newest(self, project: str, asset: AssetKey) -> Version | None:
        return next(iter(self.versions(project, asset, limit=1)), None)

    def names(self, project: str, pipeline: str, block: BlockId) -> Sequence[str]:
        statement = "SELECT name FROM asset WHERE project = ? AND pipeline = ? AND block = ? ORDER BY name"
        with self._database.read() as transaction:
            return [row[0] for row in transaction.execute(statement, (project, pipeline, block)).fetchall()]

    def version(self, project: str, version: VersionId) -> Version:
        with self._database.read() as transaction:
            return _version(transaction, project, version)

    def versions(
        self, project: str, asset: AssetKey, *, before: tuple[datetime, VersionId] | None = None, limit: int
    ) -> Sequence[Version]:
        where = "v.project = ? AND v.pipeline = ? AND v.block = ? AND v.name = ?"
        parameters: list[Any] = [project, asset.pipeline, asset.block, asset.name]
        if before is not None:
            where += " AND (v.made, v.id) < (?, ?)"
            parameters += [time_cell(before[0]), before[1]]
        statement = f"{SELECT_VERSION} WHERE {where} ORDER BY v.made DESC, v.id DESC LIMIT ?"
        with self._database.read() as transaction:
            return _versions(transaction, statement, *parameters, limit)

    def aliased(self, project: str, asset: AssetKey, name: str) -> Version | None:
        statement = f"{SELECT_VERSION} WHERE v.id = (SELECT version_id FROM alias WHERE {_ALIAS})"
        with self._database.read() as transaction:
            found = _versions(transaction, statement, project, asset.pipeline, asset.block, asset.name, name)
        return next(iter(found), None)

    def restored(self, project: str, pipeline: str, block: BlockId) -> Version | None:
        statement = (
            f"{SELECT_VERSION} WHERE v.id = "
            "(SELECT version_id FROM restored WHERE project = ? AND pipeline = ? AND block = ?)"
        )
        with self._database.read() as transaction:
            return next(iter(_versions(transaction, statement, project, pipeline, block)), None)

    def restored_places(self, project: str, pipeline: str) -> Mapping[BlockId, Place]:
        with self._database.read() as transaction:
            rows = transaction.execute(_RESTORED_PLACES, (project, pipeline)).fetchall()
        return {BlockId(block): Place(RunId(run), BlockRunName(name), round) for block, run, name, round in rows}

    def schema(self, project: str, digest: str) -> Sequence[SchemaColumn]:
        statement = "SELECT column_name, type FROM schema_column WHERE project = ? AND schema = ? ORDER BY place"
        with self._database.read() as transaction:
            return [SchemaColumn(*row) for row in transaction.execute(statement, (project, digest)).fetchall()]

    def place(self, version: Version) -> Place | None:
        with self._database.read() as transaction:
            return _place(transaction, version)

    def reusers(self, version: Version, *, limit: int = 20) -> Sequence[tuple[RunId, str]]:
        with self._database.read() as transaction:
            return [(RunId(run), name) for run, name in transaction.execute(_REUSERS, (version.id, limit)).fetchall()]

    # What people keep ----------------------------------------------------------------------------------------------

    def pin(self, project: str, version: VersionId, pinned: bool) -> None:
        with self._database.write() as transaction:
            found = _version(transaction, project, version)
            if pinned and not found.pinned:
                _require_there(transaction, found)
            transaction.execute("UPDATE version SET pinned = ? WHERE id = ?", (pinned, version))

    def call(self, project: str, version: VersionId, alias: str, now: datetime) -> VersionId | None:
        with self._database.write() as transaction:
            found = _version(transaction, project, version)
            _require_there(transaction, found)
            asset = found.asset
            named = (project, asset.pipeline, asset.block, asset.name, alias)
            before = transaction.execute(f"SELECT version_id FROM alias WHERE {_ALIAS}", named).fetchone()
            transaction.execute(_SET_ALIAS, (*named, version, time_cell(now)))
        return None if before is None or before[0] == version else VersionId(before[0])

    def uncall(self, project: str, asset: AssetKey, alias: str) -> None:
        named = (project, asset.pipeline, asset.block, asset.name, alias)
        with self._database.write() as transaction:
            if transaction.execute(f"DELETE FROM alias WHERE {_ALIAS}", named).rowcount == 0:
                raise NotFound(
                    f"No version of `{asset}` is called `{alias[:100]}`.",
                    hint=f"`blockwright catalog versions {asset}` lists the versions with their aliases.",
                    code="alias_not_found",
                )

    def restore(self, project: str, version: VersionId, now: datetime) -> None:
        with self._database.write() as transaction:
            found = _version(transaction, project, version)
            place = _require_there(transaction, found)
            row = (place.run, place.block_run, place.round, time_cell(now))
            transaction.execute(_RESTORE, (project, found.asset.pipeline, found.asset.block, version, *row))

    def unrestore(self, project: str, pipeline: str, block: BlockId) -> bool:
        statement = "DELETE FROM restored WHERE project = ? AND pipeline = ? AND block = ?"
        with self._database.write() as transaction:
            return transaction.execute(statement, (project, pipeline, block)).rowcount > 0

    def kept_runs(self, project: str) -> frozenset[RunId]:
        statement = (
            f"SELECT v.run_id FROM version v WHERE v.project = ? AND {KEPT} "
            "UNION SELECT run_id FROM restored WHERE project = ?"
        )
        with self._database.read() as transaction:
            rows = transaction.execute(statement, (project, project)).fetchall()
        return frozenset(RunId(row[0]) for row in rows)

    def kept_digests(self) -> frozenset[str]:
        with self._database.read() as transaction:
            rows = transaction.execute(f"SELECT v.digest FROM version v WHERE {KEPT}").fetchall()
        return frozenset(row[0] for row in rows)

    def forget(self, project: str) -> int:
        with self._database.write() as transaction:
            gone = transaction.execute(_FORGET, (project,)).rowcount
            if gone:
                transaction.execute(_FORGET_ASSETS, (project,))
                transaction.execute(_MEND_ASSETS, (project,))
                transaction.execute(_FORGET_SCHEMAS, (project, project))
        return gone

    # What block code read ------------------------------------------------------------------------------------------

    def note(self, run: RunId, block: BlockId, source: Node, now: datetime) -> None:
        asked = (block, source.kind.value, source.pipeline, source.name)
        with self._database.read() as transaction:  # ten thousand children that ask the same write it once
            if transaction.execute(_NOTED, (run, *asked)).fetchone() is not None:
                return
        with self._database.write() as transaction:
            transaction.execute(_NOTE, (*asked, time_cell(now), run))

    def readings(self, project: str) -> Sequence[Reading]:
        statement = (
            "SELECT pipeline, block, kind, source_pipeline, source, run_id, seen FROM reading WHERE project = ? "
            "ORDER BY pipeline, block, kind, source_pipeline, source"
        )
        with self._database.read() as transaction:
            rows = transaction.execute(statement, (project,)).fetchall()
        return [
            Reading(pipeline, BlockId(block), Node(NodeKind(kind), where, source), RunId(run), moment(seen))
            for pipeline, block, kind, where, source, run, seen in rows
        ]

    def usage(self, project: str) -> Sequence[PipelineUsage]:
        with self._database.read() as transaction:
            runs = {name: rest for name, *rest in transaction.execute(_RUN_USAGE, (project,)).fetchall()}
            versions = {name: rest for name, *rest in transaction.execute(_VERSION_USAGE, (project,)).fetchall()}
            sizes = dict(transaction.execute(_BYTES, (project,)).fetchall())
        found = []
        for name in {*runs, *versions}:
            count, oldest = runs.get(name, (0, None))
            made, kept = versions.get(name, (0, 0))
            found.append(PipelineUsage(name, count, made, int(kept), int(sizes.get(name, 0)), moment(oldest)))
        return sorted(found, key=lambda one: (-one.bytes, one.pipeline))


def _named(transaction: Transaction, run: RunId, names: Sequence[str]) -> Iterator[Any]:
    for first in range(0, len(names), _TOGETHER):
        some = names[first : first + _TOGETHER]
        statement = f"{_MADE} AND name IN ({placeholders(len(some))}) ORDER BY position"
        yield from transaction.execute(statement, (run, *some)).fetchall()


def _made(transaction: Transaction, run: RunId, row: Sequence[Any]) -> Made | None:
    """None for what gave nothing."""
    block, name, role, round_, produced, key, manifest, outputs = row
    reused = False
    if role == "group":
        children = transaction.execute(_CHILDREN, (run, block, name)).fetchall()
        parts = tuple(read_outputs(child[0]) for child in children)
        reused = all(child[1] for child in children)
        manifest = next((child[2] for child, given in zip(children, parts, strict=True) if given), None)
    else:
        parts = (read_outputs(outputs),)
    if not any(parts):
        return None
    return Made(
        block=BlockId(block),
        block_run=BlockRunName(name),
        round=round_,
        made=moment(int(produced)),
        parts=parts,
        dynamic=role == "group",
        reused=reused,
        key=key,
        manifest=manifest,
    )


def _add_schemas(transaction: Transaction, project: str, schemas: Iterable[Sequence[SchemaColumn]]) -> None:
    described = {digest: schema for schema in schemas if (digest := digest_of(schema))}
    digests = sorted(described)
    for first in range(0, len(digests), _TOGETHER):
        some = digests[first : first + _TOGETHER]
        statement = _KNOWN_SCHEMAS.format(placeholders(len(some)))
        known = {row[0] for row in transaction.execute(statement, (project, *some)).fetchall()}
        for digest in (each for each in some if each not in known):
            columns = enumerate(described[digest])
            rows = [(project, digest, place, column.name, column.type) for place, column in columns]
            transaction.executemany(_ADD_COLUMN, rows)


def _versions(transaction: Transaction, statement: str, *parameters: Any) -> list[Version]:
    rows = transaction.execute(statement, parameters).fetchall()
    aliases: dict[int, list[str]] = {}
    for first in range(0, len(rows), _TOGETHER):
        ids = [row[0] for row in rows[first : first + _TOGETHER]]
        named = f"SELECT version_id, name FROM alias WHERE version_id IN ({placeholders(len(ids))})"
        for version, name in transaction.execute(named, ids).fetchall():
            aliases.setdefault(version, []).append(name)
    return [read_version(row, aliases) for row in rows]


def _version(transaction: Transaction, project: str, version: VersionId) -> Version:
    if 0 <= version <= _LARGEST_ID:  # people type numbers that no driver takes
        found = _versions(transaction, f"{SELECT_VERSION} WHERE v.project = ? AND v.id = ?", project, version)
        if found:
            return found[0]
    raise NotFound(
        f"There is no version {version}.",
        hint="`blockwright catalog versions ASSET` lists those of an output.",
        code="version_not_found",
    )


def _place(transaction: Transaction, version: Version) -> Place | None:
    own = transaction.execute(OWN_PLACE, (version.run, version.block_run, version.round)).fetchone()
    row = own or transaction.execute(_REUSED_PLACE, (version.id,)).fetchone()
    return None if row is None else Place(RunId(row[0]), BlockRunName(row[1]), row[2])


def _require_there(transaction: Transaction, version: Version) -> Place:
    place = _place(transaction, version)
    if version.record.in_memory:
        raise Conflict(
            f"Version {version.id} of `{version.asset}` was kept in memory only: there is nothing to keep.",
            hint="Switch `cache_block_output_in_memory` off in its pipeline.",
            code="version_gone",
        )
    if place is None:
        raise Conflict(
            f"Version {version.id} of `{version.asset}` is no longer there: a retry replaced it in run {version.run}, "
            "or retention took that run.",
            hint=f"`blockwright catalog versions {version.asset}` lists those that are.",
            code="version_gone",
        )
    return place


def _pattern(text: str) -> str:
    """For LIKE, with ``!`` before what would mean something else."""
    escaped = "".join(f"!{sign}" if sign in "!%_" else sign for sign in text.lower())
    return f"%{escaped}%"
