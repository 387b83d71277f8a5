"""Models from the terminal and from block code."""

from __future__ import annotations

import json

import pytest

from tests.project import Project

pytestmark = pytest.mark.slow

FIT = """
    import pandas as pd
    from sklearn.linear_model import LinearRegression
    from blockwright import register_model

    @custom
    def fit(*args, mae=10.0, **kwargs):
        frame = pd.DataFrame({"a": [0.0, 1.0, 2.0], "b": [1, 2, 3], "c": [1.0, None, 3.0]})
        model = LinearRegression().fit(frame[["a", "b"]], frame["a"] + mae)
        return register_model(
            "delay", model, metrics={"mae": mae}, parameters={"depth": 3}, tags={"team": "a"}, card="# Delay",
            example=frame[["a", "b"]], training_data=frame, held_out="march",
        )

    @test
    def is_small(version, *args):
        assert False, "not good enough"
"""
GOOD = FIT.replace('assert False, "not good enough"', "assert version > 0")
USE = """
    from blockwright import load_model, model_version, promote_model

    @custom
    def use(version, *args, **kwargs):
        promoted = promote_model("delay", version)
        promote_model("delay", version)  # again, as a block that is tried again does
        frame = __import__("pandas").DataFrame({"a": [1.0], "b": [2]})
        loaded = load_model("delay")
        known = model_version("delay", "champion")
        return {
            "answers": promoted["endpoint"]["version"],
            "predicts": round(float(loaded.predict(frame)[0]), 6),
            "metrics": known["metrics"],
        }
"""


@pytest.fixture
def shop(project: Project) -> Project:
    project.pipeline(
        "train",
        {"kind": "custom", "id": "fit", "code": GOOD},
        {"kind": "custom", "id": "use", "code": USE, "after": ["fit"]},
    )
    return project


def test_a_block_registers_promotes_and_loads(shop: Project) -> None:
    assert shop.run("run", "train").code == 0
    assert shop.value("use") == {"answers": 1, "predicts": 11.0, "metrics": {"mae": 10.0}}
    shown = shop.report("models", "show", "delay", "champion")
    assert (shown["version"], shown["stage"], shown["pipeline"], shown["block"]) == (1, "champion", "train", "fit")
    fields = [(field["name"], field["type"], field["nullable"]) for field in shown["signature"]["inputs"]]
    assert fields == [("a", "number", False), ("b", "integer", False)]
    assert shown["example"][0] == {"a": 0.0, "b": 1}
    assert (shown["held_out"], len(shown["training_data"])) == ("march", 32)
    assert "scikit-learn" in shown["packages"]
    latest = json.loads((shop.root / "model_registry" / "latest.json").read_text())
    assert (latest["version"], latest["checksum"], latest["run_id"]) == (1, shown["sha256"], shown["run"])
    assert latest["feature_names"] == ["a", "b"]
    text = shop.run("models", "show", "delay", "1").out
    assert "takes" in text
    assert "a: number, b: integer" in text
    assert "# Delay" in text
    assert "1 answers" in shop.run("models").out
    assert "train/fit" in text


def test_a_failing_test_of_the_block_stops_the_promotion(shop: Project) -> None:
    shop.write("custom/fit.py", FIT)
    assert shop.run("run", "train").code == 1
    refused = shop.report("models", "promote", "delay")
    assert (refused["exit"], refused["error"]["code"]) == (2, "promotion_refused")
    assert "1 of 1 tests of the block that made it failed" in refused["error"]["message"]
    assert not (shop.root / "model_registry").exists()


def test_a_block_cannot_promote_before_its_own_tests_ran(shop: Project) -> None:
    promote = 'from blockwright import promote_model\n        promote_model("delay", version)\n        return version'
    head, _, tail = GOOD.replace("return register_model(", "version = register_model(").partition("\n\n    @test")
    shop.write("custom/fit.py", f"{head}\n        {promote}\n\n    @test{tail}")
    assert shop.run("run", "train").code == 1
    assert "its tests did not run" in shop.run("why", "latest").out


def test_a_worse_version_is_refused_and_the_champion_stays(shop: Project) -> None:
    rules = "project_type: standalone\nmodels: {delay: {metric: mae, margin: 1}}\n"
    shop.write("metadata.yaml", rules)
    assert shop.run("check").code == 0
    assert shop.run("run", "train").code == 0
    assert shop.run("run", "train", "--var", "mae=9.5").code == 1
    assert "must be lower by at least 1" in shop.run("why", "latest").out
    assert shop.run("run", "train", "--var", "mae=8").code == 0
    said = shop.run("models", "compare", "delay", "2").out
    assert "version 2 beside 3, measured on the same held-out data" in said
    assert "✗ metric" in said
    listed = shop.report("models", "show", "delay")
    assert [(one["version"], one["stage"]) for one in listed["versions"]] == [(3, "champion"), (2, ""), (1, "previous")]
    assert shop.report("models", "rollback", "delay")["endpoint"]["version"] == 1
    log = shop.report("models", "log", "delay")["promotions"]
    assert [(one["kind"], one["state"]) for one in log] == [
        *[("roll_back", "done"), ("promote", "done"), ("promote", "refused"), ("promote", "done")]
    ]


def test_an_output_of_a_run_is_registered_described_and_split(shop: Project) -> None:
    model = "import sklearn.dummy\n\n@custom\ndef dummy(*args, **kwargs):\n    return sklearn.dummy.DummyRegressor()\n"
    shop.pipeline("other", {"kind": "custom", "id": "dummy", "code": model})
    assert shop.run("run", "other").code == 0
    for number in (1, 2):
        made = shop.report(
            "models", "register", f"tips_{number}", "latest", "dummy", "--metric", "mae=3", "--tag", "a=b"
        )
        assert (made["version"], made["metrics"], made["tags"]) == (1, {"mae": 3.0}, {"a": "b"})
    card = shop.write("card.md", "# Tips")
    described = shop.report("models", "describe", "tips_1", "1", "--card", str(card), "--tag", "a=", "--tag", "c=d")
    assert (described["card"], described["tags"]) == ("# Tips", {"c": "d"})
    assert shop.report("models", "register", "tips_1", "latest", "nobody")["error"]["code"] == "output_not_found"
    assert shop.report("models", "traffic", "tips_1", "split")["error"]["code"] == "not_served"
    assert shop.run("run", "train").code == 0
    refused = shop.report("models", "traffic", "delay", "split", "--challenger", "1")
    assert refused["error"]["code"] == "traffic"
    assert shop.report("models", "show", "delya")["error"]["code"] == "model_not_found"


def test_a_promotion_that_needs_a_person_waits(shop: Project) -> None:
    shop.write("metadata.yaml", "project_type: standalone\nmodels: {default: {approval: true}}\n")
    shop.write("custom/use.py", "@custom\ndef use(version, *args, **kwargs):\n    return version\n")
    assert shop.run("run", "train").code == 0
    waiting = shop.report("models", "promote", "delay")["promotion"]
    assert waiting["state"] == "waiting"
    assert str(waiting["id"]) in shop.run("models", "requests").out
    assert shop.report("models", "approve", str(waiting["id"]))["endpoint"]["version"] == 1
    assert shop.report("models", "reject", str(waiting["id"]))["error"]["code"] == "decided"
    assert "Nothing waits" in shop.run("models", "requests").out
