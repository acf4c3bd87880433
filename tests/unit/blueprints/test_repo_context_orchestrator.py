"""The orchestrators of repo context, replayed as Azure replays them."""

import itertools
from functools import cache

import pytest

from blueprints.repo_context import repo_context_orchestrator, repo_context_segment_orchestrator
from shared.repo_context import plan
from shared.repo_context.listing import MAX_PAGES, PER_PAGE
from shared.repo_context.trimming import MAX_BUNDLE_BYTES, share_of, trimmed
from shared.snippets.plan import MAX_PAYLOAD_BYTES, durable_bytes
from tests.support.azure_replay import Invocation, Raises, Reply, Returns, replay
from tests.support.repositories import WIDE, bundle_of, largest_bundle

SUB = {plan.SEGMENT: repo_context_segment_orchestrator}
SEEDS = range(5)


def names(count: int) -> list[str]:
    return [f"repo-{number}" for number in range(count)]


def listed(repositories, **fields):
    return {"login": "Pallets", "names": list(repositories), "missing": False, "truncated": False} | fields


class GitHub:
    """Answers of the activities: every repository has a bundle, unless ``fetch`` says otherwise."""

    def __init__(self, repositories, fetch=lambda call: None, listing=None, index=None, embed=None):
        self.repositories = list(repositories)
        self.fetch = fetch
        self.listing = list(listing or [])
        self.index = index
        self.embed = embed

    def __call__(self, call: Invocation) -> Reply:
        match call.name:
            case "GetRepoNamesActivity":
                return self.listing.pop(0) if self.listing else Returns(listed(self.repositories))
            case "FetchRepoContextBundleActivity":
                after_s = 0.1 + (sum(call.input["repo_name"].encode()) % 7) / 10
                return self.fetch(call) or Returns(bundle_of(call.input["repo_name"]).to_json(), after_s)
            case "EmbedRepositoriesActivity":
                return self.embed or Returns({"embedded": len(call.input["names"])})
            case _:
                return self.index or Returns({"kept": True, "removed": 0})


def run(github, given="pallets", seed=0, batching="batched"):
    result = replay(repo_context_orchestrator, given, github, seed, batching, orchestrators=SUB)
    assert result.faults == ()
    return result


def inputs(result, name):
    return [call.input for call in result.activity_calls if call.name == name]


@pytest.mark.parametrize("given", ["Pallets", {"username": "Pallets"}, {"username": "pallets", "force": True}])
def test_each_repository_is_fetched_once_and_handed_back_in_the_listings_order(given):
    result = run(GitHub(names(12)), given)
    assert [bundle["metadata"]["name"] for bundle in result.output] == names(12)
    assert all({"metadata", "repoContext", "file_types", "languages"} <= set(bundle) for bundle in result.output)
    fetched = inputs(result, "FetchRepoContextBundleActivity")
    assert sorted(task["repo_name"] for task in fetched) == sorted(names(12))
    assert {task["username"] for task in fetched} == {"pallets"}


@pytest.mark.parametrize("batching", ["batched", "single"])
@pytest.mark.parametrize("seed", SEEDS)
def test_120_repositories_go_through_sub_orchestrations_of_25(seed, batching):
    result = run(GitHub(names(120)), seed=seed, batching=batching)
    assert [bundle["metadata"]["name"] for bundle in result.output] == names(120)
    assert len(inputs(result, "FetchRepoContextBundleActivity")) == 120
    assert [status["done"] for status in result.custom_status_history] == sorted(
        status["done"] for status in result.custom_status_history
    )


@pytest.mark.parametrize("count", [12, 60])
def test_each_repository_that_has_a_bundle_is_embedded_once(count):
    result = run(GitHub(names(count)))
    embedded = [name for task in inputs(result, "EmbedRepositoriesActivity") for name in task["names"]]
    assert sorted(embedded) == sorted(names(count))


@pytest.mark.parametrize("count", [12, 60])
def test_every_task_of_a_run_carries_its_trace(count):
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    result = run(GitHub(names(count)), {"username": "pallets", "traceparent": trace})
    assert len(result.output) == count
    assert {call.input.get("traceparent") for call in result.activity_calls} == {trace}


@pytest.mark.parametrize("count", [12, 60])
def test_the_tasks_of_a_run_without_a_trace_are_what_they_were(count):
    assert not any("traceparent" in call.input for call in run(GitHub(names(count))).activity_calls)


def test_the_index_is_stored_last_with_every_name():
    result = run(GitHub(names(30)))
    (task,) = inputs(result, "StoreRepoIndexActivity")
    assert task["names"] == names(30)
    assert (task["login"], task["failed"]) == ("Pallets", 0)
    last = max(call.started_at_s for call in result.activity_calls if call.name != "StoreRepoIndexActivity")
    assert all(call.started_at_s >= last for call in result.activity_calls if call.name == "StoreRepoIndexActivity")


def test_progress_of_a_small_account_counts_each_repository():
    statuses = run(GitHub(names(12)), batching="single").custom_status_history
    fetching = [status["done"] for status in statuses if status["stage"] == "fetching"]
    assert fetching == list(range(13))
    assert [status["stage"] for status in statuses if status["stage"] != "fetching"] == [
        "listing",
        "storing",
        "completed",
    ]
    assert statuses[-1] == {"stage": "completed", "done": 12, "total": 12}


@pytest.mark.parametrize("count", [12, 60])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_repository_that_always_fails_is_reported_in_its_own_bundle(seed, count):
    def fetch(call):
        return Raises("ValueError: boom") if call.input["repo_name"] == "repo-7" else None

    result = run(GitHub(names(count), fetch), seed=seed)
    failed = [bundle for bundle in result.output if "errors" in bundle]
    assert [bundle["metadata"]["name"] for bundle in failed] == ["repo-7"]
    assert "boom" in failed[0]["errors"][0]
    attempts = [t["attempt"] for t in inputs(result, "FetchRepoContextBundleActivity") if t["repo_name"] == "repo-7"]
    assert attempts == [1, 2, 3]
    assert result.custom_status_history[-1] == {"stage": "completed", "done": count, "total": count, "failed": 1}


def test_a_repository_that_is_refused_for_good_is_not_tried_again():
    def fetch(call):
        return Raises("Rejected: not gathered here") if call.input["repo_name"] == "repo-1" else None

    result = run(GitHub(names(3), fetch))
    assert len(inputs(result, "FetchRepoContextBundleActivity")) == 3


@pytest.mark.parametrize("count", [12, 60])
@pytest.mark.parametrize("batching", ["batched", "single"])
def test_a_rate_limit_in_the_middle_is_waited_out_on_a_timer_and_told(count, batching):
    def fetch(call):
        number = int(call.input["repo_name"].removeprefix("repo-"))
        return Returns({"limited_for_s": 900.0}) if number >= 5 and call.attempt == 1 else None

    result = run(GitHub(names(count), fetch), batching=batching)
    assert [bundle["metadata"]["name"] for bundle in result.output] == names(count)
    assert not any("errors" in bundle for bundle in result.output)
    (waiting,) = [status for status in result.custom_status_history if status["stage"] == "waiting"]
    assert (waiting["done"], waiting["total"], waiting["reason"]) == (5, count, "GitHub's rate limit")
    assert "until" in waiting
    assert result.ended_at_s > 900
    fetched = [task["repo_name"] for task in inputs(result, "FetchRepoContextBundleActivity")]
    assert [fetched.count(f"repo-{number}") for number in range(5)] == [1] * 5


def test_a_rate_limit_on_the_listing_is_waited_out_too():
    result = run(GitHub(names(3), listing=[Returns({"limited_for_s": 3000.0})]))
    assert len(result.output) == 3
    assert result.ended_at_s > 3000


def test_a_run_that_is_kept_waiting_for_hours_ends_with_what_it_has():
    def fetch(call):
        return Returns({"limited_for_s": 3600.0}) if call.input["repo_name"] != "repo-0" else None

    result = run(GitHub(names(3), fetch))
    assert result.status == "Completed"
    assert [("errors" in bundle) for bundle in result.output] == [False, True, True]
    assert "rate limit" in result.output[1]["errors"][0]
    assert result.ended_at_s <= plan.LONGEST_WAIT.total_seconds() + 60


def test_an_account_that_github_does_not_have_has_no_repositories():
    result = run(GitHub([], listing=[Returns({"missing": True})]))
    assert result.output == []
    assert result.custom_status_history[-1]["stage"] == "missing"
    assert inputs(result, "StoreRepoIndexActivity") == []


def test_an_account_without_public_repositories_is_a_result():
    result = run(GitHub([]))
    assert result.output == []
    assert inputs(result, "StoreRepoIndexActivity")[0]["names"] == []


def test_a_listing_that_fails_for_good_fails_the_run_with_its_reason():
    failing = [Raises("Refused: GitHub answered 401: Bad credentials")]
    result = run(GitHub(names(3), listing=failing))
    assert result.status == "Failed"
    assert "401" in (result.error or "")
    assert result.custom_status_history[-1]["stage"] == "failed"


def test_a_listing_that_fails_twice_is_tried_three_times():
    down = Raises("Unavailable: GitHub answered 502: ")
    result = run(GitHub(names(3), listing=[down, down]))
    assert len(result.output) == 3


def test_without_vectors_or_cache_the_run_still_hands_back_its_bundles():
    down = Raises("Unavailable: no")
    result = run(GitHub(names(3), embed=down, index=down))
    assert len(result.output) == 3
    assert result.status == "Completed"


def test_an_input_without_a_username_fails_the_run():
    assert run(GitHub([]), {"force": True}).status == "Failed"


@cache
def travelling(character: str, max_bytes: int):
    """The largest bundle of a repository with the longest name, as its activity hands it back."""
    return trimmed(largest_bundle("r" * 100, character), max_bytes)


@pytest.mark.parametrize(("count", "character"), [*itertools.product([12, 120], WIDE), (MAX_PAGES * PER_PAGE, WIDE[1])])
def test_no_payload_is_larger_than_256_kb(count, character):
    repositories = [f"{number:0100}" for number in range(count)]
    sizes: dict[str, int] = {}

    def measured(name: str, payload):
        sizes[name] = max(sizes.get(name, 0), durable_bytes(payload))
        return payload

    def fetch(call):
        largest = travelling(character, call.input["max_bytes"])
        named = largest.model_copy(update={"metadata": largest.metadata | {"name": call.input["repo_name"]}})
        return Returns(measured("bundle", named.to_json()))

    github = GitHub(repositories, fetch)

    def script(call: Invocation) -> Reply:
        reply = github(call)
        assert isinstance(reply, Returns)
        measured(f"{call.name} input", call.input)
        measured(f"{call.name} result", reply.value)
        return reply

    whole = run(script)
    assert len(measured("output", whole.output)) == count
    for status in whole.custom_status_history:
        measured("status", status)
    task = {"username": "a" * 39, "names": repositories[:25], "listed_at": "x" * 32}
    for max_bytes in (MAX_BUNDLE_BYTES, share_of(count)):
        measured("segment", run_segment(task | {"max_bytes": max_bytes}, script))
    assert {name: size for name, size in sizes.items() if size > MAX_PAYLOAD_BYTES} == {}
    assert sizes["bundle"] <= MAX_BUNDLE_BYTES


def run_segment(task, script):
    segment = replay(repo_context_segment_orchestrator, task, script)
    assert segment.faults == ()
    return segment.output
