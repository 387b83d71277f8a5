from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from blockwright.adapters.db.databases import Database
from blockwright.adapters.db.secrets import DatabaseSecrets
from blockwright.core.errors import Unavailable
from blockwright.ports.secrets import Secrets
from tests.contracts.secrets import SecretsContract

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def opened(database: Database, *keys: str) -> Secrets:
    return DatabaseSecrets(database, folder=Path("nowhere"), key=",".join(keys))


class TestSqliteSecrets(SecretsContract):
    @pytest.fixture
    def secrets(self, sqlite: Database) -> Secrets:
        return opened(sqlite, OLD)


@pytest.mark.postgres
class TestPostgresSecrets(SecretsContract):
    @pytest.fixture
    def secrets(self, postgres: Database) -> Secrets:
        return opened(postgres, OLD)


def test_no_file_ever_holds_a_value_in_clear(sqlite: Database, tmp_path: Path) -> None:
    secrets = opened(sqlite, OLD)
    for value in ("correct horse battery staple", "replaced by another"):
        secrets.set("shop", "password", value)
        written = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
        assert b"password" in written
        assert value.encode() not in written


def test_another_key_does_not_open_it_and_says_so(sqlite: Database) -> None:
    opened(sqlite, OLD).set("shop", "password", "x")
    with pytest.raises(Unavailable, match=r"`password` of project `shop`.*another key.*secret.key") as caught:
        opened(sqlite, NEW).get("shop", "password")
    assert caught.value.code == "secret_key"


def test_a_key_can_be_changed_while_old_values_remain(sqlite: Database) -> None:
    opened(sqlite, OLD).set("shop", "old", "1")
    both = opened(sqlite, NEW, OLD)
    both.set("shop", "new", "2")
    assert (both.get("shop", "old"), both.get("shop", "new")) == ("1", "2")
    assert opened(sqlite, NEW).get("shop", "new") == "2"


def test_a_value_moved_to_another_name_does_not_open(sqlite: Database) -> None:
    secrets = opened(sqlite, OLD)
    secrets.set("shop", "harmless", "1")
    secrets.set("bank", "master", "2")
    with sqlite.write() as transaction:
        transaction.execute("UPDATE secret SET token = (SELECT token FROM secret WHERE name = 'master')")
    with pytest.raises(Unavailable, match="exchanged"):
        secrets.get("shop", "harmless")
    assert secrets.get("bank", "master") == "2"


def test_no_key_and_no_cryptography_until_a_value_is_touched(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from blockwright.adapters.db import DatabaseSecrets, open_database
folder = Path(sys.argv[1])
secrets = DatabaseSecrets(open_database(None, folder=folder, durable=False), folder=folder, key=None)
assert secrets.get("shop", "a") is None and secrets.names("shop") == []
assert "cryptography" not in sys.modules and not (folder / "secret.key").exists()
"""
    subprocess.run([sys.executable, "-c", program, tmp_path], check=True, timeout=60)


def test_rotation_with_a_setting_takes_the_first_key(sqlite: Database) -> None:
    opened(sqlite, OLD).set("shop", "a", "1")
    opened(sqlite, OLD).set("bank", "b", "2")
    assert opened(sqlite, NEW, OLD).rotate() == ["secret `b` of project `bank`", "secret `a` of project `shop`"]
    assert opened(sqlite, NEW).get("shop", "a") == "1"
    with pytest.raises(Unavailable, match="another key"):
        opened(sqlite, OLD).get("shop", "a")


def test_rotation_of_the_file_makes_a_new_key_that_others_see_at_once(sqlite: Database, tmp_path: Path) -> None:
    secrets, other = (DatabaseSecrets(sqlite, folder=tmp_path, key=None) for _ in range(2))
    secrets.set("shop", "a", "1")
    assert other.get("shop", "a") == "1"
    before = (tmp_path / "secret.key").read_text()
    secrets.rotate()
    after = (tmp_path / "secret.key").read_text()
    assert (len(after.split()), before in after) == (1, False)
    assert other.get("shop", "a") == "1"
    assert opened(sqlite, before.strip(), OLD).names("shop") == ["a"]
    with pytest.raises(Unavailable):
        opened(sqlite, before.strip()).get("shop", "a")


def test_a_lost_key_names_what_it_locked_and_nothing_is_changed(sqlite: Database, tmp_path: Path) -> None:
    opened(sqlite, OLD).set("shop", "lost", "1")
    secrets = DatabaseSecrets(sqlite, folder=tmp_path, key=None)
    secrets.set("shop", "kept", "2")
    with pytest.raises(Unavailable, match="`lost` of project `shop`"):
        secrets.rotate()
    assert secrets.get("shop", "kept") == "2"
    assert opened(sqlite, OLD).get("shop", "lost") == "1"
