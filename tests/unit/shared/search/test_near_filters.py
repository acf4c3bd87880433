"""Which materials are near a colour, as a filter."""

import numpy as np

from shared.clients.lab_data import LabData
from shared.colour.near_table import NearTable
from shared.search.contracts import LabValues
from shared.search.lab_table import LabTable
from shared.search.near_filters import MAX_FILTER_BYTES, filter_near

ASKED = LabValues(L=50, a=0, b=0)


def data_of(colours: dict[str, tuple[float, float, float]]) -> LabData:
    ids, labs = tuple(colours), np.array(list(colours.values())).reshape(-1, 3)
    return LabData(LabTable(ids, labs, NearTable(ids, labs), {}), '"7"')


def test_the_filter_names_what_is_within_the_threshold_nearest_first():
    found = filter_near(data_of({"far": (60, 0, 0), "b": (51, 0, 0), "a": (50.5, 0, 0)}), ASKED, 2.0)
    assert found.filter == "search.in(id, 'a|b', '|')"
    assert (found.matched, found.listed, found.threshold, found.data_version) == (2, 2, 2.0, '"7"')


def test_a_threshold_of_nought_finds_identical_colours_only():
    found = filter_near(data_of({"near": (50.0001, 0, 0), "same": (50, 0, 0)}), ASKED, 0.0)
    assert (found.filter, found.matched) == ("search.in(id, 'same', '|')", 1)


def test_where_nothing_is_near_there_is_no_filter():
    found = filter_near(data_of({"far": (90, 0, 0)}), ASKED, 2.0)
    assert (found.filter, found.matched, found.listed) == (None, 0, 0)


def test_of_more_than_a_thousand_the_nearest_thousand_are_named_and_all_are_counted():
    found = filter_near(data_of({f"m{n:04}": (50 + n / 1000, 0, 0) for n in range(1500)}), ASKED, 5.0)
    assert (found.matched, found.listed) == (1500, 1000)
    assert "m0999" in found.filter
    assert "m1000" not in found.filter


def test_long_ids_are_named_as_far_as_a_payload_has_room():
    found = filter_near(data_of({f"{n:0128}": (50 + n / 1000, 0, 0) for n in range(1000)}), ASKED, 5.0)
    assert found.matched == 1000
    assert 480 < found.listed < 512
    assert len(found.filter) <= MAX_FILTER_BYTES


def test_the_requested_colour_is_the_standard():
    """CMC is not symmetric: seen from a strong colour its neighbours are nearer than it is seen from them."""
    strong, weak = (50.0, 60.0, 0.0), (50.0, 50.0, 0.0)
    forth = filter_near(data_of({"m": weak}), LabValues(L=strong[0], a=strong[1], b=strong[2]), 3.7)
    back = filter_near(data_of({"m": strong}), LabValues(L=weak[0], a=weak[1], b=weak[2]), 3.7)
    assert (forth.matched, back.matched) == (1, 0)
