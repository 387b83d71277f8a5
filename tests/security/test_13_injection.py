"""Case 13: words from outside stay words: in SQL, in templates, in headers and in the log of what was done."""

from __future__ import annotations

import pytest

from tests.security.sites import City

WORDS = [
    "'; DROP TABLE person; --",
    '" OR ""="',
    "{{ 1337 * 7331 }}",
    "{{ ''.__class__.__mro__ }}",
    "{% for x in range(9) %}{% endfor %}",
    "${1337*7331}",
    "%s%s%n",
    "<script>alert(1)</script>",
    "a\r\nSet-Cookie: x=1",
    "$(touch /tmp/x)",
    "\u202egnp.exe",
]


@pytest.mark.parametrize("words", WORDS)
def test_a_name_is_kept_and_shown_as_it_is(city: City, words: str) -> None:
    person = city.people["viewer"].id
    changed = city.call("PATCH", f"/api/v1/people/{person}", by="owner", json={"name": words})
    assert (changed.status_code, changed.json()["name"]) == (200, words)
    assert changed.headers["content-type"] == "application/json"
    grant = {"role": "viewer", "project": words}
    city.call("PUT", f"/api/v1/people/{person}/grants", by="owner", json=grant)
    assert words in [
        given["project"] for given in city.call("GET", f"/api/v1/people/{person}", by="owner").json()["grants"]
    ]
    assert len(city.access.store.people()) == len(city.people)


@pytest.mark.parametrize("words", WORDS)
def test_a_filter_finds_what_is_so_called_and_nothing_else(town: City, words: str) -> None:
    for path in ("/api/v1/audit", "/api/v1/projects/shop/runs", "/api/v1/projects/shop/logs"):
        for name in ("actor", "project", "pipeline", "state", "text", "cursor", "level"):
            answer = town.call("GET", path, by="owner", params={name: words})
            assert answer.status_code < 500, (path, name)
            assert "9801547" not in answer.text
            assert "set-cookie" not in answer.headers
            assert answer.headers["content-type"].startswith("application/")


def test_a_variable_is_a_value_and_no_template(city: City) -> None:
    body = {"pipeline": "sales", "variables": {"x": "{{ 1337 * 7331 }}"}}
    made = city.call("POST", "/api/v1/projects/shop/runs", by="owner", json=body)
    assert made.status_code in (201, 202), made.text
    run = city.call("GET", f"/api/v1/projects/shop/runs/{made.json()['id']}", by="owner")
    assert "{{ 1337 * 7331 }}" in run.text
    assert "9801547" not in run.text
