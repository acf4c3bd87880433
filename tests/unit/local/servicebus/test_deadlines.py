"""Moments at which something is due."""

from hypothesis import given
from hypothesis import strategies as st

from local.servicebus.broker.deadlines import Deadlines


def test_what_is_due_comes_earliest_first_and_once():
    deadlines: Deadlines[str] = Deadlines()
    for key, moment in (("late", 3.0), ("soon", 1.0), ("gone", 0.5), ("moved", 0.1)):
        deadlines.set(key, moment)
    deadlines.discard("gone")
    deadlines.set("moved", 2.0)
    assert deadlines.next() == 1.0
    assert deadlines.take_due(2.5) == ["soon", "moved"]
    assert deadlines.take_due(2.5) == []
    assert "late" in deadlines
    assert "soon" not in deadlines


@given(st.lists(st.tuples(st.integers(0, 5), st.none() | st.integers(0, 20)), max_size=300))
def test_it_says_what_a_plain_dictionary_would(changes: list[tuple[int, int | None]]):
    deadlines: Deadlines[int] = Deadlines()
    expected: dict[int, int] = {}
    for key, moment in changes:
        if moment is None:
            deadlines.discard(key)
            expected.pop(key, None)
        else:
            deadlines.set(key, moment)
            expected[key] = moment
        assert deadlines.next() == min(expected.values(), default=None)
    assert sorted(deadlines.take_due(10)) == sorted(key for key, moment in expected.items() if moment <= 10)
    assert len(deadlines) == sum(moment > 10 for moment in expected.values())


def test_moments_that_are_moved_all_the_time_take_no_room():
    deadlines: Deadlines[str] = Deadlines()
    for moment in range(10_000):
        deadlines.set("renewed", float(moment))
    assert len(deadlines._heap) < 100
