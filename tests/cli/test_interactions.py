"""`blockwright forms` and what `blockwright check` says of forms."""

from __future__ import annotations

import json

import pytest

from tests.project import Project
from tests.web.test_interactions import ASK, LINK


@pytest.fixture
def shop(project: Project) -> Project:
    code = "@data_loader\ndef load(*a, **k):\n    return [k['distance'] * 2]\n"
    project.pipeline("sales", {"kind": "loader", "id": "load", "code": code}, variables={"tariff": "day"})
    project.write("interactions/ask.yaml", ASK)
    project.write("pipelines/sales/interactions.yaml", LINK)
    return project


def test_forms_are_listed_shown_and_run(shop: Project) -> None:
    assert [one["id"] for one in shop.report("forms", "list")["forms"]] == ["sales.ask", "sales.ask-2"]
    shown = shop.run("forms", "show", "sales.ask")
    assert "run by viewer and above" in shown.out
    assert "Trip distance" in shown.out
    run = shop.report("forms", "run", "sales.ask", "--input", "distance=4")
    assert run["state"] == "queued"
    refused = shop.run("forms", "run", "sales.ask", "--json")
    assert refused.code == 2
    assert json.loads(refused.out)["error"]["code"] == "form_invalid"
    assert "`Trip distance` is empty" in refused.out


def test_check_says_what_is_wrong_with_forms(shop: Project) -> None:
    assert shop.run("check").code == 0
    shop.write("interactions/ask.yaml", ASK.replace("dropdown_menu", "dropdown").replace("input: kind", "inputt: kind"))
    shop.write("pipelines/sales/interactions.yaml", LINK.replace("Viewer", "Everybody").replace("load:", "lod:"))
    problems = {one["key"]: one for one in shop.report("check")["problems"]}
    assert problems["inputs.kind.type"]["line"] == 4
    assert problems["inputs.kind.type"]["advice"] == "Did you mean `dropdown_menu`?"
    assert problems["variables.tariff.inputt"]["advice"] == "Did you mean `input`?"
    assert "`Everybody` is no role" in problems["blocks.lod[0].permissions[0].roles"]["message"]
    assert problems["blocks.lod[0]"]["advice"] == "Did you mean `load`?"


def test_a_form_whose_file_is_missing_names_the_ones_that_are_there(shop: Project) -> None:
    shop.write("pipelines/sales/interactions.yaml", LINK.replace("ask.yaml", "aks.yaml"))
    messages = [one["message"] + " " + one["advice"] for one in shop.report("check")["problems"]]
    assert (
        messages[0] == "The form of `load` names `interactions/aks.yaml`, which is not there. Did you mean `ask.yaml`?"
    )
