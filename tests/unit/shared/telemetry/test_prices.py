"""List prices of tokens."""

import pytest

from shared.telemetry.prices import cost_usd, prices
from shared.topology import topology


def test_tokens_cost_their_list_price():
    price = prices().models["gpt-5.4-mini"]
    assert cost_usd("gpt-5.4-mini", 1_000_000, 0) == price.input
    assert cost_usd("gpt-5.4-mini", 2_000, 1_000) == pytest.approx((2 * price.input + price.output) / 1000)


def test_a_version_has_its_models_price_and_another_model_none():
    assert cost_usd("gpt-5.4-mini-2026-03-17", 1000, 0) == cost_usd("gpt-5.4-mini", 1000, 0)
    assert cost_usd("gpt-5.4-mini-own", 1000, 0) is None
    assert cost_usd("something-new", 1000, 0) is None


def test_the_models_that_are_deployed_by_default_have_a_price():
    settings = topology().settings
    for name in ("LLM_MODEL", "EMBEDDING_MODEL_DEPLOYMENT_NAME"):
        assert prices().of(str(settings[name].default)), name
