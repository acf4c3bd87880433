"""The routes that tests and benchmarks steer the endpoint with: switches, counters, changes."""

from typing import TypeVar

import orjson
from aiohttp import web
from pydantic import BaseModel, ValidationError

from local.github.accounts import Directory, Repository
from local.github.changes import Change, change, create
from local.github.documents import moment
from local.github.faults import FaultInjector, Faults
from local.github.quotas import Quotas
from local.github.refusals import Refusal, not_found
from local.github.secondary import SecondaryLimit
from local.github.stats import Stats

Model = TypeVar("Model", bound=BaseModel)
_REPOSITORY = "/_fixture/repos/{owner:[A-Za-z0-9-]{1,39}}/{repo:[A-Za-z0-9._-]{1,100}}"


class Control:
    """Handlers of ``/_faults``, ``/_stats`` and ``/_fixture``."""

    def __init__(
        self,
        directory: Directory,
        injector: FaultInjector,
        quotas: Quotas,
        secondary: SecondaryLimit,
        stats: Stats,
    ) -> None:
        self._directory = directory
        self._injector = injector
        self._quotas = quotas
        self._secondary = secondary
        self._stats = stats
        self._apply()

    def add_routes(self, app: web.Application) -> None:
        """Put the routes into ``app``."""
        app.router.add_get("/_faults", self.read_faults)
        app.router.add_put("/_faults", self.set_faults)
        app.router.add_delete("/_faults", self.reset_faults)
        app.router.add_get("/_stats", self.read_stats)
        app.router.add_delete("/_stats", self.reset_stats)
        app.router.add_get(_REPOSITORY, self.read_repository)
        app.router.add_put(_REPOSITORY, self.create_repository)
        app.router.add_patch(_REPOSITORY, self.change_repository)
        app.router.add_delete("/_fixture", self.reset_fixture)

    async def read_faults(self, _request: web.Request) -> web.Response:
        """Answer with the switches as they are."""
        return _json(self._injector.faults.model_dump())

    async def set_faults(self, request: web.Request) -> web.Response:
        """Replace every switch; those that the body does not name are off."""
        self._injector.set(_read(Faults, await request.read(), "Invalid switches"))
        self._apply()
        return _json(self._injector.faults.model_dump())

    async def reset_faults(self, _request: web.Request) -> web.Response:
        """Go back to the switches of the command line; every quota is whole again."""
        self._injector.reset()
        self._apply()
        return _json(self._injector.faults.model_dump())

    async def read_stats(self, _request: web.Request) -> web.Response:
        """Answer with the counters."""
        return _json(self._stats.document())

    async def reset_stats(self, _request: web.Request) -> web.Response:
        """Set the counters to zero."""
        self._stats.reset()
        return _json(self._stats.document())

    async def read_repository(self, request: web.Request) -> web.Response:
        """Answer with what the endpoint knows of a repository, private or not."""
        found = self._directory.repository(request.match_info["owner"], request.match_info["repo"])
        if found is None:
            raise not_found()
        return _json(_described(found))

    async def create_repository(self, request: web.Request) -> web.Response:
        """Add a repository."""
        wanted = _read(Change, await request.read(), "Invalid repository")
        return _json(
            _described(create(self._directory, request.match_info["owner"], request.match_info["repo"], wanted)), 201
        )

    async def change_repository(self, request: web.Request) -> web.Response:
        """Change a repository."""
        wanted = _read(Change, await request.read(), "Invalid change")
        return _json(
            _described(change(self._directory, request.match_info["owner"], request.match_info["repo"], wanted))
        )

    async def reset_fixture(self, _request: web.Request) -> web.Response:
        """Forget every change."""
        self._directory.reset()
        return _json({})

    def _apply(self) -> None:
        self._quotas.restrict(self._injector.faults.quota)
        self._secondary.set(self._injector.faults.secondary)


def _read(model: type[Model], body: bytes, wrong: str) -> Model:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        found = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}" for e in error.errors()[:20])
        raise Refusal(400, f"{wrong}: {found}") from error


def _described(found: Repository) -> dict[str, object]:
    return {
        "full_name": found.full_name,
        "private": found.private,
        "pushed_at": moment(found.pushed_at),
        "updated_at": moment(found.updated_at),
        "languages": dict(found.languages),
        "tree": dict(found.tree),
        "blocked": found.blocked,
        "truncated": found.truncated,
    }


def _json(document: object, status: int = 200) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(document), content_type="application/json")
