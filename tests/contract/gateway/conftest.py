"""The policies as they are, each test with a gateway, counters and a clock of its own."""

from collections.abc import AsyncGenerator

import pytest

from tests.support.gateway import GatewayUnderTest, gateway_under_test


@pytest.fixture
async def gateway() -> AsyncGenerator[GatewayUnderTest]:
    async with gateway_under_test() as running:
        yield running
