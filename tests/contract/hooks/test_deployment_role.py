"""Before the deployment: waiting until roles are known, on Azurite behind a storage account that learns them late."""

from aiohttp import web

from tests.support.hooks import run_hook, running_proxy


def refused(code: str) -> web.Response:
    body = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>no</Message></Error>'
    return web.Response(status=403, text=body, content_type="application/xml", headers={"x-ms-error-code": code})


def role_unknown() -> web.Response:
    return refused("AuthorizationPermissionMismatch")


async def test_it_waits_until_the_role_is_known_and_says_so(cloud):
    async with running_proxy(cloud.environment["STORAGE_ENDPOINT"].rpartition("/")[0], role_unknown, 3) as storage:
        endpoint = f"{storage.url}/devstoreaccount1"

        run = await run_hook("predeploy", cloud.environment | {"STORAGE_ENDPOINT": endpoint})

        assert run.code == 0, run.said
        assert "the role is not known there yet (403)" in run.out
        assert "the package can be deployed" in run.out
        assert storage.refusals == 0


async def test_a_role_that_never_comes_ends_with_what_to_do(cloud):
    async with running_proxy("http://127.0.0.1:1", role_unknown, 1_000_000) as storage:
        endpoint = f"{storage.url}/devstoreaccount1"

        run = await run_hook("predeploy", cloud.environment | {"STORAGE_ENDPOINT": endpoint, "HOOK_WAIT_S": "0.3"})

        assert run.code == 1
        assert "What to do: run azd deploy in a few minutes" in run.err
        assert "DEPLOYER_PRINCIPAL_ID" in run.err


async def test_a_firewall_is_no_reason_to_wait(cloud):
    async with running_proxy("http://127.0.0.1:1", lambda: refused("AuthorizationFailure"), 100) as storage:
        outputs = cloud.environment | {"STORAGE_ENDPOINT": f"{storage.url}/devstoreaccount1"}

        run = await run_hook("predeploy", outputs)
        private = await run_hook("predeploy", outputs | {"VNET_ENABLED": "true"})

        assert run.code == 1
        assert "AuthorizationFailure" in run.err
        assert "firewall" in run.err
        assert private.code == 0
        assert "private" in private.out


async def test_an_app_without_its_role_is_not_deployed(cloud):
    cloud.management.roles = []

    run = await run_hook("predeploy", cloud.environment)

    assert run.code == 1
    assert "may not write to stdev" in run.err
    assert "What to do: azd provision" in run.err


async def test_without_a_role_of_the_deployer_it_does_not_wait(cloud):
    run = await run_hook("predeploy", cloud.environment | {"DEPLOYER_PRINCIPAL_ID": ""})

    assert run.code == 0, run.said
    assert "DEPLOYER_PRINCIPAL_ID is empty" in run.out


async def test_before_provisioning_it_says_what_is_missing(cloud):
    run = await run_hook("predeploy", cloud.environment | {"STORAGE_ACCOUNT_ID": ""})

    assert run.code == 1
    assert "STORAGE_ACCOUNT_ID is not set" in run.err
    assert "azd provision" in run.err


async def test_whoever_may_not_read_roles_is_told(cloud):
    cloud.management.status = 403

    run = await run_hook("predeploy", cloud.environment)

    assert run.code == 1
    assert "403 AuthorizationFailed" in run.err
    assert "Contributor or Owner" in run.err
