"""Keeping the memory of freed arrays is asked for where it can be, and no result knows of it."""

import ctypes

from reference.at_rest import district
from sim.memory import keep_freed_memory


def test_it_says_whether_it_could_be_asked_for_and_changes_no_bit():
    before, after = district(), district()
    before.step()
    assert isinstance(keep_freed_memory(), bool)
    after.step()
    for name in ("teachers", "students", "classes"):
        one, other = getattr(before, name).arrays, getattr(after, name).arrays
        assert [column for column in one if one[column].tobytes() != other[column].tobytes()] == [], name


def test_where_the_c_library_is_another_it_does_nothing(monkeypatch):
    def other(_name):
        return object()

    monkeypatch.setattr(ctypes, "CDLL", other)
    assert keep_freed_memory() is False
