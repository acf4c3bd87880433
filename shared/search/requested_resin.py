"""The resin that a request names."""

from shared.search.contracts import MappedRequest, MappedResin, SearchRequest
from shared.search.payload import RESIN_FIELD
from shared.search.resins import Resin, resolve_resin


def mapped(request: SearchRequest) -> MappedRequest:
    """Return the requested resin by its ISO 1043-1 code; one that nobody knows keeps its text and is marked so."""
    given = request.text(RESIN_FIELD).strip()
    if not given:
        return MappedRequest()
    resin = resolve_resin(given)
    return MappedRequest(resin=mapped_resin(given, resin))


def mapped_resin(given: str, resin: Resin) -> MappedResin:
    """Return a resin as it crosses a durable boundary."""
    return MappedResin(
        given=given,
        code=resin.code,
        name=resin.name,
        family=resin.family,
        known=resin.known,
        filler=resin.filler,
        attributes=resin.attributes,
    )


def unmapped(request: SearchRequest) -> MappedRequest:
    """Return the requested resin as it was typed, for a search that goes on although the mapping failed."""
    given = request.text(RESIN_FIELD).strip()
    return MappedRequest(resin=MappedResin(given=given, code=given)) if given else MappedRequest()
