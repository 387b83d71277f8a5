from __future__ import annotations

import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from blockwright.adapters.db.secret_keys import secret_keys
from blockwright.core.errors import Invalid, Unavailable


def test_the_file_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first = secret_keys(None, tmp_path / "data")
    file = tmp_path / "data" / "secret.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["secret.key"]
    assert secret_keys(None, tmp_path / "data") == first
    Fernet(first[0])


def test_of_many_first_users_one_makes_the_key(tmp_path: Path) -> None:
    together = threading.Barrier(8)

    def make(_: int) -> bytes:
        together.wait(60)
        return secret_keys(None, tmp_path)[0]

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(make, range(8)))) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_no_two_folders_share_a_key(tmp_path: Path) -> None:
    assert secret_keys(None, tmp_path / "a") != secret_keys(None, tmp_path / "b")


def test_a_key_in_the_setting_needs_no_file(tmp_path: Path) -> None:
    key, older = Fernet.generate_key(), Fernet.generate_key()
    assert secret_keys(key.decode(), tmp_path) == (key,)
    assert secret_keys(f"{key.decode()}, {older.decode()}", tmp_path) == (key, older)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("phrase", ["correct horses", "apples, pears", "übermäßig lang", "a surrogate \udcff"])
def test_any_phrase_is_a_key(phrase: str, tmp_path: Path) -> None:
    (key,) = secret_keys(phrase, tmp_path)
    Fernet(key)
    assert secret_keys(phrase, tmp_path) == (key,)
    assert secret_keys(f"{phrase}!", tmp_path) != (key,)


@pytest.mark.parametrize("content", ["", "not a key", "ü" * 44])
def test_a_spoilt_file_is_named_and_not_replaced(content: str, tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    file.write_text(content, encoding="utf-8")
    file.chmod(0o600)
    with pytest.raises(Unavailable, match=r"secret\.key") as caught:
        secret_keys(None, tmp_path)
    assert caught.value.code == "secret_key"
    assert file.read_text(encoding="utf-8") == content


def test_a_folder_that_cannot_hold_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(Unavailable, match="BLOCKWRIGHT_SECRET_KEY"):
        secret_keys(None, tmp_path / "data")


@pytest.mark.parametrize("weak", ["short", "aaaaaaaaaaaaaaaa", "Correct horse battery staple", "A" * 43 + "="])
def test_a_key_that_is_easy_to_guess_is_refused(weak: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as caught:
        secret_keys(weak, tmp_path)
    assert caught.value.code == "weak_secret_key"
    assert weak not in str(caught.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_can_read_is_refused(mode: int, tmp_path: Path) -> None:
    secret_keys(None, tmp_path)
    (tmp_path / "secret.key").chmod(mode)
    with pytest.raises(Unavailable, match="chmod 600") as caught:
        secret_keys(None, tmp_path)
    assert caught.value.code == "secret_key_exposed"
