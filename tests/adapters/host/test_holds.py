"""Who has a data folder, and where that server answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from blockwright.adapters.host.holds import DataHold, address_of_holder
from blockwright.core.errors import Conflict


def test_the_holder_says_where_it_answers(tmp_path: Path) -> None:
    assert address_of_holder(tmp_path) == ""
    hold = DataHold(tmp_path)
    assert address_of_holder(tmp_path) == ""
    hold.tell("http://127.0.0.1:7001")
    assert address_of_holder(tmp_path) == "http://127.0.0.1:7001"
    with pytest.raises(Conflict, match=r"held by another server: process .*, at http://127.0.0.1:7001"):
        DataHold(tmp_path)
    hold.close()
    assert address_of_holder(tmp_path) == ""
