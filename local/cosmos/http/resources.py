"""The account, databases and containers."""

from typing import Any

import orjson
from aiohttp import web

from local.cosmos.definitions import read_definition, resource_id
from local.cosmos.engine import Engine
from local.cosmos.errors import CosmosError, bad_request
from local.cosmos.http.messages import Request, answer, feed
from local.cosmos.sql.values_query import query_values
from local.cosmos.store.documents import parse_json


def account(request: Request) -> web.Response:
    """What the SDK asks first. The address must be the one it has reached, for it replaces the configured one."""
    location = [{"name": "Local", "databaseAccountEndpoint": f"http://{request.host}/"}]
    return answer(
        200,
        {
            "_self": "",
            "id": "localhost",
            "_rid": "localhost",
            "media": "//media/",
            "addresses": "//addresses/",
            "_dbs": "//dbs/",
            "writableLocations": location,
            "readableLocations": location,
            "enableMultipleWriteLocations": False,
            "userReplicationPolicy": {"asyncReplication": False, "minReplicaSetSize": 1, "maxReplicasetSize": 4},
            "userConsistencyPolicy": {"defaultConsistencyLevel": "Session"},
            "systemReplicationPolicy": {"minReplicaSetSize": 1, "maxReplicasetSize": 4},
            "readPolicy": {"primaryReadCoefficient": 1, "secondaryReadCoefficient": 1},
            "queryEngineConfiguration": "{}",
        },
    )


async def databases(engine: Engine, request: Request) -> web.Response:
    """``/dbs``: list, query, create."""
    if request.method == "POST" and not request.flag("x-ms-documentdb-isquery"):
        identity = resource_id(_object(request).get("id"))
        database = await engine.write(lambda transaction: engine.catalog.create_database(transaction, identity))
        return _resource(201, database.resource())
    _only(request, "GET", "POST")
    found = [database.resource() for database in list(engine.catalog.databases.values())]
    return _feed(request, "Databases", "", found)


async def database(engine: Engine, request: Request, identity: str) -> web.Response:
    """``/dbs/d``: read, delete."""
    if request.method == "DELETE":
        await engine.write(lambda transaction: engine.catalog.delete_database(transaction, identity))
        return answer(204)
    _only(request, "GET", "DELETE")
    return _resource(200, engine.catalog.database(identity).resource())


async def containers(engine: Engine, request: Request, parent: str) -> web.Response:
    """``/dbs/d/colls``: list, query, create."""
    if request.method == "POST" and not request.flag("x-ms-documentdb-isquery"):
        definition = read_definition(_object(request))
        container = await engine.write(
            lambda transaction: engine.catalog.create_container(transaction, parent, definition)
        )
        return _resource(201, container.resource())
    _only(request, "GET", "POST")
    found = engine.catalog.database(parent)
    resources = [container.resource() for container in list(found.containers.values())]
    return _feed(request, "DocumentCollections", found.rid, resources)


async def container(engine: Engine, request: Request, parent: str, identity: str) -> web.Response:
    """``/dbs/d/colls/c``: read, replace, delete."""
    if request.method == "DELETE":
        await engine.write(lambda transaction: engine.catalog.delete_container(transaction, parent, identity))
        return answer(204)
    if request.method == "PUT":
        return await _replace(engine, request, parent, identity)
    _only(request, "GET", "PUT", "DELETE")
    return _resource(200, engine.catalog.container(parent, identity).resource())


async def _replace(engine: Engine, request: Request, parent: str, identity: str) -> web.Response:
    before = engine.catalog.container(parent, identity).definition
    definition = read_definition(_object(request))
    for name, old, new in (
        ("id", before.id, definition.id),
        ("partitionKey", before.partition_key, definition.partition_key),
        ("vectorEmbeddingPolicy", before.vectors, definition.vectors),
        ("uniqueKeyPolicy", before.unique_keys, definition.unique_keys),
    ):
        if old != new:
            raise bad_request(f"The container's {name} cannot be changed by a replace.")
    replaced = await engine.write(
        lambda transaction: engine.catalog.replace_container(transaction, parent, identity, definition)
    )
    return _resource(200, replaced.resource())


def offers(request: Request) -> web.Response:
    """``/offers``: none, as in a serverless account."""
    _only(request, "GET", "POST")
    return answer(200, feed("Offers", "", []))


def query_of(request: Request) -> tuple[str, dict[str, Any]]:
    """Text and parameters of a query's body.

    Raises:
        CosmosError: 400 naming what is missing or wrong.
    """
    body = parse_json(request.body)
    text = body.get("query") if isinstance(body, dict) else None
    if not isinstance(text, str):
        raise bad_request("The request body is no query: {'query': '...', 'parameters': [...]} is expected.")
    parameters = body.get("parameters") or []
    if not isinstance(parameters, list):
        raise bad_request("parameters: an array of {'name': '@x', 'value': ...} is expected.")
    values: dict[str, Any] = {}
    for entry in parameters:
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not name.startswith("@"):
            raise bad_request(f"parameters: the name {str(name)[:50]!r} must be a string that begins with '@'.")
        if "value" in entry:
            values[name] = entry["value"]
    return text, values


def _object(request: Request) -> dict[str, Any]:
    body = parse_json(request.body)
    if not isinstance(body, dict):
        raise bad_request(f"The input content is invalid: a JSON object is expected, not {type(body).__name__}.")
    return body


def _only(request: Request, *methods: str) -> None:
    if request.method not in methods:
        raise CosmosError(405, f"{request.method} is not allowed here; {', '.join(methods)} are.")


def _resource(status: int, resource: dict[str, Any]) -> web.Response:
    return answer(status, resource, charge=2.0, etag=resource["_etag"])


def _feed(request: Request, name: str, rid: str, resources: list[dict[str, Any]]) -> web.Response:
    found: list[Any] = resources
    if request.method == "POST":
        text, params = query_of(request)
        found = query_values(text, params, resources)
    return answer(200, feed(name, rid, [orjson.dumps(each) for each in found]), charge=2.0)
