from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, replace

import pytest

from blockwright.core.copies import changed


@dataclass(frozen=True, slots=True)
class _Record:
    name: str
    number: int = 0
    rest: tuple[str, ...] = ()


def test_a_changed_copy_is_what_replace_gives() -> None:
    record = _Record("a", 1, ("x",))
    assert changed(record, number=2) == replace(record, number=2)
    assert record.number == 1


def test_a_field_that_is_not_there_is_refused() -> None:
    with pytest.raises(TypeError, match="colour"):
        changed(_Record("a"), colour="red")


def test_a_copy_is_as_frozen_as_its_record() -> None:
    with pytest.raises(FrozenInstanceError):
        changed(_Record("a"), number=2).number = 3  # type: ignore[misc]
