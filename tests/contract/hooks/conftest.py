"""One stack for each worker of the test run, with what the hooks ask of Azure beside it."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from tests.support.catalogue import small_catalogue
from tests.support.hooks import Management, azd_environment, running_management
from tests.support.search_client import Switches, part_url
from tests.support.stack import SAMPLE, RunningStack, running_stack

# More than one request of a hundred.
MATERIALS = 140
KEYS = ("STORAGE_KEY", "AI_SEARCH_KEY", "AZURE_OPENAI_API_KEY")


@dataclass(frozen=True)
class Cloud:
    """``environment``: what azd hands to the hooks of this deployment, which is the local stack."""

    stack: RunningStack
    management: Management
    environment: dict[str, str]
    session: aiohttp.ClientSession

    @property
    def openai(self) -> Switches:
        return Switches(part_url(self.stack.openai), self.session)

    @property
    def search(self) -> Switches:
        return Switches(part_url(self.stack.search), self.session)

    @property
    def github(self) -> Switches:
        return Switches(part_url(self.stack.github), self.session)

    async def delete_index(self) -> None:
        """Take the index of materials away, with what it holds."""
        await self.index_request("DELETE")

    async def index_request(self, method: str, path: str = "", body: object = None) -> tuple[int, dict]:
        """Ask the search service about the index of materials."""
        url = f"{part_url(self.stack.search)}/indexes('materials'){path}?api-version=2026-04-01"
        headers = {"api-key": SAMPLE["AI_SEARCH_KEY"]}
        async with self.session.request(method, url, json=body, headers=headers) as response:
            return response.status, await response.json(content_type=None) if await response.read() else {}

    async def held(self) -> int:
        """Return how many materials the index holds."""
        status, answer = await self.index_request("POST", "/docs/search.post.search", {"search": "*", "count": True})
        return answer["@odata.count"] if status == 200 else 0


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder for programs that a test puts on PATH."""
    return tmp_path / "programs"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack() -> AsyncGenerator[RunningStack]:
    async with running_stack(env={"REPO_CONTEXT_ALLOW_ANY": "1"}) as running:
        yield running


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_catalogue(tmp_path_factory.mktemp("hooks"), MATERIALS)


@pytest.fixture
async def cloud(stack: RunningStack, catalogue: Path, tmp_path: Path) -> AsyncGenerator[Cloud]:
    """The deployment, without faults, with its counters at zero."""
    async with running_management() as management, aiohttp.ClientSession() as session:
        outputs = azd_environment(
            tmp_path / "programs",
            ARM_ENDPOINT=management.url,
            SERVICE_API_URI=part_url(stack.host),
            STORAGE_ENDPOINT=part_url(stack.storage),
            AI_SEARCH_ENDPOINT=part_url(stack.search),
            AZURE_OPENAI_ENDPOINT=part_url(stack.openai),
            CATALOGUE_FOLDER=str(catalogue),
            **{name: SAMPLE[name] for name in KEYS},
        )
        cloud = Cloud(stack, management, outputs, session)
        for part in (cloud.openai, cloud.search, cloud.github):
            await part.reset()
        yield cloud
        for part in (cloud.openai, cloud.search, cloud.github):
            await part.reset()
