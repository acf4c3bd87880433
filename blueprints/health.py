"""Health: whether Fanwise can do its work, and a start for what it has not gathered yet."""

import asyncio
import logging
import time

import azure.durable_functions as df
import azure.functions as func

from shared.clients.orchestrations import DurableOrchestrations
from shared.errors import Rejected, Unavailable
from shared.github_repo_manager import warm_up
from shared.health import check_health
from shared.http import answered
from shared.identity import ANONYMOUS, caller_of
from shared.repo_context.runs import Runs
from shared.resources import process_resources
from shared.responses import create_success_response
from shared.settings import current_settings

bp = df.Blueprint()

_logger = logging.getLogger("portfolio.api")
# Probes come every few seconds from several sides, and nobody who probes waits for a cache.
_WARMED_UP_FOR_S = 30.0
_WARM_UP_PATIENCE_S = 2.0


class _WarmUp:
    """Looks for accounts of which nothing is kept, at most every half minute a process."""

    def __init__(self) -> None:
        self._tried_at = float("-inf")
        self._started: list[str] = []

    async def run(self, client: df.DurableOrchestrationClient) -> list[str]:
        """Return the accounts for which the last look started a run."""
        if not current_settings().repo_context.users or time.monotonic() - self._tried_at < _WARMED_UP_FOR_S:
            return self._started
        self._tried_at = time.monotonic()
        self._started = []
        try:
            async with asyncio.timeout(_WARM_UP_PATIENCE_S):
                self._started = await warm_up(Runs(client), await process_resources())
        except (Unavailable, Rejected, TimeoutError) as error:
            _logger.warning("warm-up could not start", extra={"reason": str(error) or "no answer in time"})
        return self._started


_warm_up = _WarmUp()


@bp.route(route="api/health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@bp.durable_client_input(client_name="client")
@answered
async def health(req: func.HttpRequest, client) -> func.HttpResponse:  # pyright: ignore[reportMissingParameterType, reportUnknownParameterType]
    """Answer 200 while every dependency that is needed answers, else 503; start to gather what is not cached.

    Only a known caller is told which dependency does not answer, and what is being gathered.
    """
    report, warming_up = await asyncio.gather(check_health(DurableOrchestrations(client).ping), _warm_up.run(client))
    document: dict[str, object] = {"status": report.status}
    if caller_of(req.headers, current_settings()) != ANONYMOUS:
        document["dependencies"] = report.dependencies()
        document |= {"warming_up": warming_up} if warming_up else {}
    return create_success_response(document, status_code=200 if report.healthy else 503)
