"""Which materials are near a colour, as a filter that AI Search takes."""

from shared.clients.cosmos import ContainerProxy
from shared.clients.lab_data import LabData
from shared.search.contracts import DeltaEFilter, LabValues
from shared.search.kept_answers import KeptAnswers
from shared.search.lab_table import MAX_FILTER_IDS, filter_of

# Searches for the same colour come in minutes, from somebody who refines the rest of the request.
LIFETIME_S = 1800
# Up to 64 KB each.
_KEPT_IN_PROCESS = 100
# A filter travels in the payload of each search; AI Search itself would take 16 MB.
MAX_FILTER_BYTES = 64 * 1024

NearFilters = KeptAnswers[DeltaEFilter]


def near_filters(container: ContainerProxy) -> NearFilters:
    """Return the Delta-E filters of the last half hour, by colour, threshold and version of the Lab values."""
    return NearFilters(container, "deltae", DeltaEFilter, lifetime_s=LIFETIME_S, kept_in_process=_KEPT_IN_PROCESS)


def filter_near(data: LabData, lab: LabValues, threshold: float) -> DeltaEFilter:
    """Return a filter on the materials with dE CMC(2:1) <= ``threshold`` from ``lab``, the standard.

    It names the nearest 1,000, or as many of them as take 64 KB; without a match there is none.
    """
    near = data.table.near.within((lab.L, lab.a, lab.b), threshold, MAX_FILTER_IDS)
    ids = _that_fit(near.ids)
    return DeltaEFilter(
        threshold=threshold,
        matched=near.total,
        filter=filter_of(ids),
        listed=len(ids),
        data_version=data.version,
    )


def _that_fit(ids: tuple[str, ...]) -> tuple[str, ...]:
    # Ids are ASCII; the text around them takes some 30 bytes.
    room = MAX_FILTER_BYTES - 64
    for position, name in enumerate(ids):
        room -= len(name) + 1
        if room < 0:
            return ids[:position]
    return ids
