"""What goes with every answer that tells of a run: where it is followed, when to ask, which deployment has it."""

from collections.abc import Mapping

import azure.functions as func

from shared.responses import create_success_response
from shared.settings import current_settings

# Read by the gateway, which sends polls of a run to the deployment that started it.
COLOUR_HEADER = "x-app-colour"
_RETRY_AFTER_S = "2"


def run_answer(links: Mapping[str, str]) -> func.HttpResponse:
    """Answer 202 with the addresses under which a run can be followed and managed."""
    return create_success_response(links, status_code=202, headers=run_headers(links))


def run_headers(links: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of an answer that holds a run's management URLs."""
    return {
        "Location": links["statusQueryGetUri"],
        "Retry-After": _RETRY_AFTER_S,
        COLOUR_HEADER: current_settings().app_colour,
    }
