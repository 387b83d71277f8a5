"""Forms as people have them: filled in, run, shown; built beside their YAML; shared with those who may only look."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import App, no_violations
from tests.browser.people import add_person
from tests.project import Project

ASK = """\
name: What will the trip cost?
description: Fill in the trip, and see the fare that we expect.
inputs:
  number: {type: text_field, style: {input_type: number}}
  kind: {type: dropdown_menu, options: [{label: By day, value: day}, {label: By night, value: night}]}
  day: {type: date}
  list: {type: file}
  stops: {type: table, columns: [stop, minutes]}
  together: {type: switch}
variables:
  distance: {name: Trip distance, description: In kilometres., input: number, required: true, types: [float]}
  tariff: {name: Tariff, input: kind}
  day: {name: Day of the trip, input: day}
  stops: {name: Stops, input: stops}
  discounts: {name: Discounts, input: list}
  shared: {name: Share the ride, input: together, types: [boolean]}
layout:
- - {variable: distance, width: 1}
  - {variable: tariff, width: 1}
- - {variable: day, width: 1}
- - {variable: stops, width: 1}
- - {variable: discounts, width: 1}
- - {variable: shared, width: 1}
results:
- {block: fare, title: Expected fare}
"""
LINK = """\
blocks:
  fare:
  - uuid: fare.yaml
    permissions:
    - roles: [Viewer]
"""


@pytest.fixture
def app(start: Callable[..., App], project: Project) -> App:
    code = """
        import pandas as pd


        @data_loader
        def fare(*args, **kwargs):
            stops = sum(stop["minutes"] for stop in kwargs.get("stops", []))
            rows = [("fare", kwargs["distance"] * 2 + stops), ("tariff", kwargs["tariff"]), ("by", kwargs["form"])]
            text = kwargs["discounts"]["text"] if "discounts" in kwargs else "none"
            return pd.DataFrame([*rows, ("list", text)], columns=["what", "value"]).astype(str)
    """
    project.pipeline("fares", {"kind": "loader", "id": "fare", "code": code}, variables={"tariff": "day"})
    project.write("interactions/fare.yaml", ASK)
    project.write("pipelines/fares/interactions.yaml", LINK)
    return start()


def test_a_form_is_filled_in_run_and_shows_its_result(app: App) -> None:
    page = app.open("/")
    page.get_by_role("navigation", name="Places").get_by_role("link", name="Forms").click()
    expect(page.get_by_role("heading", name="Forms", level=1)).to_be_visible()
    no_violations(page)
    app.picture("forms")
    page.get_by_role("link", name="What will the trip cost?").click()
    run = page.get_by_role("button", name="Run", exact=True)
    run.click()
    distance = page.get_by_label("Trip distance")
    expect(page.get_by_text("Trip distance is needed.")).to_be_visible()
    expect(distance).to_be_focused()
    assert app.call("GET", "runs")["items"] == [], "nothing runs that does not fit"
    distance.fill("21")
    page.get_by_label("Tariff").select_option("By night")
    page.get_by_label("Day of the trip").fill("2026-05-17")
    page.get_by_label("stop, row 1").fill("Depot")
    page.get_by_label("minutes, row 1").fill("3")
    files = [{"name": "off.csv", "mimeType": "text/csv", "buffer": b"ten percent"}]
    page.get_by_label("Discounts").set_input_files(files)  # type: ignore[arg-type]  # a literal of Playwright's shape
    expect(page.get_by_text("off.csv, 1 KiB.")).to_be_visible()
    no_violations(page)
    app.picture("form")
    run.click()
    result = page.get_by_role("region", name="Expected fare")
    expect(page.get_by_text("Done. The results stand below.").first).to_be_visible()
    for text in ("45.0", "night", "fares.fare", "ten percent"):
        expect(result.get_by_text(text, exact=True).first).to_be_visible()
    no_violations(page)
    app.picture("form-result")
    page.goto(app.server.url + "/forms/fares.fare")
    expect(page.get_by_label("Trip distance")).to_have_value("21")
    expect(page.get_by_label("Tariff")).to_have_value("1")
    expect(page.get_by_text("Filled in as you did last time.")).to_be_visible()


def test_a_form_is_built_beside_its_yaml_and_both_are_live(app: App) -> None:
    page = app.open("/forms?new=true")
    sheet = page.get_by_role("dialog", name="New form")
    sheet.get_by_label("Title").fill("Tariffs")
    sheet.get_by_role("button", name="Create and build").click()
    built = page.get_by_role("region", name="Form")
    expect(built.get_by_role("textbox", name="Tariff")).to_have_value("day")
    editor = page.get_by_role("region", name="YAML").locator(".cm-content")
    editor.click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text("name: All tariffs\ndescription: They are typed here.\n")
    expect(built.get_by_text("They are typed here.")).to_be_visible()
    expect(page.get_by_role("region", name="YAML").get_by_text("Saved")).to_be_visible()
    assert "They are typed here." in (app.project.root / "interactions/tariffs.yaml").read_text()
    page.keyboard.insert_text("results: [far]\n")
    problems = page.get_by_role("list", name="Problems")
    expect(problems).to_contain_text("Did you mean `fare`?")
    no_violations(page)
    app.picture("form-builder")
    page.get_by_role("button", name="Share").click()
    share = page.get_by_role("dialog", name="Share Tariffs")
    share.get_by_label("Who may run it").select_option("viewer")
    no_violations(page)
    app.picture("form-share")
    share.get_by_role("button", name="Save").click()
    expect(share).to_have_count(0)
    assert app.call("GET", "forms/fares.tariffs")["roles"] == ["viewer"]


def test_whoever_may_only_look_runs_the_form_and_nothing_else(app: App) -> None:
    page = app.another(person=add_person(app, "eve@example.com", "viewer"))
    page.goto(app.server.url + "/forms/fares.fare")
    expect(page.get_by_role("heading", name="What will the trip cost?", level=1)).to_be_visible()
    expect(page.get_by_role("button", name="Edit")).to_have_count(0)
    page.get_by_label("Trip distance").fill("1")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Done. The results stand below.").first).to_be_visible()
    page.goto(app.server.url + "/forms")
    expect(page.get_by_text("may run it")).to_be_visible()
