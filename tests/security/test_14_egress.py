"""Case 14: the server is nobody's way to what only it can reach."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from blockwright.adapters.egress import Egress
from blockwright.core.errors import BlockwrightError, Forbidden

REFUSED = [
    "http://127.0.0.1:6789/",
    "http://localhost/",
    "http://[::1]/",
    "http://0.0.0.0/",
    "http://[::]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fe80::1]/",
    "http://[fd00:ec2::254]/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.100.100.200/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://017700000001/",
    "http://127.1/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://user:pass@127.0.0.1/",
    "http://8.8.8.8@127.0.0.1/",
]


@pytest.mark.parametrize("url", REFUSED)
def test_private_addresses_are_refused_in_every_spelling(url: str) -> None:
    with pytest.raises(Forbidden) as caught:
        Egress().resolve(url)
    assert caught.value.code == "egress"


@pytest.mark.parametrize(
    "url", ["gopher://8.8.8.8/", "file:///etc/passwd", "ftp://8.8.8.8/", "8.8.8.8", "", "http://", "http://8.8.8.8:x/"]
)
def test_other_schemes_are_refused(url: str) -> None:
    with pytest.raises(Forbidden):
        Egress().resolve(url)


def test_public_addresses_pass_as_the_address_that_was_judged() -> None:
    assert Egress().resolve("https://8.8.8.8/x") == ["8.8.8.8"]
    assert Egress().resolve("http://[2001:4860:4860::8888]:80/") == ["2001:4860:4860::8888"]


def test_one_private_address_among_several_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name whose owner chooses what it resolves to."""

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in ("8.8.8.8", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(Forbidden):
        Egress().resolve("https://example.com/")


def test_what_is_allowed_by_name_or_network() -> None:
    egress = Egress.of(["10.1.0.0/16", "localhost", "::1"])
    assert egress.resolve("http://10.1.2.3/") == ["10.1.2.3"]
    assert "127.0.0.1" in egress.resolve("http://LOCALHOST/")
    assert egress.resolve("http://[::1]/") == ["::1"]
    with pytest.raises(Forbidden):
        egress.resolve("http://10.2.0.1/")
    with pytest.raises(Forbidden):
        Egress.of(["169.254.169.254.example"]).resolve("http://169.254.169.254/")


def test_a_refusal_does_not_repeat_a_secret() -> None:
    with pytest.raises(BlockwrightError) as caught:
        Egress().resolve("ftp://user:hunter2@example.com/x?token=abc123")
    assert not {"hunter2", "abc123"} & set(str(caught.value).replace(":", " ").replace("=", " ").split())
