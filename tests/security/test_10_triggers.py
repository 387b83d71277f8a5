"""Case 10: the addresses that anybody may call are no place to guess at."""

from __future__ import annotations

from datetime import timedelta

from blockwright.web.gate import OPEN_FAILURES
from tests.security.sites import City

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
