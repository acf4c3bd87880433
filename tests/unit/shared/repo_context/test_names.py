"""Names are held against GitHub's rules before anything is asked of it."""

import pytest

from shared.errors import InvalidRequest
from shared.repo_context.names import is_account, is_repository, read_account, read_repository

TRAVERSALS = ["../admin", "a/b", "a%2Fb", "a\\b", "a b", "a?x=1", "a#b", "a\n", "\ud800", "é", "a;b", "a@b"]


@pytest.mark.parametrize("name", ["octocat", "a", "A1", "azure-samples", "x" * 39, "octocat_corp"])
def test_names_that_github_allows_are_accounts(name):
    assert read_account(name) == name.lower()


@pytest.mark.parametrize("name", ["", "-a", "a-", "a--b", "x" * 40, "_a", "a_", "a.b", *TRAVERSALS])
def test_other_names_are_none(name):
    assert not is_account(name)
    with pytest.raises(InvalidRequest, match="'username' must be a GitHub account"):
        read_account(name)


@pytest.mark.parametrize("value", [None, 1, True, ["a"], {"a": 1}])
def test_what_is_no_text_is_told_by_its_type(value):
    with pytest.raises(InvalidRequest, match=r"got (null|integer|boolean|array|object)"):
        read_account(value)


@pytest.mark.parametrize("name", ["flask", ".github", "a_b", "x" * 100, "-", "terraform-provider-aws", "a..b"])
def test_names_that_github_allows_are_repositories(name):
    assert read_repository(name) == name


@pytest.mark.parametrize("name", ["", ".", "..", "x" * 101, *TRAVERSALS])
def test_other_names_are_no_repositories(name):
    assert not is_repository(name)
    with pytest.raises(InvalidRequest, match="'repo' must be a GitHub repository"):
        read_repository(name)


def test_a_long_name_is_shown_in_part():
    with pytest.raises(InvalidRequest) as refused:
        read_account("x" * 100_000)
    assert len(str(refused.value)) < 300
