"""Cases 5 to 7: nothing outside the project is read, written or deleted, however a path is spelled."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.security.sites import Address, City

MARKER = "nobody may see this"
PROJECT_PARTS = {"project", "run", "trigger", "person", "number", "channel"}
"""Parameters that are numbers, or names that the gate itself compares."""


def attacks(outside: Path) -> list[str]:
    up = "../" * 12
    return [
        f"{up}{outside}",
        f"..{os.sep}..{os.sep}{outside.name}",
        str(outside),
        f"/{outside}",
        f"{up.replace('/', chr(92))}{outside}",
        f"file://{outside}",
        f"file:{outside}?x#y",
        "link.py",
        "linked/outside.txt",
        "data_loaders/../link.py",
        "fifo",
        "/dev/zero",
        "/proc/self/environ",
        "..",
        ".",
        "",
        "a\0b",
        "C:\\windows\\win.ini",
        "\\\\host\\share",
        "a" * 5000,
        "a/" * 2000,
        ".blockwright/secret.key",
        ".blockwright/blockwright.db",
        ".Blockwright/blockwright.db",
        "data_loaders/%2e%2e/%2e%2e/outside.txt",
        "..%2foutside.txt",
        "%252e%252e%252foutside.txt",
        "~/outside.txt",
        "CON",
        "\u2025/outside.txt",
    ]


@pytest.fixture
def outside(city: City) -> Path:
    """A file beside the projects, and ways from inside that lead to it."""
    file = city.root / "outside.txt"
    file.write_text(MARKER)
    shop = city.root / "shop"
    (shop / "link.py").symlink_to(file)
    (shop / "linked").symlink_to(city.root)
    os.mkfifo(shop / "fifo")
    return file


def path_taking(city: City) -> list[Address]:
    return [
        address for address in city.addresses() if set(address.parameters) - PROJECT_PARTS and not address.need.open
    ]


def test_there_are_such_routes(town: City) -> None:
    assert len(path_taking(town)) > 15


@pytest.mark.slow
def test_no_spelling_in_the_path_reaches_outside(city: City, outside: Path) -> None:
    """By the owner of everything, who may edit: what stops it is the border of the project, not the gate."""
    told = []
    for address in path_taking(city):
        for attack in attacks(outside):
            for spelled in {quote(attack, safe="/"), quote(attack, safe="")}:
                names = {name: spelled for name in address.parameters if name not in PROJECT_PARTS}
                path = address.filled(**{**names, "project": "shop"})
                answer = city.call(
                    address.method, path, by="owner", content=b"overwritten", headers={"If-None-Match": "*"}
                )
                if answer.status_code >= 500 or MARKER in answer.text or "BLOCKWRIGHT" in answer.text:
                    told.append(f"{address} {attack[:60]!r}: {answer.status_code} {answer.text[:100]}")
    assert told == []
    assert outside.read_text() == MARKER
    assert sorted(path.name for path in city.root.iterdir()) == [
        ".blockwright",
        "bank",
        "outside.txt",
        "settings.yaml",
        "shop",
    ]


@pytest.mark.slow
def test_no_spelling_in_a_body_reaches_outside(city: City, outside: Path) -> None:
    """Every body that has a field with a path in its name is sent with every attack."""
    wrong = []
    document = city.call("GET", "/api/v1/openapi.json", by="owner").json()
    for address in city.addresses():
        operation = document["paths"].get(address.template.replace(":path", ""), {}).get(address.method.lower(), {})
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        fields = (
            document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {}).get("properties", {})
        )
        named = [
            name for name in fields if name in ("path", "source", "target", "from", "to", "folder", "name", "pipeline")
        ]
        for attack in attacks(outside) if named and "{project}" in address.template else ():
            body = dict.fromkeys(named, attack)
            answer = city.call(address.method, address.filled(project="shop", pipeline="sales"), by="owner", json=body)
            if answer.status_code >= 500 or MARKER in answer.text:
                wrong.append(f"{address} {attack[:60]!r}: {answer.status_code} {answer.text[:100]}")
    assert wrong == []
    assert outside.read_text() == MARKER
    assert sorted(path.name for path in city.root.iterdir()) == [
        ".blockwright",
        "bank",
        "outside.txt",
        "settings.yaml",
        "shop",
    ]
