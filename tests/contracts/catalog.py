"""What every ``CatalogStore`` keeps. Subclass it and give fixtures ``catalog`` and ``runs`` on one database."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from blockwright.core.blocks import BlockId
from blockwright.core.catalog.lineage import Node, NodeKind
from blockwright.core.catalog.model import AssetKey, NewVersion, Version, VersionId
from blockwright.core.catalog.schemas import SchemaColumn
from blockwright.core.errors import Conflict, NotFound
from blockwright.core.outputs import OutputRecord
from blockwright.core.runs.model import BlockRun, BlockRunName, BlockState, Run, RunId
from blockwright.ports.catalog import AssetFilter, CatalogStore
from blockwright.ports.runs import Changes, RunStore
from tests.contracts.ledger import end
from tests.contracts.samples import NOON, block_run, child, claim, create, done, group, later, output, record

CLEAN = AssetKey("sales", BlockId("clean"), "output_0")
A, B = "a" * 64, "b" * 64


def ended(runs: RunStore, *rows: BlockRun, **where: Any) -> Run:
    """A run that has ended with these block runs."""
    run = record(runs, *rows, **where)
    end(runs, run)
    return runs.get(run.id)


def gave(name: str = "clean", digest: str = A, **fields: Any) -> BlockRun:
    return done(name, fields.pop("key", f"key of {digest[:3]}"), outputs=(output(digest, rows=7, columns=2),), **fields)


def new(
    run: Run, digest: str = A, *, asset: AssetKey | None = None, made: datetime = NOON, **fields: Any
) -> NewVersion:
    asset = asset or replace(CLEAN, pipeline=run.pipeline)
    values: dict[str, Any] = {"round": 0, "key": f"key of {digest[:3]}", **fields}
    record = OutputRecord(asset.name, digest, "json", "dict", 12, rows=7, columns=2)
    return NewVersion(asset, run.id, BlockRunName(asset.block), record=record, made=made, **values)


def columns(*names: str) -> tuple[SchemaColumn, ...]:
    return tuple(SchemaColumn(name, "int64") for name in names)


class CatalogContract:
    def add(self, catalog: CatalogStore, run: Run, *versions: NewVersion) -> list[Version]:
        """Write them, and give them as they stand there."""
        catalog.record(run, versions, whole=True)
        return [
            next(
                one
                for one in catalog.versions(run.project, each.asset, limit=100)
                if (one.run, one.round) == (run.id, each.round)
            )
            for each in versions
        ]

    # Written ---------------------------------------------------------------------------------------------------------

    def test_what_a_run_made_is_found(self, catalog: CatalogStore, runs: RunStore) -> None:
        run = record(runs, gave(), gave("load", B, reused=True), done("none"), block_run("open"))
        (made,) = catalog.made(run.id)
        assert (made.block, made.block_run, made.made, made.key) == ("clean", "clean", NOON, "key of aaa")
        assert (made.dynamic, made.reused, made.parts) == (False, False, ((output(A, rows=7, columns=2),),))
        assert [one.block for one in catalog.made(run.id, {"clean", "load"})] == ["clean"]
        assert catalog.made(run.id, {"load"}) == []
        assert catalog.made(run.id, set()) == []

    def test_the_children_of_a_dynamic_block_are_made_together(self, catalog: CatalogStore, runs: RunStore) -> None:
        children = [child("each", index, outputs=(output(digest),)) for index, digest in enumerate((B, A))]
        run = record(runs, group("each"), *reversed(children))
        (made,) = catalog.made(run.id)
        assert (made.block_run, made.dynamic, made.reused) == ("each", True, False)
        assert [[one.digest for one in part] for part in made.parts] == [[B], [A]]
        assert [one.block_run for one in catalog.made(run.id, {"each", "each:0", "each:1"})] == ["each"]

    def test_a_version_is_written_once_for_each_round(self, catalog: CatalogStore, runs: RunStore) -> None:
        run = ended(runs, gave())
        assert catalog.record(run, [new(run)], whole=False) == [CLEAN]
        assert catalog.record(run, [new(run)], whole=True) == []
        assert catalog.record(run, [new(run, B, round=1, made=later(5))], whole=True) == [CLEAN]
        newest, first = catalog.versions("shop", CLEAN, limit=10)
        assert (newest.record.digest, newest.round, newest.made) == (B, 1, later(5))
        assert (first.record.digest, first.round, first.made) == (A, 0, NOON)
        assert first.record == output(A, rows=7, columns=2)

    def test_ended_runs_that_are_missing_are_found(self, catalog: CatalogStore, runs: RunStore) -> None:
        whole, part, none, again = (ended(runs, gave()) for _ in range(4))
        going = record(runs, gave())
        catalog.record(whole, [new(whole)], whole=True)
        catalog.record(part, [new(part)], whole=False)
        catalog.record(again, [new(again)], whole=True)
        end(runs, again, round=1)
        assert catalog.unrecorded("shop") == [part.id, none.id, again.id]
        assert catalog.unrecorded("shop", limit=1) == [part.id]
        assert catalog.unrecorded("bank") == []
        assert going.id not in catalog.unrecorded("shop")

    # Found -----------------------------------------------------------------------------------------------------------

    def test_assets_are_listed_by_name_with_their_newest_version(self, catalog: CatalogStore, runs: RunStore) -> None:
        late = ended(runs, gave(digest=B))
        early = ended(runs, gave())
        other = ended(runs, gave(), pipeline="costs")
        self.add(catalog, late, new(late, B, made=later(60)))
        self.add(catalog, early, new(early))  # written later, made earlier
        self.add(catalog, other, new(other))
        found = catalog.assets(AssetFilter("shop"), limit=10)
        assert [(str(one.asset), one.record.digest) for one in found] == [
            ("costs/clean/output_0", A),
            ("sales/clean/output_0", B),
        ]
        assert catalog.assets(AssetFilter("bank"), limit=10) == []
        assert catalog.newest("shop", CLEAN) == found[1]
        assert catalog.names("shop", "sales", BlockId("clean")) == ["output_0"]

    def test_a_list_goes_on_where_it_ended(self, catalog: CatalogStore, runs: RunStore) -> None:
        run = ended(runs)
        names = [AssetKey("sales", BlockId(block), name) for block in ("a", "b") for name in ("x", "y")]
        self.add(catalog, run, *(new(run, asset=name) for name in names))
        page = catalog.assets(AssetFilter("shop"), limit=3)
        rest = catalog.assets(AssetFilter("shop", after=page[-1].asset), limit=3)
        assert [one.asset for one in (*page, *rest)] == names

    @pytest.mark.parametrize(
        ("which", "expected"),
        [
            ({"text": "CLEAN"}, ["a/clean_100%/x", "b/clean/x"]),
            ({"text": "b/c"}, ["b/clean/x"]),
            ({"text": "100%"}, ["a/clean_100%/x"]),
            ({"text": "n_1"}, ["a/clean_100%/x"]),
            ({"text": "n!1"}, []),
            ({"column": "PRICE"}, ["a/clean_100%/x", "b/load/x"]),
            ({"column": "price_eur"}, ["b/load/x"]),
            ({"column": "old"}, []),
            ({"pipelines": ["b"]}, ["b/clean/x", "b/load/x"]),
            ({"pipelines": []}, []),
            ({"pipelines": ["b"], "column": "price"}, ["b/load/x"]),
        ],
    )
    def test_assets_are_found(
        self, catalog: CatalogStore, runs: RunStore, which: dict[str, Any], expected: list[str]
    ) -> None:
        for pipeline, block, schemas in (
            ("a", "clean_100%", [("old",), ("price",)]),
            ("b", "clean", [("id",)]),
            ("b", "load", [("price_eur", "id")]),
        ):
            for place, names in enumerate(schemas):
                run = ended(runs, pipeline=pipeline)
                asset = AssetKey(pipeline, BlockId(block), "x")
                self.add(catalog, run, new(run, asset=asset, made=later(place), schema=columns(*names)))
        found = catalog.assets(AssetFilter("shop", **which), limit=10)
        assert [str(one.asset) for one in found] == expected

    def test_versions_go_back_page_by_page(self, catalog: CatalogStore, runs: RunStore) -> None:
        made = [later(0), later(1), later(1), later(2)]
        for moment in made:
            run = ended(runs, gave(at=moment))
            self.add(catalog, run, new(run, made=moment))
        whole = catalog.versions("shop", CLEAN, limit=10)
        assert [one.made for one in whole] == made[::-1]
        first = catalog.versions("shop", CLEAN, limit=2)
        place = (first[-1].made, first[-1].id)
        assert [*first, *catalog.versions("shop", CLEAN, before=place, limit=10)] == whole

    def test_columns_are_kept_in_their_order(self, catalog: CatalogStore, runs: RunStore) -> None:
        run = ended(runs, gave())
        (version,) = self.add(catalog, run, new(run, schema=columns("b", "a", "b")))
        assert catalog.schema("shop", version.schema) == list(columns("b", "a", "b"))
        assert catalog.schema("bank", version.schema) == []

    @pytest.mark.parametrize("number", [0, 99, -1, 2**70])
    def test_a_version_that_is_not_there(self, catalog: CatalogStore, number: int) -> None:
        with pytest.raises(NotFound) as caught:
            catalog.version("shop", VersionId(number))
        assert caught.value.code == "version_not_found"

    # Kept ------------------------------------------------------------------------------------------------------------

    def test_a_pinned_version_keeps_its_run(self, catalog: CatalogStore, runs: RunStore) -> None:
        run = ended(runs, gave())
        (version,) = self.add(catalog, run, new(run))
        catalog.pin("shop", version.id, True)
        assert catalog.version("shop", version.id).kept
        assert (catalog.kept_runs("shop"), catalog.kept_digests()) == ({run.id}, {A})
        with pytest.raises(Conflict) as caught:
            runs.delete(run.id)
        assert caught.value.code == "pinned"
        catalog.pin("shop", version.id, False)
        runs.delete(run.id)
        assert catalog.kept_runs("shop") == set()

    def test_an_alias_moves_from_version_to_version(self, catalog: CatalogStore, runs: RunStore) -> None:
        both = [ended(runs, gave(digest=digest)) for digest in (A, B)]
        first, second = (self.add(catalog, run, new(run, digest))[0] for run, digest in zip(both, (A, B), strict=True))
        assert catalog.call("shop", first.id, "champion", NOON) is None
        assert catalog.call("shop", first.id, "champion", NOON) is None
        assert catalog.call("shop", second.id, "champion", NOON) == first.id
        assert catalog.call("shop", second.id, "best", NOON) is None
        assert catalog.version("shop", second.id).aliases == ("best", "champion")
        assert catalog.version("shop", first.id).aliases == ()
        assert catalog.aliased("shop", CLEAN, "champion") == catalog.version("shop", second.id)
        assert catalog.kept_runs("shop") == {both[1].id}
        catalog.uncall("shop", CLEAN, "champion")
        assert catalog.aliased("shop", CLEAN, "champion") is None
        with pytest.raises(NotFound) as caught:
            catalog.uncall("shop", CLEAN, "champion")
        assert caught.value.code == "alias_not_found"

    def test_outputs_may_have_the_same_aliases(self, catalog: CatalogStore, runs: RunStore) -> None:
        run, other = ended(runs, gave()), ended(runs, gave(), pipeline="costs")
        (mine,), (theirs,) = self.add(catalog, run, new(run)), self.add(catalog, other, new(other))
        catalog.call("shop", mine.id, "champion", NOON)
        assert catalog.call("shop", theirs.id, "champion", NOON) is None
        assert catalog.version("shop", mine.id).aliases == ("champion",)

    def test_a_restored_version_is_the_latest_result(self, catalog: CatalogStore, runs: RunStore) -> None:
        first = ended(runs, gave(at=later(1)))
        second = ended(runs, gave(digest=B, at=later(2)))
        (old,), _ = self.add(catalog, first, new(first, made=later(1))), self.add(catalog, second, new(second, B))
        assert latest(runs) == (second.id, B)
        catalog.restore("shop", old.id, NOON)
        assert latest(runs) == (first.id, A)
        assert runs.latest_result("shop", "sales", BlockId("clean"), run=second.id)[0].run == second.id
        found = catalog.restored("shop", "sales", BlockId("clean"))
        assert found is not None
        assert (found.id, found.restored, found.kept) == (old.id, True, True)
        assert [(block, place.run) for block, place in catalog.restored_places("shop", "sales").items()] == [
            ("clean", first.id)
        ]
        assert catalog.restored_places("bank", "sales") == {}
        with pytest.raises(Conflict):
            runs.delete(first.id)
        assert catalog.unrestore("shop", "sales", BlockId("clean"))
        assert not catalog.unrestore("shop", "sales", BlockId("clean"))
        assert latest(runs) == (second.id, B)
        runs.delete(first.id)

    def test_a_restored_result_ends_when_a_retry_replaces_it(self, catalog: CatalogStore, runs: RunStore) -> None:
        first = ended(runs, gave(at=later(1)))
        second = ended(runs, gave(digest=B, at=later(2)))
        (old,) = self.add(catalog, first, new(first, made=later(1)))
        catalog.restore("shop", old.id, NOON)
        again(runs, first, gave(digest="c" * 64, at=later(1), round=1))
        assert latest(runs) == (second.id, B)
        assert catalog.restored_places("shop", "sales") == {}

    def test_what_nothing_refers_to_cannot_be_kept(self, catalog: CatalogStore, runs: RunStore) -> None:
        run = ended(runs, gave())
        (version,) = self.add(catalog, run, new(run))
        assert catalog.place(version) is not None
        again(runs, run, gave(digest=B, at=later(9), round=1))
        assert catalog.place(version) is None
        for keep in (
            lambda: catalog.pin("shop", version.id, True),
            lambda: catalog.call("shop", version.id, "champion", NOON),
            lambda: catalog.restore("shop", version.id, NOON),
        ):
            with pytest.raises(Conflict) as caught:
                keep()
            assert caught.value.code == "version_gone"
        catalog.pin("shop", version.id, False)
        assert not catalog.version("shop", version.id).kept

    def test_a_pinned_value_is_kept_when_a_retry_replaces_it(self, catalog: CatalogStore, runs: RunStore) -> None:
        run = ended(runs, gave())
        (version,) = self.add(catalog, run, new(run))
        catalog.pin("shop", version.id, True)
        again(runs, run, gave(digest=B, at=later(9), round=1))
        assert {A, B} <= runs.referenced_digests()
        catalog.pin("shop", version.id, False)
        assert A not in runs.referenced_digests()

    # Forgotten -------------------------------------------------------------------------------------------------------

    def test_a_version_is_forgotten_with_its_run(self, catalog: CatalogStore, runs: RunStore) -> None:
        first, second = ended(runs, gave()), ended(runs, gave(digest=B, at=later(1)))
        self.add(catalog, first, new(first, schema=columns("old")))
        self.add(catalog, second, new(second, B, made=later(1), schema=columns("id")))
        assert catalog.forget("shop") == 0
        runs.delete(second.id)
        assert catalog.forget("shop") == 1
        newest = catalog.newest("shop", CLEAN)
        assert newest is not None
        assert [one.id for one in catalog.assets(AssetFilter("shop"), limit=9)] == [newest.id]
        assert [one.id for one in catalog.assets(AssetFilter("shop", column="id"), limit=9)] == []
        runs.delete(first.id)
        assert catalog.forget("shop") == 1
        assert catalog.assets(AssetFilter("shop"), limit=9) == []
        assert catalog.schema("shop", newest.schema) == []

    def test_a_version_stays_while_others_reuse_it(self, catalog: CatalogStore, runs: RunStore) -> None:
        maker = ended(runs, gave())
        user = ended(runs, gave(reused=True, source_run=maker.id, at=later(50)), pipeline="costs")
        (version,) = self.add(catalog, maker, new(maker))
        assert catalog.reusers(version) == [(user.id, "costs")]
        place = catalog.place(version)
        assert place is not None
        assert place.run == maker.id
        runs.delete(maker.id)
        assert catalog.forget("shop") == 0
        place = catalog.place(version)
        assert place is not None
        assert place.run == user.id
        runs.delete(user.id)
        assert catalog.forget("shop") == 1

    # Read ------------------------------------------------------------------------------------------------------------

    def test_what_block_code_asked_for_is_noted_with_the_last_run(self, catalog: CatalogStore, runs: RunStore) -> None:
        first, second = create(runs), create(runs)
        source = Node(NodeKind.BLOCK, "costs", "clean")
        catalog.note(second.id, BlockId("train"), source, later(2))
        catalog.note(first.id, BlockId("train"), source, later(9))
        catalog.note(second.id, BlockId("train"), source, later(10))
        catalog.note(second.id, BlockId("train"), Node(NodeKind.PRODUCT, "", "prices"), later(3))
        catalog.note(RunId(99), BlockId("train"), source, later(3))
        found = {one.source: (one.pipeline, one.block, one.run, one.seen) for one in catalog.readings("shop")}
        assert found == {
            source: ("sales", "train", second.id, later(2)),
            Node(NodeKind.PRODUCT, "", "prices"): ("sales", "train", second.id, later(3)),
        }
        assert catalog.readings("bank") == []

    def test_usage_counts_equal_values_once(self, catalog: CatalogStore, runs: RunStore) -> None:
        first, second = ended(runs, gave()), ended(runs, gave(at=later(1)))
        other = ended(runs, gave(), pipeline="costs")
        (version,) = self.add(catalog, first, new(first))
        self.add(catalog, second, new(second, made=later(1)))
        self.add(catalog, other, new(other), new(other, B, asset=AssetKey("costs", BlockId("b"), "x")))
        catalog.pin("shop", version.id, True)
        assert [(one.pipeline, one.runs, one.versions, one.kept, one.bytes) for one in catalog.usage("shop")] == [
            ("costs", 1, 2, 0, 24),
            ("sales", 2, 2, 1, 12),
        ]
        assert {one.oldest for one in catalog.usage("shop")} == {NOON}


def latest(runs: RunStore) -> tuple[RunId, str]:
    (found,) = runs.latest_result("shop", "sales", BlockId("clean"))
    return found.run, found.block_run.outputs[0].digest


def again(runs: RunStore, run: Run, row: BlockRun) -> None:
    """As a retry that has ended."""
    assert row.state is BlockState.COMPLETED
    lease = claim(runs, run)
    runs.save(lease, Changes(run=replace(runs.get(run.id), round=row.round), block_runs=(row,)), now=NOON)
    runs.release(lease)
