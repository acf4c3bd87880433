"""Many items at once: queries, the list of all, the change feed, and the one partition key range."""

from datetime import UTC
from email.utils import parsedate_to_datetime

import orjson
from aiohttp import web

from local.cosmos.engine import Engine
from local.cosmos.errors import bad_request
from local.cosmos.http.documents import partition_of
from local.cosmos.http.messages import Request, answer, feed
from local.cosmos.http.resources import query_of
from local.cosmos.sql.executor import Question
from local.cosmos.sql.query_plan import is_ranked, query_plan
from local.cosmos.sql.targets import Target
from local.cosmos.store.catalog import Container
from local.cosmos.store.reads import EffectiveRange, Filter

_RANGES_ETAG = '"0"'
_NOT_SERVABLE = 1004


async def query(engine: Engine, container: Container, request: Request, *, query_plans: bool) -> web.Response:
    """POST to ``docs`` with the query header."""
    text, params = query_of(request)
    if query_plans and is_ranked(text):
        raise bad_request(
            "The provided cross partition query can not be directly served by the gateway. Fetch its query plan.",
            _NOT_SERVABLE,
        )
    return await _page(engine, container, request, Question(text, params, _target(container, request)))


def plan(request: Request) -> web.Response:
    """POST to ``docs`` with the query plan header."""
    text, _ = query_of(request)
    return answer(200, query_plan(text))


async def read_all(engine: Engine, container: Container, request: Request) -> web.Response:
    """GET ``docs``."""
    target = _target(container, request)
    everything = Target(target.key, target.range, across=True)
    return await _page(engine, container, request, Question("SELECT * FROM c", {}, everything))


async def _page(engine: Engine, container: Container, request: Request, question: Question) -> web.Response:
    token = request.headers.get("x-ms-continuation")
    answered = await engine.query(
        container, Question(question.text, question.params, question.target, request.page_items, token)
    )
    headers = {"x-ms-item-count": str(len(answered.rows))}
    if answered.token is not None:
        headers["x-ms-continuation"] = answered.token
    # About what the service takes: a start, and a little for each item it looks at or returns.
    charge = 2.3 + 0.02 * answered.examined + 0.05 * len(answered.rows)
    return answer(200, feed("Documents", container.rid, answered.rows), charge=charge, headers=headers)


async def changes(engine: Engine, container: Container, request: Request) -> web.Response:
    """GET ``docs`` with ``A-IM``: the latest version of what was written after the ETag or moment in the headers."""
    if request.headers.get("A-IM", "").lower() != "incremental feed":
        raise bad_request("A-IM: only 'Incremental Feed' is supported by this endpoint (no full-fidelity change feed).")
    target = _target(container, request)
    wanted = Filter(keys=None if target.key is None else [target.key], range=target.range)
    since, most = _since(request), request.page_items
    mark = request.headers.get("If-None-Match", "").strip()
    if mark == "*":
        found, end = [], await engine.read(container, lambda reader: reader.lsn)
    else:
        after = _lsn(mark)
        found, end = await engine.read(container, lambda reader: reader.changes(after, since, wanted, most))
    if not found:
        return answer(304, etag=f'"{end}"')
    return answer(200, feed("Documents", container.rid, found), charge=2.0 + 0.05 * len(found), etag=f'"{end}"')


def ranges(container: Container, request: Request) -> web.Response:
    """``pkranges``: one range. The SDK keeps asking until its own ETag is answered by 304."""
    if request.headers.get("If-None-Match") == _RANGES_ETAG:
        return answer(304, etag=_RANGES_ETAG)
    row = {
        "id": "0",
        "_rid": container.rid,
        "_self": f"{container.link}pkranges/0/",
        "_etag": _RANGES_ETAG,
        "minInclusive": "",
        "maxExclusive": "FF",
        "ridPrefix": 0,
        "throughputFraction": 1,
        "status": "online",
        "parents": [],
        "_ts": container.ts,
    }
    return answer(200, feed("PartitionKeyRanges", container.rid, [orjson.dumps(row)]), etag=_RANGES_ETAG)


def _target(container: Container, request: Request) -> Target:
    across = request.flag("x-ms-documentdb-query-enablecrosspartition")
    if "x-ms-documentdb-partitionkey" in request.headers:
        return Target(partition_of(container, request), None, across)
    low, high = request.headers.get("x-ms-start-epk"), request.headers.get("x-ms-end-epk")
    if low is not None and high is not None:
        return Target(None, EffectiveRange(low.upper(), high.upper()), across)
    # A range id alone names everything there is, for there is one range.
    one_range = "x-ms-documentdb-partitionkeyrangeid" in request.headers
    return Target(None, None, across or one_range, one_range)


def _lsn(mark: str) -> int:
    text = mark.strip('"')
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise bad_request(f"If-None-Match: {mark[:50]!r} is no change feed continuation of this endpoint.")
    return int(text)


def _since(request: Request) -> float:
    text = request.headers.get("If-Modified-Since")
    if text is None:
        return 0.0
    try:
        return parsedate_to_datetime(text).astimezone(UTC).timestamp()
    except (ValueError, TypeError, OverflowError):
        raise bad_request(f"If-Modified-Since: {text[:50]!r} is no date.") from None
