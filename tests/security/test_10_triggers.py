"""Case 10: the addresses that anybody may call are no place to guess at."""

from __future__ import annotations

from datetime import timedelta

from blockwright.web.gate import OPEN_FAILURES
from tests.security.sites import City

SHOP = "/api/v1/projects/shop"
TOKEN = "0123456789abcdef0123456789abcdef"
FIRE = "/api/pipeline_schedules/1/pipeline_runs/guess{0}"


def test_guessing_tokens_takes_longer_and_longer_for_the_address_that_guesses(city: City) -> None:
    seen = [city.call("POST", FIRE.format(n), client="10.0.0.1").status_code for n in range(OPEN_FAILURES.free + 3)]
    assert set(seen[: OPEN_FAILURES.free]) <= {401, 403, 404}
    assert seen[-1] == 429
    answer = city.call("POST", FIRE.format("x"), client="10.0.0.1")
    assert int(answer.headers["retry-after"]) >= 1
    assert city.call("POST", FIRE.format("x"), client="10.0.0.2").status_code != 429
    assert city.call("GET", "/health", client="10.0.0.1").status_code == 200
    city.clock.ahead += timedelta(seconds=OPEN_FAILURES.most)
    assert city.call("POST", FIRE.format("x"), client="10.0.0.1").status_code != 429


def test_no_address_tells_a_trigger_that_is_there_from_one_that_is_not(city: City) -> None:
    for template in ("/api/v1/triggers/{0}/fire", "/api/v1/hooks/{0}", FIRE.replace("1", "{0}", 1)):
        answers = [city.call("POST", template.format(number), client="10.0.0.3") for number in ("1", "999999")]
        assert answers[0].status_code == answers[1].status_code
        assert not any("shop" in answer.text or "bank" in answer.text for answer in answers)


def test_who_may_not_edit_is_nowhere_shown_the_token_of_a_trigger(city: City) -> None:
    """With the token anybody can have code run. The file is written over the API, so that there is a version of it."""
    path = "pipelines/sales/triggers.yaml"
    text = f"triggers:\n- {{name: call, schedule_type: api, status: active, token: {TOKEN}}}\n"
    written = city.call(
        "PUT", f"{SHOP}/files/{path}", by="editor of shop", content=text, headers={"If-None-Match": "*"}
    )
    assert written.status_code in (200, 201), written.text
    version = city.call("GET", f"{SHOP}/history/{path}", by="viewer of shop").json()["items"][0]["version"]
    assert city.call("GET", f"{SHOP}/files/{path}", by="editor of shop").text == text
    assert TOKEN in city.call("GET", f"{SHOP}/search?q={TOKEN}", by="editor of shop").text
    asked = {"q": TOKEN[:16], "version": version, "path": path}
    for address in city.addresses():
        if address.method == "GET" and not address.template.endswith(("events", "follow")):
            place = address.filled(project="shop", pipeline="sales", path=path, uuid="sales", name="call")
            answer = city.call("GET", place, by="viewer of shop", params=asked)
            assert TOKEN not in answer.text, address
    refused = city.call("GET", f"{SHOP}/files/{path}", by="viewer of shop")
    assert (refused.status_code, refused.json()["detail"]) == (403, f"`{path}` may hold tokens that start runs.")
