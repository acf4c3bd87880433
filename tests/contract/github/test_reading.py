"""What PyGithub reads: accounts, pages of repositories, languages, contents, trees."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from github import Github, GithubException, UnknownObjectException
from github.Repository import Repository

from tests.support.github import LARGE, SMALL, LocalGitHub

pytestmark = pytest.mark.asyncio(loop_scope="module")


def listed(client: Github, login: str, **options: Any) -> list[Repository]:
    with client:
        return list(client.get_user(login).get_repos(**options))


def fetched(client: Github, full_name: str) -> Repository:
    return client.get_repo(full_name)


async def test_listing_leads_from_page_to_page(github: LocalGitHub) -> None:
    found = await asyncio.to_thread(listed, github.client(None), LARGE)
    assert len({each.full_name for each in found}) == 120
    stats = await github.stats()
    assert stats["by_route"]["repositories"] == 2
    assert stats["by_path"]["/user/761456/repos"] == 1


async def test_small_pages_give_the_same_repositories(github: LocalGitHub) -> None:
    large = await asyncio.to_thread(listed, github.client(None), LARGE)
    small = await asyncio.to_thread(listed, github.client(None, per_page=7), LARGE)
    assert [each.id for each in small] == [each.id for each in large]


async def test_listing_holds_the_metadata(github: LocalGitHub) -> None:
    found = await asyncio.to_thread(listed, github.client(), SMALL)
    flask = next(each for each in found if each.name == "flask")
    requests = (await github.stats())["requests"]
    assert flask.full_name == "pallets/flask"
    assert flask.description == "The Python micro framework for building web applications."
    assert "wsgi" in flask.topics
    assert (flask.language, flask.default_branch) == ("Python", "main")
    assert (flask.archived, flask.fork, flask.private) == (False, False, False)
    assert flask.html_url == "https://github.com/pallets/flask"
    assert flask.pushed_at.tzinfo is not None
    assert flask.updated_at >= flask.created_at
    assert flask.stargazers_count > 10_000
    assert flask.owner.login == SMALL
    assert (await github.stats())["requests"] == requests, "reading what the listing holds asked again"


async def test_private_repositories_are_shown_to_the_token_alone(github: LocalGitHub) -> None:
    anonymous = await asyncio.to_thread(listed, github.client(None), SMALL)
    known = await asyncio.to_thread(listed, github.client(), SMALL)
    private = {each.name for each in known} - {each.name for each in anonymous}
    assert private == {"fanwise-private-sample"}
    assert [each.private for each in known if each.name in private] == [True]
    with pytest.raises(UnknownObjectException):
        await asyncio.to_thread(
            fetched(github.client(None), "pallets/fanwise-private-sample").get_contents, "README.md"
        )


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"sort": "pushed"}, lambda each: -each.pushed_at.timestamp()),
        ({"sort": "created", "direction": "asc"}, lambda each: each.created_at.timestamp()),
        ({"sort": "full_name"}, lambda each: each.full_name),
        ({}, lambda each: each.full_name),
    ],
    ids=["pushed", "created", "full_name", "default"],
)
async def test_listing_is_in_the_order_asked_for(github: LocalGitHub, options: dict[str, str], key: Any) -> None:
    found = await asyncio.to_thread(listed, github.client(), SMALL, **options)
    assert [each.name for each in found] == [each.name for each in sorted(found, key=key)]


async def test_type_chooses_among_the_repositories(github: LocalGitHub) -> None:
    def of_organization() -> tuple[list[bool], list[bool]]:
        with github.client() as client:
            account = client.get_organization(SMALL)
            return [r.private for r in account.get_repos(type="private")], [
                r.private for r in account.get_repos(type="public")
            ]

    private, public = await asyncio.to_thread(of_organization)
    assert private == [True]
    assert public == [False] * 12


async def test_account_is_found_in_any_case(github: LocalGitHub) -> None:
    def name() -> tuple[str, int]:
        with github.client(lazy=False) as client:
            account = client.get_user("PalletS")
            return account.login, account.public_repos

    assert await asyncio.to_thread(name) == (SMALL, 12)


async def test_unknown_account_and_repository_are_not_found(github: LocalGitHub) -> None:
    with pytest.raises(UnknownObjectException):
        await asyncio.to_thread(listed, github.client(), "nobody-of-that-name")
    with pytest.raises(UnknownObjectException) as raised:
        await asyncio.to_thread(github.client(lazy=False).get_repo, "pallets/nothing")
    assert raised.value.data == {
        "message": "Not Found",
        "documentation_url": "https://docs.github.com/rest/repos/repos#get-a-repository",
        "status": "404",
    }


async def test_languages_are_bytes_with_the_most_first(github: LocalGitHub) -> None:
    found = await asyncio.to_thread(fetched(github.client(), "hashicorp/vagrant").get_languages)
    url = found.pop("url")
    assert url.endswith("/repos/hashicorp/vagrant/languages"), "PyGithub adds the address to every object"
    assert next(iter(found)) == "Ruby"
    assert list(found.values()) == sorted(found.values(), reverse=True)


async def test_context_is_decoded_as_it_was_written(github: LocalGitHub) -> None:
    found = await asyncio.to_thread(fetched(github.client(), "pallets/quart").get_contents, ".repo-context.json")
    assert found.type == "file"
    assert "asyncio" in json.loads(found.decoded_content)["skills"]
    assert len(found.decoded_content) == found.size


async def test_file_that_is_not_there_is_not_found(github: LocalGitHub) -> None:
    with pytest.raises(UnknownObjectException):
        await asyncio.to_thread(fetched(github.client(), "pallets/flask-docs").get_contents, ".repo-context.json")


async def test_folder_is_a_list(github: LocalGitHub) -> None:
    repository = fetched(github.client(), "pallets/click")
    root = await asyncio.to_thread(repository.get_contents, "")
    inner = await asyncio.to_thread(repository.get_contents, "src/click")
    assert {each.name for each in root if each.type == "dir"} == {
        ".devcontainer",
        ".github",
        "docs",
        "examples",
        "src",
        "tests",
    }
    assert "pyproject.toml" in {each.name for each in root if each.type == "file"}
    assert {each.path for each in inner} >= {"src/click/core.py", "src/click/termui.py"}


async def test_large_file_comes_without_contents_unless_they_are_asked_for_raw(github: LocalGitHub) -> None:
    content = b" " * (1024 * 1024 + 1)
    await github.write_context("pallets/click", content)
    client = github.client()
    found = await asyncio.to_thread(fetched(client, "pallets/click").get_contents, ".repo-context.json")
    assert (found.size, found.encoding, found.content) == (len(content), "none", "")
    status, headers, body = await asyncio.to_thread(
        client.requester.requestJson,
        "GET",
        "/repos/pallets/click/contents/.repo-context.json",
        headers={"Accept": "application/vnd.github.raw+json"},
    )
    assert (status, len(body)) == (200, len(content))
    assert headers["content-type"].startswith("application/vnd.github.raw")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b'{"a": "</script>"}', b"[" * 100_000])
async def test_context_may_be_any_bytes(github: LocalGitHub, content: bytes) -> None:
    await github.write_context("pallets/click", content)
    found = await asyncio.to_thread(fetched(github.client(), "pallets/click").get_contents, ".repo-context.json")
    assert found.decoded_content == content


async def test_recursive_tree_has_every_file_and_folder(github: LocalGitHub) -> None:
    repository = fetched(github.client(), "pallets/itsdangerous")
    found = await asyncio.to_thread(repository.get_git_tree, "main", recursive=True)
    kinds = {each.path: each.type for each in found.tree}
    assert kinds["src/itsdangerous/signer.py"] == "blob"
    assert kinds["src/itsdangerous"] == kinds["src"] == "tree"
    assert found.raw_data["truncated"] is False
    assert all((each.size is not None) is (each.type == "blob") for each in found.tree)


@pytest.mark.parametrize("ref", ["HEAD", "heads/main", "refs/heads/main"])
async def test_branch_has_several_names(github: LocalGitHub, ref: str) -> None:
    repository = fetched(github.client(), "pallets/itsdangerous")
    by_name = await asyncio.to_thread(repository.get_git_tree, "main")
    assert (await asyncio.to_thread(repository.get_git_tree, ref)).sha == by_name.sha
    with pytest.raises(UnknownObjectException):
        await asyncio.to_thread(repository.get_git_tree, "master")


async def test_tree_that_is_too_large_says_that_it_was_cut(github: LocalGitHub) -> None:
    await github.change("pallets/flask", truncated=True)
    found = await asyncio.to_thread(fetched(github.client(), "pallets/flask").get_git_tree, "main", recursive=True)
    assert found.raw_data["truncated"] is True
    assert 0 < len(found.tree) < 150


async def test_empty_repository_has_no_tree(github: LocalGitHub) -> None:
    await github.change("pallets/flask", empty=True)
    repository = fetched(github.client(), "pallets/flask")
    with pytest.raises(GithubException) as tree:
        await asyncio.to_thread(repository.get_git_tree, "main", recursive=True)
    assert (tree.value.status, tree.value.message) == (409, "Git Repository is empty.")
    # PyGithub knows a 404 by its message, and this one has another.
    with pytest.raises(GithubException) as content:
        await asyncio.to_thread(repository.get_contents, ".repo-context.json")
    assert (content.value.status, content.value.message) == (404, "This repository is empty.")
    assert not isinstance(content.value, UnknownObjectException)
    assert set(await asyncio.to_thread(repository.get_languages)) == {"url"}


async def test_blocked_repository_says_why(github: LocalGitHub) -> None:
    await github.change("pallets/flask", blocked=True)
    with pytest.raises(GithubException) as raised:
        await asyncio.to_thread(fetched(github.client(), "pallets/flask").get_languages)
    assert raised.value.status == 451
    assert raised.value.data["block"]["reason"] == "dmca"
    assert "flask" in {each.name for each in await asyncio.to_thread(listed, github.client(), SMALL)}


async def test_renamed_repository_is_found_under_its_former_name(github: LocalGitHub) -> None:
    await github.change("pallets/flask", name="bottle")
    repository = fetched(github.client(), "pallets/flask")
    assert "Python" in await asyncio.to_thread(repository.get_languages)
    context = await asyncio.to_thread(repository.get_contents, ".repo-context.json", ref="main")
    assert json.loads(context.decoded_content)
    assert (await asyncio.to_thread(github.client(lazy=False).get_repo, "pallets/flask")).name == "bottle"


async def test_deleted_repository_is_gone(github: LocalGitHub) -> None:
    await github.change("pallets/flask", deleted=True)
    with pytest.raises(UnknownObjectException):
        await asyncio.to_thread(fetched(github.client(), "pallets/flask").get_languages)
    assert len(await asyncio.to_thread(listed, github.client(None), SMALL)) == 11


async def test_created_repository_is_listed_under_its_account(github: LocalGitHub) -> None:
    await github.create("somebody/first", tree={"main.py": 100}, languages={"Python": 100})
    found = await asyncio.to_thread(listed, github.client(), "somebody")
    assert [(each.full_name, each.language) for each in found] == [("somebody/first", "Python")]


async def test_push_moves_times_and_what_is_read(github: LocalGitHub) -> None:
    client = github.client(lazy=False)
    before = await asyncio.to_thread(client.get_repo, "pallets/flask")
    await github.push("pallets/flask", languages={"Rust": 10}, add={"src/lib.rs": 10}, context={"skills": ["Rust"]})
    after = await asyncio.to_thread(client.get_repo, "pallets/flask")
    assert after.pushed_at > before.pushed_at
    assert after.updated_at > before.updated_at
    assert after.language == "Rust"
    tree = await asyncio.to_thread(after.get_git_tree, "main", recursive=True)
    assert "src/lib.rs" in {each.path for each in tree.tree}


async def test_one_client_serves_thirty_two_threads(github: LocalGitHub) -> None:
    await github.set_faults(latency_ms=20)
    client = github.client()

    def bundle(each: Repository) -> tuple[dict[str, int], int]:
        repository = client.get_repo(each.full_name)
        tree = repository.get_git_tree(each.default_branch, recursive=True)
        return repository.get_languages(), len(tree.tree)

    with ThreadPoolExecutor(32) as threads:
        loop = asyncio.get_running_loop()
        repositories = await loop.run_in_executor(threads, listed, github.client(None), LARGE)
        found = await asyncio.gather(*(loop.run_in_executor(threads, bundle, each) for each in repositories))
    assert all("url" in languages and files for languages, files in found)
    stats = await github.stats()
    assert stats["by_route"]["languages"] == stats["by_route"]["tree"] == 120
    assert 1 < stats["max_in_flight"] <= 32
