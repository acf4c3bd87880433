"""A search as it was accepted."""

from shared.errors import InvalidRequest, Rejected, Unavailable
from shared.resources import Resources
from shared.search.contracts import LoadedRequest, RequestRef
from shared.search.payload import read_payload


async def load_request(task: RequestRef, resources: Resources) -> LoadedRequest:
    """Return what a search asks for and how far it has come.

    Raises:
        Rejected: Its payload is not one that this version accepts.
        Unavailable: Cosmos DB throttled or could not be reached, or there is no such search.
    """
    document = await resources.search_requests.read(task.request_id)
    if document is None:
        # Session consistency: another process stored it a moment ago, and this one may read a replica that lags.
        raise Unavailable(f"search {task.request_id!r} cannot be seen")
    try:
        request = read_payload(document["request_payload"])
    except InvalidRequest as error:
        raise Rejected(f"search {task.request_id!r} cannot be read: {error}") from error
    return LoadedRequest(request=request, status=document["status"])
