"""Case 17: no answer, file or log of the server holds a secret's value."""

from __future__ import annotations

import base64
import logging
from urllib.parse import quote

import pytest

from blockwright.settings import KEPT_FROM_BLOCKS, read
from tests.security.sites import City

VALUE = "correct/horse battery+staple"


def test_nobody_reads_a_secret_back(city: City, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    stored = city.call("PUT", "/api/v1/projects/shop/secrets/token", by="editor of shop", json={"value": VALUE})
    assert stored.status_code in (200, 201, 204), stored.text
    forms = (VALUE, quote(VALUE, safe=""), base64.b64encode(VALUE.encode()).decode())
    for address in city.addresses():
        if address.method == "GET" and not address.template.endswith(("events", "follow")):
            answer = city.call("GET", address.filled(project="shop", pipeline="sales", name="token"), by="owner")
            assert not any(form in answer.text for form in forms), address
    kept = b"".join(file.read_bytes() for file in city.root.rglob("*") if file.is_file())
    assert not any(form.encode() in kept for form in forms)
    assert not any(form in caplog.text for form in forms)


@pytest.mark.parametrize("name", ["viewer", "viewer of shop", "editor of sales", "nobody"])
def test_who_may_not_set_secrets_does_not_see_their_names(city: City, name: str) -> None:
    city.call("PUT", "/api/v1/projects/shop/secrets/payroll_token", by="owner", json={"value": VALUE})
    for method, path in (("GET", ""), ("PUT", "/x"), ("DELETE", "/payroll_token")):
        answer = city.call(method, f"/api/v1/projects/shop/secrets{path}", by=name, json={"value": "x"})
        assert answer.status_code in (403, 404)
        assert "payroll" not in answer.text.replace("/payroll_token", "")


def test_the_installations_own_secrets_are_kept_from_block_code_and_from_what_is_printed() -> None:
    environ = {name: f"value of {name}" for name in KEPT_FROM_BLOCKS} | {"OWN": "1"}
    settings = read({**environ, "BLOCKWRIGHT_OIDC_ISSUER": "https://x.example.com", "BLOCKWRIGHT_OIDC_CLIENT_ID": "us"})
    assert settings.secret_key is not None
    assert not KEPT_FROM_BLOCKS & set(settings.environ)
    assert settings.environ["OWN"] == "1"
    assert "value of" not in repr(settings)
