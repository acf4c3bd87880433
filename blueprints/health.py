"""Health: whether Fanwise can do its work."""

import azure.durable_functions as df
import azure.functions as func

from shared.health import check_health
from shared.http import answered
from shared.identity import ANONYMOUS, caller_of
from shared.responses import create_success_response
from shared.settings import current_settings

bp = df.Blueprint()


@bp.route(route="api/health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@answered
async def health(req: func.HttpRequest) -> func.HttpResponse:
    """Answer 200 while every dependency answers, else 503. Only a known caller is told which one does not."""
    report = await check_health()
    document: dict[str, object] = {"status": report.status}
    if caller_of(req.headers, current_settings()) != ANONYMOUS:
        document["dependencies"] = report.dependencies()
    return create_success_response(document, status_code=200 if report.healthy else 503)
