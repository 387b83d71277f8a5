"""Case 11, signing in by another provider: against a real one on loopback."""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from oidc_provider_mock import User, run_server_in_thread

from blockwright.adapters.oidc.provider import OidcProvider
from blockwright.core.access import Grant, Role
from blockwright.core.errors import Forbidden, Invalid
from blockwright.ports.identity import Claims, Flow, Policy
from blockwright.services.access.identities import sign_in_as
from blockwright.web.app import create_app
from blockwright.web.gate import Gate
from blockwright.web.oidc import flow_of, own_path
from tests.security.sites import City, SetClock, open_city

# The provider's own library warns of its age while it answers.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ADA = {"email": "ada@id.example.com", "email_verified": True, "name": "Ada", "groups": ["engineers", "people"]}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with run_server_in_thread(require_nonce=True, user_claims=[User(sub="ada", claims=ADA)]) as server:
        yield f"http://localhost:{server.server_port}"


@dataclass
class Visit:
    """A browser that goes to the provider and back."""

    city: City
    cookies: dict[str, str]
    address: str

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.address).query).items()}

    def back(self, address: str, **options: Any) -> httpx.Response:
        parts = urlsplit(address)
        return self.city.call("GET", f"{parts.path}?{parts.query}", **{"cookies": self.cookies, **options})

    def consent(self) -> str:
        """Where the provider sends the browser after its user said yes."""
        answer = httpx.post(self.address, data={"sub": "ada"}, follow_redirects=False)
        assert answer.status_code in (302, 303), answer.text
        return answer.headers["location"]


@pytest.fixture
def begin(tmp_path: Path, issuer: str) -> Iterator[Any]:
    cities: list[City] = []

    def visit(policy: Policy, after: str = "/") -> Visit:
        city = open_city(tmp_path / str(len(cities)))
        cities.append(city)
        provider = OidcProvider(
            issuer, "blockwright", "secret", scopes="openid email profile", groups="groups", clock=city.clock
        )
        city.site = replace(city.site, access=replace(city.site.access, provider=provider, policy=policy))
        city.app = create_app(city.site, gate=Gate)
        answer = city.call("GET", "/sign-in/oidc", params={"after": after})
        assert answer.status_code == 303, answer.text
        return Visit(city, dict(answer.cookies), answer.headers["location"])

    yield visit
    for city in cities:
        city.platform.close()


def error_of(answer: httpx.Response) -> str:
    return parse_qs(urlsplit(answer.headers["location"]).query).get("sign_in_error", [""])[0]


def test_somebody_who_may_join_is_signed_in_with_the_role_of_the_groups(begin: Any) -> None:
    visit = begin(Policy(join=True, roles={"engineers": Role.EDITOR, "bosses": Role.OWNER}), after="/runs?x=1")
    answer = visit.back(visit.consent())
    assert (answer.status_code, answer.headers["location"]) == (303, "/runs?x=1")
    me = visit.city.call("GET", "/api/v1/me", cookies=dict(answer.cookies)).json()
    assert (me["email"], me["has_password"]) == ("ada@id.example.com", False)
    assert [grant["role"] for grant in me["grants"]] == ["editor"]


def test_the_way_there_is_bound_and_uses_pkce(begin: Any) -> None:
    visit = begin(Policy(join=True))
    assert visit.query["code_challenge_method"] == "S256"
    assert {"state", "nonce", "code_challenge"} <= set(visit.query)
    secret = next(iter(visit.cookies.values())).partition(".")[0]
    assert not {secret, flow_of(secret).verifier} & set(visit.query.values())
    assert flow_of(secret).verifier not in visit.address


@pytest.mark.parametrize("change", ["no cookie", "other cookie", "no state", "other state", "no code", "refused"])
def test_what_this_browser_did_not_begin_is_refused(begin: Any, change: str) -> None:
    visit = begin(Policy(join=True))
    there = visit.consent()
    match change:
        case "no cookie":
            answer = visit.back(there, cookies={})
        case "other cookie":
            answer = visit.back(there, cookies={name: "x" + value for name, value in visit.cookies.items()})
        case "no state":
            answer = visit.back(re.sub(r"state=[^&]+", "", there))
        case "other state":
            answer = visit.back(re.sub(r"state=[^&]+", "state=abc", there))
        case "no code":
            answer = visit.back(re.sub(r"code=[^&]+", "", there))
        case _:
            answer = visit.back(there + "&error=access_denied")
    assert error_of(answer)
    assert not [name for name in answer.cookies if name == "blockwright_80"]
    assert visit.city.access.store.person_by_email("ada@id.example.com") is None


def test_a_code_works_once(begin: Any) -> None:
    visit = begin(Policy(join=True))
    there = visit.consent()
    assert error_of(visit.back(there)) == ""
    assert error_of(visit.back(there))


def test_the_code_of_another_sign_in_does_not_fit(begin: Any) -> None:
    """Its verifier and its nonce are those of the browser that began it."""
    mine, theirs = begin(Policy(join=True)), begin(Policy(join=True))
    code = parse_qs(urlsplit(theirs.consent()).query)["code"][0]
    assert error_of(mine.back(f"/sign-in/oidc/callback?code={code}&state={mine.query['state']}"))


def test_nobody_is_let_in_whom_nobody_invited(begin: Any) -> None:
    visit = begin(Policy())
    assert "Nobody here" in error_of(visit.back(visit.consent()))


def test_a_disabled_person_stays_out(begin: Any) -> None:
    visit = begin(Policy(join=True))
    assert error_of(visit.back(visit.consent())) == ""
    access = visit.city.access
    person = access.store.person_by_email("ada@id.example.com")
    assert person is not None
    access.store.set_active(person.id, False, access.clock.now())
    claims = Claims(visit.city.site.access.provider._issuer, "ada", "ada@id.example.com", True)  # type: ignore[union-attr]
    with pytest.raises(Forbidden):
        sign_in_as(visit.city.site.access, claims)


@pytest.mark.parametrize(
    ("policy", "verified", "signed_in"),
    [
        (Policy(link_by_email=True), True, True),
        (Policy(link_by_email=True), False, False),
        (Policy(), True, False),
        (Policy(join=True), True, False),
    ],
)
def test_an_address_alone_makes_nobody_the_person_who_has_it_here(
    city: City, policy: Policy, verified: bool, signed_in: bool
) -> None:
    access = replace(city.access, policy=policy)
    claims = Claims("https://id.example.com", "1", "Owner@example.com", verified)
    if not signed_in:
        with pytest.raises(Forbidden) as caught:
            sign_in_as(access, claims)
        assert caught.value.code == "not_invited"
        return
    assert sign_in_as(access, claims).person.id == city.people["owner"].id
    moved = replace(claims, email="another@example.com")
    assert sign_in_as(access, moved).person.id == city.people["owner"].id


def test_groups_take_roles_away_but_not_the_last_owner(city: City) -> None:
    access = replace(city.access, policy=Policy(link_by_email=True, roles={"engineers": Role.EDITOR}))
    for name in ("editor", "owner"):
        sign_in_as(access, Claims("https://id.example.com", name, f"{name}@example.com", True))
    assert access.store.person(city.people["editor"].id).grants == ()
    assert access.store.person(city.people["owner"].id).grants == (Grant(Role.OWNER),)


@pytest.mark.parametrize(
    "after",
    [
        "//evil.com",
        "/\\evil.com",
        "https://evil.com",
        "\\\\evil.com",
        "javascript:alert(1)",
        "/a\nb",
        "/\t/evil.com",
        "",
    ],
)
def test_there_is_no_way_out_to_another_site(after: str) -> None:
    assert own_path(after) == "/"
    assert own_path("/runs/1?x=/y#z") == "/runs/1?x=/y#z"


# What a provider's token must say, and what happens when it does not.

KEY, OTHER = RSAKey.generate_key(2048, {"kid": "1"}), RSAKey.generate_key(2048, {"kid": "1"})
FLOW = Flow("s", "n", "v")


class Fixed(OidcProvider):
    """The provider with answers of the test in place of its network."""

    def __init__(self, token: str, clock: SetClock) -> None:
        super().__init__("https://id.example.com", "us", "", scopes="openid", groups="groups", clock=clock)
        self._token = token

    def _ask(self, method: str, address: str, **options: Any) -> Any:
        if address.endswith("configuration"):
            names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            return {"issuer": self._issuer, **{name: f"{self._issuer}/{name}" for name in names}}
        if address.endswith("jwks_uri"):
            return KeySet([KEY]).as_dict(private=False)
        return {"id_token": self._token}


def claims_of(clock: SetClock, **changes: Any) -> dict[str, Any]:
    now = int(clock.now().timestamp())
    claims = {"iss": "https://id.example.com", "aud": "us", "sub": "1", "nonce": "n", "iat": now, "exp": now + 300}
    return {name: value for name, value in {**claims, **changes}.items() if value is not None}


def test_a_right_token_is_right() -> None:
    clock = SetClock()
    token = jwt.encode({"alg": "RS256", "kid": "1"}, claims_of(clock, groups=["a"]), KEY)
    assert Fixed(token, clock).finish(FLOW, "x", "c").groups == ("a",)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example.com"},
        {"aud": "them"},
        {"aud": ["us", "them"], "azp": "them"},
        {"nonce": "other"},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
        {"iat": 9_999_999_999},
        {"sub": ""},
    ],
    ids=str,
)
def test_a_claim_that_does_not_hold(changes: dict[str, Any]) -> None:
    clock = SetClock()
    token = jwt.encode({"alg": "RS256", "kid": "1"}, claims_of(clock, **changes), KEY)
    with pytest.raises(Forbidden) as caught:
        Fixed(token, clock).finish(FLOW, "x", "c")
    assert caught.value.code == "identity_refused"


def test_signatures_by_nobody_by_another_or_by_the_public_key() -> None:
    clock = SetClock()
    claims = claims_of(clock)
    none = "eyJhbGciOiJub25lIn0." + jwt.encode({"alg": "RS256"}, claims, KEY).split(".")[1] + "."
    signed = ".".join([_base64(b'{"alg":"HS256","kid":"1"}'), none.split(".")[1]])
    confused = f"{signed}.{_base64(hmac.digest(KEY.as_pem(private=False), signed.encode(), 'sha256'))}"
    for token in (none, confused, jwt.encode({"alg": "RS256", "kid": "1"}, claims, OTHER), "a.b.c", ""):
        with pytest.raises(Forbidden):
            Fixed(token, clock).finish(FLOW, "x", "c")


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.mark.parametrize(
    "issuer", ["http://id.example.com", "ftp://id.example.com", "id.example.com", "file:///etc/passwd"]
)
def test_an_issuer_in_clear_is_refused(issuer: str) -> None:
    with pytest.raises(Invalid):
        OidcProvider(issuer, "us", "", scopes="openid", groups="groups", clock=SetClock())
