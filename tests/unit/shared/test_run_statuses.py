"""Which runtime statuses are over, said once, beside the statuses that the SDK knows."""

import pytest
from azure.durable_functions import OrchestrationRuntimeStatus

from shared.clients.orchestrations import ENDED, RunStatus
from shared.search.reconciler import ENDED_AS


@pytest.mark.parametrize("state", ["Pending", "Running", "Suspended", "ContinuedAsNew"])
def test_a_run_that_may_go_on_is_under_way(state):
    assert RunStatus("id", state).under_way


@pytest.mark.parametrize("state", sorted(ENDED))
def test_a_run_that_has_ended_is_not_under_way(state):
    assert not RunStatus("id", state).under_way


def test_the_sdk_knows_every_status_that_is_over():
    assert {status.name for status in OrchestrationRuntimeStatus} >= ENDED


def test_a_search_is_closed_with_a_reason_for_every_way_to_end():
    assert set(ENDED_AS) == ENDED | {None}
