"""Case 15: pages of other sites and foreign names for this machine reach nothing, by any method."""

from __future__ import annotations

import pytest

from tests.security.sites import METHODS, PASSWORD, City

FOREIGN = [
    {"Origin": "https://evil.example.com"},
    {"Origin": "http://localhost:9999"},
    {"Origin": "https://localhost"},
    {"Origin": "null"},
    {"Origin": "http://localhost.evil.example.com"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example.com"},
]
OWN = [{"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": "HTTP://LOCALHOST"}]


@pytest.fixture
def cookies(city: City) -> dict[str, str]:
    """What a browser has after its user signed in."""
    city.join("ada", *city.people["owner"].grants, password=PASSWORD)
    answer = city.call("POST", "/api/v1/session", json={"email": "ada@example.com", "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return dict(answer.cookies)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example.com",
        "localhost.evil.example.com",
        "127.0.0.1.nip.io",
        "169.254.169.254",
        "[::2]",
        "0.0.0.0",
        "",
        "a b",
    ],
)
def test_a_foreign_name_is_refused_by_every_method(town: City, host: str) -> None:
    for method in METHODS:
        for path in ("/health", "/api/v1/session", "/api/v1/projects", "/nothing"):
            answer = town.call(method, path, by="owner", headers={"Host": host})
            assert answer.status_code == 403, (method, path)
            assert method == "HEAD" or answer.json()["code"] == "host"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:6789", "127.0.0.1:1", "[::1]:6789", "localhost."])
def test_every_name_of_this_machine_is_its_own(town: City, host: str) -> None:
    assert town.call("GET", "/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_foreign_page_changes_nothing_with_the_cookie_of_a_person(
    city: City, cookies: dict[str, str], headers: dict[str, str]
) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE"):
        for address in city.addresses():
            if address.method == method:
                answer = city.call(method, address.filled(project="shop"), cookies=cookies, headers=headers)
                assert answer.json()["code"] == "origin", address
    for reading in ("/api/v1/people", "/api/v1/me"):
        assert city.call("GET", reading, cookies=cookies, headers=headers).json()["code"] == "origin"


@pytest.mark.parametrize("headers", OWN, ids=str)
def test_ones_own_page_may(city: City, cookies: dict[str, str], headers: dict[str, str]) -> None:
    answer = city.call("PATCH", "/api/v1/me", cookies=cookies, headers=headers, json={"name": "Ada"})
    assert (answer.status_code, answer.json()["name"]) == (200, "Ada")


def test_a_cookie_alone_does_not_show_where_a_change_comes_from(city: City, cookies: dict[str, str]) -> None:
    answer = city.call("PATCH", "/api/v1/me", cookies=cookies, json={"name": "Ada"})
    assert (answer.status_code, answer.json()["code"]) == (403, "origin")
    assert "Bearer" in answer.json()["hint"]
    assert city.call("GET", "/api/v1/me", cookies=cookies).status_code == 200


def test_a_link_on_another_site_leads_here(city: City, cookies: dict[str, str]) -> None:
    """A person who follows a link is signed in on the page that it leads to; scripts of the other site read nothing."""
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert city.call("GET", "/api/v1/me", cookies=cookies, headers=link).status_code == 200


def test_nobody_is_signed_in_by_a_foreign_page(city: City) -> None:
    """Or somebody would work, unaware, in the account of another."""
    body = {"email": "owner@example.com", "password": PASSWORD}
    for headers in FOREIGN:
        assert city.call("POST", "/api/v1/session", headers=headers, json=body).json()["code"] == "origin"


def test_no_answer_invites_other_sites(town: City) -> None:
    asks = {"Origin": "https://evil.example.com", "Access-Control-Request-Method": "DELETE"}
    for method, path in (("OPTIONS", "/api/v1/projects"), ("GET", "/health"), ("GET", "/api/v1/projects")):
        answer = town.call(method, path, headers=asks, by="owner")
        assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(city: City) -> None:
    city.join("ada", password=PASSWORD)
    body = {"email": "ada@example.com", "password": PASSWORD}
    plain = city.call("POST", "/api/v1/session", json=body).headers["set-cookie"]
    assert plain.startswith("blockwright_80=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(plain.split("; "))
    https = city.call("POST", "/api/v1/session", json=body, base="https://localhost").headers["set-cookie"]
    assert https.startswith("__Host-blockwright=")
    assert "Secure" in https.split("; ")
    assert "Domain" not in https
