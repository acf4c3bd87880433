"""Before a first deployment: models and their quota, as the management API lists them for a region."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.support.hooks import HookRun, Management, azd_environment, run_hook, running_management

CHAT, EMBEDDING = ("gpt-5.4-mini", "2026-03-17"), ("text-embedding-3-small", "1")


@pytest_asyncio.fixture
async def management() -> AsyncGenerator[Management]:
    async with running_management() as running:
        yield running


@pytest.fixture
def outputs(programs: Path, management: Management) -> dict[str, str]:
    """What azd hands to a hook before anything is provisioned."""
    environment = azd_environment(programs)
    # An azd environment that was never provisioned has no outputs.
    kept = {name: environment[name] for name in ("PATH", "HOME", "AZURE_ENV_NAME", "AZURE_SUBSCRIPTION_ID")}
    return kept | {"AZURE_LOCATION": "northeurope", "ARM_ENDPOINT": management.url}


def region(
    chat: int = 100, embedding: int = 100, *, lifecycle: str = "GenerallyAvailable", **kinds: int
) -> dict[str, Any]:
    """What a region lists: capacities left of both models as GlobalStandard, and of further kinds of both."""
    left = {f"GlobalStandard.{CHAT[0]}": chat, f"GlobalStandard.{EMBEDDING[0]}": embedding}
    left |= {f"{kind}.{name}": free for kind, free in kinds.items() for name, _ in (CHAT, EMBEDDING)}
    usages = [
        {"name": {"value": f"OpenAI.{name}"}, "limit": free + 7, "currentValue": 7} for name, free in left.items()
    ]
    models = [
        {"model": {"name": name, "version": version, "lifecycleStatus": lifecycle}}
        for name, version in (CHAT, EMBEDDING)
    ]
    return {"usages": [*usages, {"name": {"value": "S0"}, "limit": 1, "currentValue": 0}], "models": models}


async def preprovision(outputs: dict[str, str], **choices: str) -> HookRun:
    return await run_hook("preprovision", outputs | choices)


async def test_where_the_default_fits_nothing_is_said(management, outputs):
    management.regions = {"northeurope": region()}
    run = await preprovision(outputs)
    assert (run.code, run.said) == (0, "")


@pytest.mark.parametrize(
    ("here", "choices", "said", "advice"),
    [
        (region(0, DataZoneStandard=200), {}, "60,000 tokens a minute as GlobalStandard", "MODEL_SKU DataZoneStandard"),
        (region(30), {}, "the subscription has 30,000 left in northeurope", "CHAT_MODEL_CAPACITY 30,"),
        (region(30, 20), {}, "small needs 60,000", "MODEL_CAPACITY 30 and azd env set EMBEDDING_MODEL_CAPACITY 20,"),
        (region(200), {"PRODUCTION": "true"}, "needs 400,000", "CHAT_MODEL_CAPACITY 200,"),
        (region(200), {"CHAT_MODEL_CAPACITY": "300"}, "needs 300,000", "CHAT_MODEL_CAPACITY 200,"),
        (region(20), {}, "has 20,000 left", "AZURE_AI_LOCATION swedencentral,"),
        (region(), {"CHAT_MODEL_VERSION": "1999"}, "does not offer gpt-5.4-mini 1999", "choose other models"),
    ],
)  # fmt: skip
async def test_what_would_do_is_told_before_anything_is_made(management, outputs, here, choices, said, advice):
    management.regions = {"northeurope": here, "francecentral": region(10), "swedencentral": region()}
    run = await preprovision(outputs, **choices)
    assert run.code == 1
    assert said in run.err
    assert advice in run.err
    assert "CHECK_MODEL_QUOTA false" in run.err


async def test_the_models_own_region_is_looked_at(management, outputs):
    management.regions = {"northeurope": region(0, 0), "uksouth": region()}
    assert (await preprovision(outputs, AZURE_AI_LOCATION="uksouth")).code == 0


async def test_a_model_that_will_retire_is_warned_of(management, outputs):
    management.regions = {"northeurope": region(lifecycle="Deprecating")}
    run = await preprovision(outputs)
    assert run.code == 0
    assert "WARNING: gpt-5.4-mini 2026-03-17 is Deprecating in northeurope" in run.out


@pytest.mark.parametrize(
    "choices",
    [{"CHECK_MODEL_QUOTA": "false"}, {"AZURE_RESOURCE_GROUP": "rg-dev"}, {"AZURE_LOCATION": ""}],
    ids=["not-wanted", "provisioned-before", "no-region-yet"],
)
async def test_otherwise_nobody_is_asked(management, outputs, choices):
    assert (await preprovision(outputs, **choices)).code == 0
    assert management.asked == []


async def test_lists_that_cannot_be_read_stop_nothing(management, outputs):
    run = await preprovision(outputs)
    assert run.code == 0
    assert "could not be read, so the deployment will tell: usages of northeurope: 404" in run.out
