"""What every ``Secrets`` keeps. Subclass it and give a fixture ``secrets``."""

from __future__ import annotations

import pytest

from blockwright.core.errors import Invalid, NotFound
from blockwright.ports.secrets import Secrets


class SecretsContract:
    @pytest.mark.parametrize("value", ["", "hunter2", "ü\n\0\ud800", "x" * 100_000])
    def test_a_value_comes_back_as_it_was(self, secrets: Secrets, value: str) -> None:
        secrets.set("shop", "password", value)
        assert secrets.get("shop", "password") == value

    def test_the_newest_value_counts(self, secrets: Secrets) -> None:
        secrets.set("shop", "password", "old")
        secrets.set("shop", "password", "new")
        assert secrets.get("shop", "password") == "new"
        assert secrets.names("shop") == ["password"]

    def test_each_project_has_its_own(self, secrets: Secrets) -> None:
        secrets.set("shop", "b", "1")
        secrets.set("shop", "a", "2")
        secrets.set("bank", "c", "3")
        assert secrets.names("shop") == ["a", "b"]
        assert secrets.get("bank", "a") is None
        assert secrets.get("shop", "c") is None

    def test_a_deleted_secret_is_gone(self, secrets: Secrets) -> None:
        secrets.set("shop", "a", "1")
        secrets.delete("shop", "a")
        assert secrets.get("shop", "a") is None
        assert secrets.names("shop") == []
        with pytest.raises(NotFound, match="`a`"):
            secrets.delete("shop", "a")

    @pytest.mark.parametrize("name", ["", "a\0b"])
    def test_a_name_must_be_one(self, secrets: Secrets, name: str) -> None:
        with pytest.raises(Invalid):
            secrets.set("shop", name, "1")
