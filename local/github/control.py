"""The routes that tests and benchmarks steer the endpoint with: switches, counters, changes."""

from aiohttp import web

from local.github.accounts import Directory, Repository
from local.github.changes import Change, change, create
from local.github.documents import moment
from local.github.faults import FaultInjector, Faults
from local.github.quotas import Quotas
from local.github.refusals import Refusal, not_found
from local.github.secondary import SecondaryLimit
from local.github.stats import Stats
from local.processes import control
from local.processes.control import json_answer
from local.processes.switches import WrongFields, read_strictly

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
        self._general = control.Control(Faults, lambda _request: injector, stats, _refuse, self._apply)
        self._apply()

    def add_routes(self, app: web.Application) -> None:
        """Put the routes into ``app``."""
        self._general.add_routes(app)
        app.router.add_get(_REPOSITORY, self.read_repository)
        app.router.add_put(_REPOSITORY, self.create_repository)
        app.router.add_patch(_REPOSITORY, self.change_repository)
        app.router.add_delete("/_fixture", self.reset_fixture)

    async def read_repository(self, request: web.Request) -> web.Response:
        """Answer with what the endpoint knows of a repository, private or not."""
        found = self._directory.repository(request.match_info["owner"], request.match_info["repo"])
        if found is None:
            raise not_found()
        return json_answer(_described(found))

    async def create_repository(self, request: web.Request) -> web.Response:
        """Add a repository."""
        wanted = _read_change(await request.read(), "Invalid repository")
        return json_answer(
            _described(create(self._directory, request.match_info["owner"], request.match_info["repo"], wanted)), 201
        )

    async def change_repository(self, request: web.Request) -> web.Response:
        """Change a repository."""
        wanted = _read_change(await request.read(), "Invalid change")
        return json_answer(
            _described(change(self._directory, request.match_info["owner"], request.match_info["repo"], wanted))
        )

    async def reset_fixture(self, _request: web.Request) -> web.Response:
        """Forget every change."""
        self._directory.reset()
        return json_answer({})

    def _apply(self) -> None:
        self._quotas.restrict(self._injector.faults.quota)
        self._secondary.set(self._injector.faults.secondary)


def _read_change(body: bytes, wrong: str) -> Change:
    try:
        return read_strictly(Change, body)
    except WrongFields as error:
        raise Refusal(400, f"{wrong}: {error}") from error


def _refuse(reason: str) -> web.Response:
    raise Refusal(400, reason)


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
