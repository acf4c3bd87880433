"""What the gateway keeps count of: calls, values, shares, and which operation a request is for."""

import json
from pathlib import Path

import pytest

from local.gateway.__main__ import INFRA
from local.gateway.backends import Backends
from local.gateway.counters import CallCounters
from local.gateway.operations import InvalidOperations, Operations
from local.gateway.value_cache import MOST_VALUES, ValueCache
from tests.support.gateway import Clock


def test_a_window_slides_over_the_calls_that_were_let_through() -> None:
    clock = Clock()
    counters = CallCounters(clock)
    waits = []
    for now in (0, 10, 20, 59, 60, 61, 70):
        clock.now = now
        waits.append(counters.count("key", 2, 60))

    assert waits == [None, None, 40, 1, None, 9, None]


def test_keys_have_counters_of_their_own() -> None:
    counters = CallCounters(Clock())

    assert [counters.count(key, 1, 60) for key in ("a", "b", "a")] == [None, None, 60]


def test_a_value_is_kept_for_its_time_and_replaced() -> None:
    clock = Clock()
    cache = ValueCache(clock)
    cache.store("a", "1", 5)
    clock.now = 4
    cache.store("a", "2", 5)
    clock.now = 8.9

    assert cache.lookup("a") == "2"
    clock.now = 9
    assert cache.lookup("a") is None


def test_a_full_cache_forgets_the_oldest() -> None:
    cache = ValueCache(Clock())
    for number in range(MOST_VALUES + 1):
        cache.store(str(number), "x", 5)

    assert (cache.lookup("0"), cache.lookup("1"), cache.lookup(str(MOST_VALUES))) == (None, "x", "x")


@pytest.mark.parametrize(("green", "expected"), [(0, 0), (10, 1), (50, 5), (90, 9), (100, 10)])
def test_shares_hold_over_ten_requests(green, expected) -> None:
    backends = Backends({"blue": "http://b", "green": "http://g/"}, {"blue": 100 - green, "green": green})

    assert [backends.address("api-pool") for _ in range(10)].count("http://g") == expected


def test_a_pool_of_nobody_is_none() -> None:
    with pytest.raises(ValueError, match="api-pool"):
        Backends({"blue": "http://b"}, {"blue": 0})


@pytest.mark.parametrize(
    ("method", "path", "name", "matched"),
    [
        ("GET", "/api/snippets/query", "list_snippets", {"projectId": "query"}),
        ("POST", "/api/snippets/query", "query_snippets", {}),
        ("GET", "/api/snippets/p/a/b%20c", "get_snippet", {"projectId": "p"}),
        ("GET", "/api/github/repos/u/with-context", "read_repos_with_context", {"username": "u"}),
        ("GET", "/api/github/repos/u/r", "read_repo_with_context", {"username": "u", "repo": "r"}),
        ("GET", "/instances/blue/a%20b", "instance_status", {"colour": "blue", "instance_id": "a b"}),
    ],
)
def test_what_is_written_out_comes_before_what_is_any(method, path, name, matched) -> None:
    found = Operations.read(INFRA / "operations.json").find(method, path)

    assert found
    assert (found[0].name, found[1]) == (name, matched)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/search"),
        ("GET", "/status"),
        ("GET", "/status/"),
        ("GET", "/status/a/b"),
        ("DELETE", "/api/snippets/p"),
    ],
)
def test_what_no_operation_fits_is_none(method, path) -> None:
    assert Operations.read(INFRA / "operations.json").find(method, path) is None


@pytest.mark.parametrize(
    "listed",
    [
        "no JSON",
        {},
        [{}],
        [{"name": "a", "method": "BREW", "urlTemplate": "/a", "policy": None}],
        [{"name": "a", "method": "GET", "urlTemplate": "a", "policy": None}],
        [{"name": "a", "method": "GET", "urlTemplate": "/a", "policy": 1}],
        [{"name": "", "method": "GET", "urlTemplate": "/a", "policy": None}],
    ],
)
def test_a_file_that_lists_no_operations_is_refused(tmp_path: Path, listed) -> None:
    path = tmp_path / "operations.json"
    path.write_text(listed if isinstance(listed, str) else json.dumps(listed), encoding="utf-8")

    with pytest.raises(InvalidOperations):
        Operations.read(path)
