"""Parts into bundles: what is new, what stays, when GitHub is asked at all, and what fits where."""

import json

import pytest

from shared.repo_context.bundles import (
    assembled,
    has_moved,
    is_due_for_renewal,
    needs_fetching,
    without_parts,
)
from shared.repo_context.contracts import Bundle
from shared.repo_context.kept import MAX_ITEM_BYTES, fitting, unlisted
from shared.repo_context.outcomes import FailedPart, Part, Unchanged
from shared.repo_context.trimming import MAX_BUNDLE_BYTES, share_of, trimmed
from shared.snippets.plan import MAX_PAYLOAD_BYTES, durable_bytes
from tests.support.repositories import LISTED_AT, WIDE, bundle_of, kept_of, largest_bundle, metadata_of

PARTS = {
    "languages": Part({"Go": 5}, '"l2"'),
    "context": Part('{"a":1}', '"c2"'),
    "tree": Part({".go": 3}, '"t2"'),
}
DOWN = FailedPart("GitHub answered 502: no", "unavailable")
BLOCKED = FailedPart("GitHub answered 451: blocked", "refused")
BAD_JSON = FailedPart(".repo-context.json is not valid JSON", "content")


def made(kept=None, credential="one", **parts):
    return assembled(kept, metadata_of(pushed_at="new"), PARTS | parts, LISTED_AT, credential)


def test_three_parts_and_the_listing_make_a_bundle():
    kept = made()
    assert kept.bundle == Bundle(
        metadata=metadata_of(pushed_at="new"),
        repo_context='{"a":1}',
        file_types={".go": 3},
        languages={"Go": 5},
    )
    assert kept.settled
    assert kept.etags == {"languages": '"l2"', "context": '"c2"', "tree": '"t2"'}


def test_a_bundle_has_the_four_fields_of_the_spec_and_others_only_where_they_say_something():
    assert set(bundle_of().to_json()) == {"metadata", "repoContext", "file_types", "languages"}
    assert set(bundle_of(repo_context=None).to_json()) == {"metadata", "repoContext", "file_types", "languages"}
    assert {"errors", "stale"} < set(bundle_of(errors=("no",), stale=True).to_json())
    assert Bundle.model_validate(bundle_of().to_json()) == bundle_of()


def test_an_unchanged_part_stays_with_its_etag():
    kept = made(kept_of(), languages=Unchanged(), tree=Unchanged())
    assert kept.bundle.languages == kept_of().bundle.languages
    assert kept.bundle.repo_context == '{"a":1}'
    assert kept.etags == {"languages": '"l"', "context": '"c2"', "tree": '"t"'}
    assert not kept.bundle.stale


@pytest.mark.parametrize(("failed", "settled"), [(DOWN, False), (BLOCKED, False), (BAD_JSON, True)])
def test_a_part_that_failed_stays_as_it_was_and_is_told(failed, settled):
    kept = made(kept_of(), context=failed)
    assert kept.bundle.repo_context == kept_of().bundle.repo_context
    assert kept.bundle.languages == {"Go": 5}
    assert kept.bundle.errors == (f"repo context: {failed.error}",)
    assert kept.bundle.stale
    assert kept.settled is settled


def test_a_part_that_failed_the_first_time_is_empty_and_nothing_is_stale():
    kept = made(tree=BLOCKED)
    assert kept.bundle.file_types == {}
    assert not kept.bundle.stale
    assert kept.bundle.errors == ("file tree: GitHub answered 451: blocked",)


def test_what_an_answer_said_of_itself_holds_until_there_is_another():
    cut = made(tree=Part({".go": 9}, '"t3"', note="GitHub cut it off"))
    assert cut.bundle.errors == ("file tree: GitHub cut it off",)
    assert made(cut, tree=Unchanged()).bundle.errors == ("file tree: GitHub cut it off",)
    assert made(cut).bundle.errors == ()


def test_a_failure_is_not_told_again_once_the_part_is_known_to_be_unchanged():
    failed = made(kept_of(), languages=DOWN)
    again = made(failed, languages=Unchanged())
    assert again.bundle.errors == ()
    assert not again.bundle.stale


def test_etags_of_another_credential_are_not_kept():
    assert kept_of().etag("tree", "another") is None
    assert made(kept_of(), credential="another", tree=DOWN).etags == {"languages": '"l2"', "context": '"c2"'}


@pytest.mark.parametrize("field", ["pushed_at", "updated_at"])
def test_a_repository_that_moved_is_fetched(field):
    assert has_moved(kept_of(), metadata_of(**{field: "2026-11-22T00:00:00Z"}))
    assert needs_fetching(kept_of(), metadata_of(**{field: "2026-11-22T00:00:00Z"}), LISTED_AT)


def test_one_that_did_not_move_is_not():
    assert not needs_fetching(kept_of(), metadata_of(), LISTED_AT)


def test_one_that_failed_for_now_is_fetched_again_by_the_next_run_only():
    unsettled = kept_of(settled=False, listed_at=LISTED_AT)
    assert not needs_fetching(unsettled, metadata_of(), LISTED_AT)
    assert needs_fetching(unsettled, metadata_of(), "2026-11-22T13:00:00+00:00")


def test_what_this_run_has_stored_is_not_fetched_twice_even_if_it_moved_meanwhile():
    assert not needs_fetching(kept_of(listed_at=LISTED_AT), metadata_of(pushed_at="later"), LISTED_AT)


def test_nothing_kept_is_fetched():
    assert needs_fetching(None, metadata_of(), LISTED_AT)


def test_what_still_holds_is_written_again_before_it_would_be_forgotten():
    kept = kept_of(listed_at="2026-11-20T12:00:00+00:00")
    assert is_due_for_renewal(kept, LISTED_AT, ttl_hours=168)
    assert not is_due_for_renewal(kept, LISTED_AT, ttl_hours=24 * 30)


@pytest.mark.parametrize("character", WIDE)
@pytest.mark.parametrize("limit", [MAX_BUNDLE_BYTES, 2000, 1000, 500, share_of(1000)])
def test_a_bundle_is_trimmed_to_what_it_may_take_and_says_so(character, limit):
    small = trimmed(largest_bundle("r" * 100, character), limit)
    assert durable_bytes(small.to_json()) <= limit
    assert small.truncated
    assert small.name == "r" * 100
    assert small.errors


def test_a_small_bundle_travels_whole():
    assert trimmed(bundle_of()) == bundle_of()


def test_trimming_leaves_the_large_languages_and_frequent_types():
    small = trimmed(largest_bundle("r", "x"), 2000)
    assert next(iter(small.file_types)) == f".{0:019}"
    assert max(small.languages.values()) == 10**9


@pytest.mark.parametrize("bundles", [1, 12, 120, 1000])
def test_shares_together_make_one_payload(bundles):
    assert bundles * share_of(bundles) < MAX_PAYLOAD_BYTES


def test_a_bundle_that_no_item_holds_goes_without_its_context_and_says_so():
    huge = kept_of(bundle=bundle_of(repo_context='{"a":"' + "\\u0000" * 300_000 + '"}'))
    assert len(json.dumps(huge.to_json())) > MAX_ITEM_BYTES
    fitted = fitting(huge)
    assert len(json.dumps(fitted.to_json())) < MAX_ITEM_BYTES
    assert fitted.bundle.repo_context is None
    assert fitted.bundle.truncated
    assert "left out" in fitted.bundle.errors[-1]
    # Without its ETag it is asked for again, rather than taken for unchanged.
    assert "context" not in fitted.etags


def test_a_bundle_that_is_too_large_in_another_way_is_trimmed_too():
    huge = kept_of(bundle=bundle_of(languages={f"{number:0100}": number for number in range(20_000)}))
    fitted = fitting(huge)
    assert len(json.dumps(fitted.to_json())) < MAX_ITEM_BYTES
    assert fitted.bundle.truncated
    assert max(fitted.bundle.languages.values()) == 19_999


def test_a_bundle_that_fits_stays_as_it_is():
    assert fitting(kept_of()) == kept_of()


def test_items_of_repositories_that_are_gone_are_found():
    ids = ["index", "listing-1", "repository-flask", "repository-gone", "vector-flask", "vector-gone"]
    assert unlisted(ids, ["Flask"]) == ["repository-gone", "vector-gone"]


def test_errors_of_unknown_repositories_carry_no_secret():
    assert "ghp_" not in without_parts("x", "Bad: ghp_" + "a" * 36).errors[0]
