"""Models: versions are looked at, compared, promoted and rolled back; requests are shared, and asked."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import App, no_violations
from tests.browser.people import add_person
from tests.project import Project

FIT = """
    import pandas as pd
    from blockwright import register_model

    CARD = "# Delay\\n\\nGood by **day**.\\n\\n<img src=x onerror='window.pwned = 1'>"

    class Constant:
        def __init__(self, answer):
            self.answer = answer

        def predict(self, frame):
            return [self.answer] * len(frame)

    @custom
    def fit(*args, mae=5.0, **kwargs):
        frame = pd.DataFrame({"distance": [200.0, 500.0], "night": [True, False]})
        return register_model(
            "delay", Constant(mae), metrics={"mae": mae, "rmse": 2 * mae}, parameters={"answer": mae},
            example=frame, held_out=frame, card=CARD,
        )
"""


def write_training(project: Project, rules: str = "") -> None:
    project.pipeline("train", {"kind": "custom", "id": "fit", "code": FIT})
    project.write("metadata.yaml", f"project_type: standalone\n{rules}")


def train(app: App, mae: float) -> int:
    run = app.run("train", variables={"mae": mae})
    app.open(f"/runs/{run}")
    expect(app.page.locator("h1 + span")).to_contain_text("Completed")
    return run


def two_versions(app: App) -> None:
    """Version 2 answers, 1 did before, 3 is the newest and worse."""
    for mae in (5.0, 4.0, 6.0):
        train(app, mae)
    for version in (1, 2):
        app.call("POST", "models/delay/promote", data={"version": str(version), "force": True})


@pytest.fixture
def app(project: Project, start: Callable[..., App]) -> App:
    write_training(project, "models: {delay: {metric: mae}}\n")
    app = start("--no-serving")
    two_versions(app)
    return app


def versions(page: Page) -> Locator:
    return page.get_by_role("grid", name="Versions")


def row(page: Page, version: int) -> Locator:
    return versions(page).get_by_role("row").filter(has=page.get_by_role("link", name=str(version), exact=True))


def checks(page: Page) -> Locator:
    return page.get_by_role("list", name="Checks")


def test_the_list_leads_to_a_model_with_its_versions(app: App) -> None:
    page = app.open("/models")
    listed = page.get_by_role("grid", name="Models").get_by_role("row").nth(1)
    expect(listed).to_contain_text("version 2")
    no_violations(page)
    app.picture("models")
    page.get_by_role("link", name="delay", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("delay")
    expect(row(page, 3)).to_contain_text("+2")  # against the champion
    expect(row(page, 2)).to_contain_text("Champion")
    expect(row(page, 1)).to_contain_text("Previous")
    expect(page.get_by_text("Version 2 answers every request.")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^mae of 3 versions"))).to_be_visible()
    page.get_by_label("Metric").select_option("rmse")
    expect(page).to_have_url(re.compile("metric=rmse"))
    expect(page.get_by_role("grid", name="Log").get_by_role("row")).to_have_count(3)
    no_violations(page)
    app.picture("model")


def test_a_worse_version_is_refused_with_the_reason_and_can_be_forced_and_taken_back(app: App) -> None:
    page = app.open("/models/delay")
    row(page, 3).get_by_role("button", name="Promote version 3").click()
    dialog = page.get_by_role("dialog", name="Promote delay version 3?")
    expect(checks(page).get_by_role("listitem").filter(has_text="Metric")).to_contain_text(
        "mae is 6, that of version 2 4; it must be lower"
    )
    promote = dialog.get_by_role("button", name="Promote version 3")
    expect(promote).to_be_disabled()
    expect(dialog.get_by_role("row", name=re.compile("^mae decides: lower is better 4 6 \\+2"))).to_be_visible()
    no_violations(page)
    app.picture("model-promote")
    dialog.get_by_label("Promote it although checks do not hold").check()
    dialog.get_by_label("Why").fill("only for the night")
    promote.click()
    expect(page.get_by_text("Version 3 answers every request.")).to_be_visible()
    expect(page.get_by_role("grid", name="Log")).to_contain_text("only for the night")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Version 2 answers every request.")).to_be_visible()


def test_a_request_stands_on_home_and_an_admin_has_the_word(project: Project, start: Callable[..., App]) -> None:
    write_training(project, "models: {delay: {approval: true}}\n")
    app = start("--no-serving")
    train(app, 5.0)
    page = app.another(person=add_person(app, "egon@example.com", "editor"))
    page.goto(f"{app.server.url}/models/delay?panel=promote&version=1")
    page.get_by_role("button", name="Ask for version 1").click()
    request = page.get_by_role("region", name="Waiting for a word").get_by_role("listitem")
    expect(request).to_contain_text("egon@example.com asked")
    expect(request.get_by_role("button", name="Approve")).to_be_disabled()

    page = app.open("/")
    need = page.get_by_role("region", name="Needs you").get_by_role("listitem")
    expect(need).to_contain_text("delay version 1 waits for a word")
    app.picture("home-request")
    need.get_by_role("button", name="Open").click()
    page.get_by_label("Why, about delay version 1").fill("looks good")
    no_violations(page)
    app.picture("model-request")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Version 1 answers every request.")).to_be_visible()
    expect(page.get_by_role("region", name="Waiting for a word")).to_have_count(0)
    app.open("/")
    expect(page.get_by_text("Nothing needs you.")).to_be_visible()


def test_a_version_says_what_it_is_where_it_comes_from_and_what_it_takes(app: App) -> None:
    page = app.open("/models/delay/3")
    expect(page.get_by_role("heading", level=1)).to_have_text("delay version 3")
    card = page.get_by_role("region", name="Card", exact=True)
    expect(card.get_by_role("heading", name="Delay")).to_be_visible()
    expect(card).to_contain_text("<img src=x onerror='window.pwned = 1'>")
    expect(page.get_by_role("region", name="What it takes, in this order").get_by_role("row")).to_have_count(3)
    expect(page.get_by_role("region", name="Input example, rows").get_by_role("row")).to_have_count(3)
    lineage = page.get_by_role("region", name="Where it comes from and goes to")
    expect(lineage.get_by_role("link", name="train · fit")).to_be_visible()
    expect(checks(page)).to_contain_text("it takes what version 2 takes")
    no_violations(page)
    app.picture("model-version")
    card.get_by_role("button", name="Edit the card").click()
    card.get_by_role("textbox", name="Card").fill("Bad at [night](javascript:window.pwned=1).")
    card.get_by_role("button", name="Save the card").click()
    expect(card).to_contain_text("Bad at [night]")
    expect(card.get_by_role("link")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(card.get_by_role("heading", name="Delay")).to_be_visible()
    assert page.evaluate("window.pwned") is None
    lineage.get_by_role("link", name=re.compile("^run ")).click()
    expect(page).to_have_url(re.compile(r"/runs/\d+\?block=fit"))


def test_two_versions_are_compared_by_keys_and_the_address(app: App) -> None:
    page = app.open("/models/delay")
    row(page, 3).focus()
    page.keyboard.press("x")
    row(page, 1).focus()
    page.keyboard.press("x")
    expect(page.get_by_role("button", name="Compare 1 with 3")).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_role("heading", level=1)).to_have_text("delay 1 ↔ 3")
    expect(page.get_by_role("row", name="answer 5 6")).to_be_visible()
    expect(page.get_by_text("Both were measured on the same held-out data.")).to_be_visible()
    no_violations(page)
    app.picture("model-compare")
    page.get_by_role("button", name="Swap").click()
    expect(page).to_have_url(re.compile("first=3&second=1"))
    app.open("/models/delay/compare?first=1&second=9")
    expect(page.get_by_role("alert")).to_contain_text("no version 9")


def test_what_is_not_there_and_what_is_empty_tell_the_way(project: Project, start: Callable[..., App]) -> None:
    write_training(project)
    app = start("--no-serving")
    page = app.open("/models")
    expect(page.get_by_text("A model is registered by a block that trained it.")).to_be_visible()
    no_violations(page)
    app.picture("models-empty")
    app.open("/monitoring")
    expect(page.get_by_text("Nothing is served yet.")).to_be_visible()
    app.open("/models/tips")
    expect(page.get_by_role("alert")).to_contain_text("tips")


def test_traffic_is_shared_and_the_service_is_seen_and_asked(project: Project, start: Callable[..., App]) -> None:
    write_training(project)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = start("--serving-port", str(port))
    two_versions(app)
    page = app.open("/monitoring")
    expect(page.get_by_text("The prediction service answers")).to_be_visible()
    endpoint = page.get_by_role("region", name="delay", exact=True)
    expect(endpoint.get_by_role("row", name=re.compile("^2 Champion 100 % 0 0 0"))).to_be_visible()

    endpoint.get_by_role("button", name="Try it: delay").click()
    sheet = page.get_by_role("dialog", name="Try delay")
    expect(sheet.get_by_label("distance")).to_have_value("200")
    sheet.get_by_label("distance").fill("far")
    sheet.get_by_role("button", name="Predict").click()
    expect(sheet.get_by_text("far is no number.")).to_be_visible()
    sheet.get_by_label("distance").fill("250.5")
    no_violations(page)
    sheet.get_by_role("button", name="Predict").click()
    expect(sheet.get_by_text("4", exact=True)).to_be_visible()
    app.picture("monitoring-try")
    sheet.get_by_role("button", name="Close").last.click()
    expect(endpoint.get_by_role("row", name=re.compile("^2 Champion 100 % 1 1 0"))).to_be_visible()

    endpoint.get_by_role("button", name="Change traffic of delay").click()
    sheet = page.get_by_role("dialog", name="Traffic of delay")
    sheet.get_by_role("radio", name=re.compile("^Canary")).check()
    change = sheet.get_by_role("button", name="Change traffic")
    expect(change).to_be_disabled()
    sheet.get_by_label("Challenger", exact=True).select_option("3")
    sheet.get_by_label("Share in percent").fill("25")
    expect(sheet.get_by_text("Version 3 answers 25 % of the requests, version 2 the rest.")).to_be_visible()
    no_violations(page)
    app.picture("monitoring-traffic")
    change.click()
    expect(endpoint.get_by_role("row", name=re.compile("^3 Challenger 25 % 0 0 0"))).to_be_visible()
    no_violations(page)
    app.picture("monitoring")
