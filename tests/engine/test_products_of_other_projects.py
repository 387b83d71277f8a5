"""A data product that another project of the same platform makes: who gives, who gets, and who drives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from blockwright.core.runs.model import RunState
from blockwright.ports.runs import RunFilter
from tests.engines import Running, engine
from tests.object_server import ObjectServer
from tests.project import Project, block_of

BUILD = """
    @data_loader
    def build(*args, **kwargs):
        return {"made by": "bank"}
"""
HIDDEN = """
    @transformer
    def hidden(build, *args, **kwargs):
        return {"secret": True}
"""
TAKE = "    @transformer\n    def take(product, *args, **kwargs):\n        return {'got': product}\n"
VALUE = {"got": {"build": [{"made by": "bank"}]}}
PRICES: dict[str, Any] = {"object_type": "pipeline", "object_uuid": "prep", "settings": {"build": {"partitions": 1}}}


def share(giver: Project, **products: Any) -> None:
    giver.write("global_data_products.yaml", yaml.safe_dump(products))


def use(shop: Project, **said: Any) -> None:
    wanted = {"global_data_product": {"uuid": "prices", **said}}
    shop.pipeline(
        "use",
        {"kind": "product", "id": "prices", "configuration": wanted},
        {"kind": "transformer", "id": "take", "code": TAKE, "after": ["prices"]},
    )


@pytest.fixture
def bank(tmp_path: Path) -> Project:
    made = Project(tmp_path / "banks" / "bank")
    made.pipeline(
        "prep",
        {"kind": "loader", "id": "build", "code": BUILD},
        {"kind": "transformer", "id": "hidden", "code": HIDDEN, "after": ["build"]},
    )
    share(made, prices=PRICES)
    return made


@pytest.fixture
def shop(tmp_path: Path, bank: Project) -> Project:
    """A project of the same platform that has a pipeline of the very name, too."""
    made = Project(tmp_path / "shop")
    other = "@data_loader\ndef build(*args, **kwargs):\n    return {'made by': 'shop'}\n"
    made.pipeline("prep", {"kind": "loader", "id": "built", "code": other})
    use(made, project="banks/bank")
    (tmp_path / "settings.yaml").write_text("projects:\n  bank: {path: banks/bank}\n  shop: {}\n")
    return made


def reason(shop: Project) -> str:
    """Why the block that wants the product failed."""
    run = shop.report("run", "use")
    assert run["state"] == "failed", run
    return str(block_of(shop.report("show", str(run["run"])), "prices")["reason"])


def test_a_command_has_it_computed_in_its_own_project_and_gets_the_value(shop: Project, bank: Project) -> None:
    for _ in range(2):
        run = shop.report("run", "use")
        assert (run["exit"], run["state"]) == (0, "completed"), run
        assert shop.value("take", str(run["run"])) == VALUE
    (made,) = bank.report("runs")["runs"]
    assert (made["pipeline"], made["state"]) == ("prep", "completed")
    assert [one["pipeline"] for one in shop.report("runs")["runs"]] == ["use", "use"]
    entry = block_of(shop.report("plan", "use"), "prices")
    assert entry["action"] == "reuse", entry
    (told,) = bank.report("products", "list")["products"]
    assert (told["uuid"], told["fresh"], told["run"]) == ("prices", True, made["run"])


def test_what_the_own_registry_says_goes_before(shop: Project, bank: Project) -> None:
    """An entry that names the other project, as the format has it; how old the value may be is this project's word."""
    use(shop)
    share(shop, prices={**PRICES, "project": "banks/bank", "outdated_after": {"seconds": 0}, "repo_path": "/gone/bank"})
    first, second = (shop.report("run", "use") for _ in range(2))
    assert shop.value("take", str(second["run"])) == VALUE
    assert first["state"] == second["state"] == "completed"
    assert len(bank.report("runs")["runs"]) == 2
    (told,) = shop.report("products", "list")["products"]
    assert (told["uuid"], told["project"], told["fresh"]) == ("prices", "bank", False)
    assert shop.run("check").code == 0


def test_nobody_has_to_say_whose_it_is_while_one_shares_it(shop: Project, bank: Project) -> None:
    use(shop)
    run = shop.report("run", "use")
    assert shop.value("take", str(run["run"])) == VALUE
    third = Project(bank.root.parent / "third")
    third.pipeline("prep", {"kind": "loader", "id": "build", "code": BUILD})
    share(third, prices={**PRICES, "shared_with": ["shop"]})
    settings = shop.root.parent / "settings.yaml"
    settings.write_text(settings.read_text() + "  third: {path: banks/third}\n")
    assert "Several projects share a data product `prices`: `bank`, `third`" in reason(shop)
    share(third, prices={**PRICES, "shared_with": ["bank"]})
    assert shop.report("run", "use")["state"] == "completed"


@pytest.mark.parametrize(
    ("entry", "said", "why"),
    [
        (None, {}, "Project `bank` has no data product `prices`"),
        ({**PRICES, "object_uuid": "gone"}, {}, "Project `bank` has no data product `prices`"),
        ({**PRICES, "shared_with": []}, {}, "does not share its data product `prices` with `shop`"),
        (PRICES, {"settings": {"hidden": {"partitions": 1}}}, "shares the value of its data product `prices`, not of"),
        ({"object_uuid": "prep"}, {"settings": {"build": {"partitions": 1}}}, "which its last blocks make"),
    ],
)
def test_a_project_gets_what_the_other_gives_and_nothing_else(
    shop: Project, bank: Project, entry: dict[str, Any] | None, said: dict[str, Any], why: str
) -> None:
    share(bank, **({"prices": entry} if entry else {}))
    use(shop, project="bank", **said)
    assert why in reason(shop)
    assert bank.report("runs")["runs"] == []


def test_naming_a_pipeline_of_another_project_does_not_open_it(shop: Project, bank: Project) -> None:
    share(bank)
    use(shop)
    share(shop, prices={**PRICES, "project": "bank"})
    assert "Project `bank` has no data product `prices` made by its pipeline `prep`" in reason(shop)


def test_a_circle_over_projects_is_refused(shop: Project, bank: Project) -> None:
    share(shop, sums={"object_uuid": "use"})
    wanted = {"global_data_product": {"uuid": "sums", "project": "shop"}}
    bank.pipeline("prep", {"kind": "product", "id": "build", "configuration": wanted})
    assert "in a circle: `prices` → `sums` → `prices`" in reason(shop)


def test_block_code_asks_for_it_itself(shop: Project, bank: Project) -> None:
    code = """
    from mage_ai.data_preparation.models.global_data_product import GlobalDataProduct
    from mage_ai.orchestration.triggers.global_data_product import trigger_and_check_status

    @custom
    def ask(*args, **kwargs):
        product = GlobalDataProduct.get("prices", project="bank")
        before = product.is_outdated()
        return {"told": [before, trigger_and_check_status(product).status, product.get_outputs()]}
    """
    shop.pipeline("asks", {"kind": "custom", "id": "ask", "code": code})
    run = shop.report("run", "asks")
    assert run["exit"] == 0, run
    assert shop.value("ask", str(run["run"]))["told"] == [True, "completed", VALUE["got"]]
    assert len(bank.report("runs")["runs"]) == 1


@pytest.fixture
def at_work(shop: Project) -> Iterator[Running]:
    with engine(shop) as running:
        yield running


def test_an_engine_hands_it_to_the_other_project(at_work: Running, bank: Project) -> None:
    asking = [at_work.start("use") for _ in range(3)]
    assert {at_work.ended(run).state for run in asking} == {RunState.COMPLETED}
    theirs = at_work.installation.workspace("bank").runs.list(RunFilter("bank"), limit=9)
    assert [(run.product, run.parent_run in asking, run.state) for run in theirs] == [
        ("prices", True, RunState.COMPLETED)
    ]


def test_projects_that_keep_their_outputs_in_different_places(shop: Project, bank: Project, s3: ObjectServer) -> None:
    url = s3.bucket()
    for project in (shop, bank):
        project.environ = {**project.environ, **s3.environ}
    bank.write("metadata.yaml", f"project_type: standalone\nremote_variables_dir: {url}\n")
    run = shop.report("run", "use")
    assert (run["exit"], run["state"]) == (0, "completed"), run
    assert shop.value("take", str(run["run"])) == VALUE
    assert s3.keys(url)
