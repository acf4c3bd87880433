"""After provisioning: the index of materials is made or brought up to date, never destroyed."""

import json
from typing import Any

import pytest

from tests.support.hooks import run_hook
from tests.support.tracked_files import ROOT

DEFINITION: dict[str, Any] = json.loads((ROOT / "shared" / "search_index.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
async def no_index(cloud):
    await cloud.delete_index()


async def test_it_makes_the_index_once_and_does_nothing_the_second_time(cloud):
    first = await run_hook("postprovision", cloud.environment)
    await cloud.search.reset()
    second = await run_hook("postprovision", cloud.environment)

    assert first.out == "Index materials: created.\n", first.said
    assert second.out == "Index materials: as it should be.\n", second.said
    assert (first.code, second.code) == (0, 0)
    assert (await cloud.search.stats())["requests"] == 1
    _, made = await cloud.index_request("GET")
    assert {field["name"] for field in made["fields"]} == {field["name"] for field in DEFINITION["fields"]}


async def test_it_waits_out_the_role_and_says_so(cloud):
    await cloud.search.set(fail_next=3, fail_status=403)

    run = await run_hook("postprovision", cloud.environment)

    assert run.code == 0, run.said
    assert "the role is not known there yet (403)" in run.out
    assert "Index materials: created." in run.out


async def test_a_role_that_never_comes_ends_with_what_to_do(cloud):
    await cloud.search.set(fail_next=1_000_000, fail_status=403)

    run = await run_hook("postprovision", cloud.environment | {"HOOK_WAIT_S": "0.3"})

    assert run.code == 1
    assert "What to do: run azd provision in a few minutes" in run.err


async def test_a_private_service_that_is_not_seen_from_here_leaves_the_deployment_going(cloud):
    await cloud.search.set(fail_next=1_000_000, fail_status=403)

    run = await run_hook("postprovision", cloud.environment | {"HOOK_WAIT_S": "0.3", "VNET_ENABLED": "true"})

    assert run.code == 0
    assert "azd hooks run postprovision" in run.out


async def test_an_older_index_gets_what_is_new_and_keeps_what_it_has(cloud):
    own = {"name": "our_own", "type": "Edm.String"}
    fields = [field for field in DEFINITION["fields"] if field["name"] != "content_key"]
    assert (await cloud.index_request("PUT", body=DEFINITION | {"fields": [*fields, own]}))[0] == 201
    document = {"@search.action": "upload", "id": "m1", "name": "kept"}
    assert (await cloud.index_request("POST", "/docs/search.index", {"value": [document]}))[0] == 200

    run = await run_hook("postprovision", cloud.environment)

    assert run.out == "Index materials: brought up to date.\n", run.said
    _, made = await cloud.index_request("GET")
    assert {"content_key", "our_own"} <= {field["name"] for field in made["fields"]}
    assert await cloud.held() == 1


async def test_an_index_that_cannot_become_the_one_is_explained_and_left_alone(cloud):
    fields = [field | {"filterable": False} if field["name"] == "L" else field for field in DEFINITION["fields"]]
    assert (await cloud.index_request("PUT", body=DEFINITION | {"fields": fields}))[0] == 201

    run = await run_hook("postprovision", cloud.environment)

    assert run.code == 1
    assert "field L: filterable is false, expected true" in run.err
    assert "nothing was deleted" in run.err
    assert "az rest --method delete" in run.err
    _, left = await cloud.index_request("GET")
    assert next(field for field in left["fields"] if field["name"] == "L")["filterable"] is False
