"""Case 11: sessions and tokens that are over, stolen, forged or fixed; guessing passwords."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from blockwright.ports.bus import Topic
from blockwright.services.access import people, signing_in, tokens
from blockwright.services.access.credentials import digest, new_secret
from tests.security.sites import LOCAL, PASSWORD, City

OWN = {"Origin": "http://localhost"}


@pytest.fixture
def ada(city: City) -> City:
    city.join("ada", *city.people["admin"].grants, password=PASSWORD)
    return city


def sign_in(city: City, password: str = PASSWORD, **options: object) -> dict[str, str]:
    body = {"email": "Ada@Example.com ", "password": password}
    answer = city.call("POST", "/api/v1/session", json=body, **options)
    assert answer.status_code == 200, answer.text
    return dict(answer.cookies)


def status(city: City, cookies: dict[str, str]) -> int:
    return city.call("GET", "/api/v1/me", cookies=cookies).status_code


def test_signing_out_ends_the_session_itself(ada: City) -> None:
    cookies = sign_in(ada)
    assert status(ada, cookies) == 200
    assert ada.call("DELETE", "/api/v1/session", cookies=cookies, headers=OWN).status_code == 204
    assert status(ada, cookies) == 401


def test_signing_out_everywhere(ada: City) -> None:
    sessions = [sign_in(ada) for _ in range(3)]
    assert ada.call("DELETE", "/api/v1/me/sessions", cookies=sessions[0], headers=OWN).json() == {"ended": 3}
    assert [status(ada, cookies) for cookies in sessions] == [401, 401, 401]


def test_one_session_can_be_ended_by_another(ada: City) -> None:
    first, second = sign_in(ada), sign_in(ada)
    listed = ada.call("GET", "/api/v1/me/sessions", cookies=first).json()
    other = next(session["id"] for session in listed if not session["current"])
    assert ada.call("DELETE", f"/api/v1/me/sessions/{other}", cookies=first, headers=OWN).status_code == 204
    assert (status(ada, first), status(ada, second)) == (200, 401)


def test_a_session_known_before_sign_in_is_not_the_one_after(ada: City) -> None:
    """Fixation: a cookie that somebody else has put into the browser never becomes a session."""
    planted = {"blockwright_80": new_secret()}
    first = sign_in(ada, cookies=planted, headers=OWN)
    assert first != planted
    assert status(ada, planted) == 401
    second = sign_in(ada, cookies=first, headers=OWN)
    assert (status(ada, first), status(ada, second)) == (401, 200)


@pytest.mark.parametrize(("idle", "expected"), [(timedelta(hours=11), 200), (timedelta(hours=13), 401)])
def test_a_session_ends_when_it_is_not_used(ada: City, idle: timedelta, expected: int) -> None:
    cookies = sign_in(ada)
    ada.clock.ahead += idle
    assert status(ada, cookies) == expected


def test_a_session_ends_after_thirty_days_however_much_it_is_used(ada: City) -> None:
    cookies = sign_in(ada)
    seen = []
    for _ in range(61):
        ada.clock.ahead += timedelta(hours=11, minutes=50)
        seen.append(status(ada, cookies))
    assert seen[:58] == [200] * 58
    ada.clock.ahead += timedelta(hours=11)
    assert status(ada, cookies) == 401


def test_a_new_password_ends_every_other_session(ada: City) -> None:
    mine, other = sign_in(ada), sign_in(ada)
    body = {"old": PASSWORD, "new": "another row of words"}
    assert ada.call("PUT", "/api/v1/me/password", cookies=mine, headers=OWN, json=body).status_code == 204
    assert (status(ada, mine), status(ada, other)) == (200, 401)
    person = ada.people["ada"].id
    reset = ada.call("PUT", f"/api/v1/people/{person}/password", by="owner", json={"password": "yet another row"})
    assert (reset.status_code, status(ada, mine)) == (204, 401)


@pytest.mark.parametrize("weak", ["short", "ada@example.com1", "password1234567", "aaaaaaaaaaaaaaaa", "x" * 2000])
def test_a_weak_password_is_refused(ada: City, weak: str) -> None:
    answer = ada.call(
        "PUT", "/api/v1/me/password", cookies=sign_in(ada), headers=OWN, json={"old": PASSWORD, "new": weak}
    )
    assert answer.status_code == 422
    assert weak not in answer.text


def test_the_old_password_must_be_known(ada: City) -> None:
    body = {"old": "not the password", "new": "another row of words"}
    answer = ada.call("PUT", "/api/v1/me/password", cookies=sign_in(ada), headers=OWN, json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_failed")


def test_whoever_is_disabled_is_out_at_once_and_others_are_told(ada: City) -> None:
    cookies, bus = sign_in(ada), ada.site.installation.bus.listen([Topic.ACCESS])
    person = ada.people["ada"].id
    ada.call("PATCH", f"/api/v1/people/{person}", by="owner", json={"active": False})
    assert (status(ada, cookies), ada.call("GET", "/api/v1/me", by="ada").status_code) == (401, 401)
    assert {"user": person} in [notice.data for notice in bus.wait(20)]
    bus.close()
    answer = ada.call("POST", "/api/v1/session", json={"email": "ada@example.com", "password": PASSWORD})
    assert answer.json()["code"] == "sign_in_failed"
    ada.call("PATCH", f"/api/v1/people/{person}", by="owner", json={"active": True})
    assert (status(ada, cookies), ada.call("GET", "/api/v1/me", by="ada").status_code) == (401, 401)


def test_a_wrong_password_and_an_unknown_person_are_told_alike(ada: City) -> None:
    bodies = [{"email": email, "password": "wrong password"} for email in ("ada@example.com", "gone@example.com")]
    answers = [ada.call("POST", "/api/v1/session", json=body) for body in bodies]
    told = [{**answer.json(), "request_id": ""} for answer in answers]
    assert told[0] == told[1]
    assert answers[0].status_code == 403


def test_guessing_takes_longer_and_longer_and_the_right_password_waits_too(ada: City) -> None:
    def attempt(password: str, client: str = "10.0.0.1") -> tuple[int, int]:
        body = {"email": "ada@example.com", "password": password}
        answer = ada.call("POST", "/api/v1/session", json=body, client=client)
        return answer.status_code, int(answer.headers.get("retry-after", 0))

    assert [attempt("wrong password")[0] for _ in range(5)] == [403] * 5
    waits = []
    for _ in range(8):
        refused, seconds = attempt(PASSWORD)
        assert refused == 429
        waits.append(seconds)
        ada.clock.ahead += timedelta(seconds=seconds)
        assert attempt("wrong password")[0] == 403
    assert all(later >= 1.5 * earlier for earlier, later in pairwise(waits[1:]))
    assert attempt(PASSWORD, client="10.0.0.2")[0] == 200
    ada.clock.ahead += timedelta(hours=1)
    assert attempt(PASSWORD)[0] == 200


def test_one_address_cannot_try_one_password_on_everybody(ada: City) -> None:
    seen = [
        ada.call(
            "POST", "/api/v1/session", json={"email": f"{n}@example.com", "password": "summer"}, client="10.0.0.3"
        ).status_code
        for n in range(40)
    ]
    assert seen[-1] == 429


@pytest.mark.parametrize("change", ["expired", "revoked", "deleted", "disabled"])
def test_a_token_that_is_over(ada: City, change: str) -> None:
    person = ada.people["ada"]
    expires = ada.clock.now() + timedelta(hours=1)
    made = tokens.new(ada.access, LOCAL, person, "x", expires=expires)
    ada.secrets["ada"] = made.secret
    assert ada.call("GET", "/api/v1/me", by="ada").status_code == 200
    match change:
        case "expired":
            ada.clock.ahead += timedelta(hours=2)
        case "revoked":
            assert ada.call("DELETE", f"/api/v1/tokens/{made.token.id}", by="ada").status_code == 204
        case "deleted":
            people.delete(ada.access, LOCAL, person)
        case "disabled":
            people.disable(ada.access, LOCAL, person)
    assert ada.call("GET", "/api/v1/me", by="ada").status_code == 401


def test_forged_and_mistaken_tokens(ada: City) -> None:
    real = ada.secrets["owner"]
    forged = [
        "bw_",
        "bw_" + "A" * 43,
        real[:-1],
        real + "A",
        real.swapcase(),
        digest(real),
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
        "' OR 1=1 --",
        "\u00e9",
    ]
    for token in forged:
        answer = ada.call("GET", "/api/v1/me", headers={"Authorization": f"Bearer {token}".encode()})
        assert answer.status_code == 401, token
    assert ada.call("GET", f"/api/v1/me?token={real}&api_key={real}").status_code == 401
    assert ada.call("GET", "/api/v1/me", cookies={"blockwright_80": real}).status_code == 401


def test_a_token_makes_no_tokens_and_changes_no_password(ada: City) -> None:
    attempts = [
        ada.call("POST", "/api/v1/me/tokens", by="owner", json={"name": "more"}),
        ada.call("PUT", "/api/v1/me/password", by="owner", json={"new": "another row of words"}),
        ada.call("DELETE", "/api/v1/me/sessions", by="owner"),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in attempts} == {(403, "session_needed")}


def test_a_person_makes_lists_and_revokes_tokens(ada: City) -> None:
    cookies = sign_in(ada)
    body = {"name": "ci", "scopes": ["view"], "project": "shop"}
    made = ada.call("POST", "/api/v1/me/tokens", cookies=cookies, headers=OWN, json=body).json()
    ada.secrets["ci"] = made["secret"]
    assert ada.call("GET", "/api/v1/projects/shop", by="ci").status_code == 200
    assert ada.call("GET", "/api/v1/people", by="ci").status_code == 403
    listed = ada.call("GET", "/api/v1/me/tokens", cookies=cookies).text
    assert '"ci"' in listed
    assert made["secret"] not in listed
    assert digest(made["secret"]) not in listed
    path = f"/api/v1/tokens/{made['token']['id']}"
    assert ada.call("DELETE", path, by="viewer").status_code == 404
    assert ada.call("DELETE", path, cookies=cookies, headers=OWN).status_code == 204
    assert ada.call("GET", "/api/v1/projects/shop", by="ci").status_code == 401


def test_a_link_signs_in_once(ada: City) -> None:
    code = people.link(ada.access, LOCAL, ada.people["ada"])
    page = ada.call("GET", f"/sign-in/link/{code}")
    assert (page.status_code, code in page.text) == (200, False)
    first = ada.call("POST", f"/sign-in/link/{code}", headers=OWN)
    assert (first.status_code, first.headers["location"]) == (303, "/")
    assert status(ada, dict(first.cookies)) == 200
    second = ada.call("POST", f"/sign-in/link/{code}", headers=OWN)
    assert (second.status_code, second.json()["code"]) == (403, "link_over")
    late = people.link(ada.access, LOCAL, ada.people["ada"])
    ada.clock.ahead += signing_in.LINK_LASTS
    assert ada.call("POST", f"/sign-in/link/{late}", headers=OWN).status_code == 403


def test_an_invited_person_chooses_a_password(ada: City) -> None:
    body = {"email": "Eve@Example.com", "grants": [{"role": "viewer", "project": "shop"}]}
    invited = ada.call("POST", "/api/v1/people", by="admin", json=body).json()
    cookies = dict(ada.call("POST", "/api/v1/session/link", json={"code": invited["code"]}).cookies)
    assert ada.call("GET", "/api/v1/me", cookies=cookies).json()["projects"] == ["shop"]
    new = {"new": "chosen by Eve herself"}
    assert ada.call("PUT", "/api/v1/me/password", cookies=cookies, headers=OWN, json=new).status_code == 204
    again = {"email": "eve@example.com", "password": "chosen by Eve herself"}
    assert ada.call("POST", "/api/v1/session", json=again).status_code == 200


def test_everything_is_written_down_and_no_secret_is(ada: City) -> None:
    cookies = sign_in(ada)
    ada.call("POST", "/api/v1/session", json={"email": "ada@example.com", "password": "wrong password"})
    made = ada.call("POST", "/api/v1/me/tokens", cookies=cookies, headers=OWN, json={"name": "ci"}).json()
    ada.call("PUT", f"/api/v1/people/{ada.people['viewer'].id}/grants", by="owner", json={"role": "editor"})
    ada.call("PUT", f"/api/v1/people/{ada.people['viewer'].id}/grants", by="viewer", json={"role": "owner"})
    ada.call("POST", "/api/v1/projects/shop/check", by="owner")
    log = ada.call("GET", "/api/v1/audit", by="admin").text
    entries = [
        (entry["action"], entry["outcome"]) for entry in ada.call("GET", "/api/v1/audit", by="admin").json()["items"]
    ]
    for expected in (
        ("session.sign_in", "done"),
        ("session.sign_in", "refused"),
        ("token.new", "done"),
        ("grant.set", "done"),
        ("POST /api/v1/projects/{project}/check", "done"),
    ):
        assert expected in entries
    for secret in (PASSWORD, "wrong password", made["secret"], *cookies.values(), *ada.secrets.values()):
        assert secret not in log


def test_sessions_and_tokens_are_kept_as_digests(ada: City) -> None:
    cookies = sign_in(ada)
    kept = b"".join(file.read_bytes() for file in (ada.root / ".blockwright").glob("blockwright.db*"))
    for secret in (PASSWORD, *cookies.values(), *ada.secrets.values()):
        assert secret.encode() not in kept
    assert digest(ada.secrets["owner"]).encode() in kept
