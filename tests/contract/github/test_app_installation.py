"""PyGithub signed in as an installation of a GitHub App."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from github import Auth, Github, GithubException

from tests.support.github import LocalGitHub, running_github

pytestmark = pytest.mark.asyncio(loop_scope="module")

APP, INSTALLATION = 77, 4711


def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey) -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption()).decode()


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return private_key()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def endpoint(key: rsa.RSAPrivateKey, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[LocalGitHub]:
    file = tmp_path_factory.mktemp("app") / "app.pem"
    public = serialization.PublicFormat.SubjectPublicKeyInfo
    file.write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM, public))
    async with running_github("--app", f"{APP}:{INSTALLATION}:{file}") as running:
        yield running


def installed(endpoint: LocalGitHub, signer: str, app: int = APP, installation: int = INSTALLATION) -> Github:
    return endpoint.client(None, auth=Auth.AppAuth(app, signer).get_installation_auth(installation))


def names(client: Github) -> set[str]:
    with client:
        return {each.name for each in client.get_user("pallets").get_repos()}


async def test_installation_reads_with_one_token(github: LocalGitHub, key: rsa.RSAPrivateKey) -> None:
    client = installed(github, pem(key))
    assert "flask" in await asyncio.to_thread(names, client)
    assert "click" in await asyncio.to_thread(names, client)
    stats = await github.stats()
    assert stats["by_route"]["installation_token"] == 1
    assert client.rate_limiting[1] == 5000


async def test_installation_sees_private_repositories(github: LocalGitHub, key: rsa.RSAPrivateKey) -> None:
    assert "fanwise-private-sample" in await asyncio.to_thread(names, installed(github, pem(key)))


@pytest.mark.parametrize(
    ("app", "installation", "own_key", "status"),
    [(APP, INSTALLATION, False, 401), (APP + 1, INSTALLATION, True, 401), (APP, 1, True, 404)],
    ids=["another key", "another app", "another installation"],
)
async def test_what_does_not_fit_the_app_is_refused(
    github: LocalGitHub, key: rsa.RSAPrivateKey, app: int, installation: int, own_key: bool, status: int
) -> None:
    signer = pem(key if own_key else private_key())
    with pytest.raises(GithubException) as raised:
        await asyncio.to_thread(names, installed(github, signer, app, installation))
    assert raised.value.status == status


async def test_token_that_is_about_to_end_is_replaced(key: rsa.RSAPrivateKey, tmp_path: Path) -> None:
    file = tmp_path / "app.pem"
    public = serialization.PublicFormat.SubjectPublicKeyInfo
    file.write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM, public))
    async with running_github("--app", f"{APP}:{INSTALLATION}:{file}", "--app-token-s", "1") as short:
        client = installed(short, pem(key))
        assert "flask" in await asyncio.to_thread(names, client)
        assert "flask" in await asyncio.to_thread(names, client)
        assert (await short.stats())["by_route"]["installation_token"] > 1


async def test_endpoint_without_an_app_lets_none_in(key: rsa.RSAPrivateKey) -> None:
    async with running_github() as plain:
        with pytest.raises(GithubException) as raised:
            await asyncio.to_thread(names, installed(plain, pem(key)))
    assert raised.value.status == 401
