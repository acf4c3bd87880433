"""The activities of the repo-context pipeline, by their durable names, in the order in which a run calls them."""

from typing import Any

from activities.repo_context.embed_repositories_activity import embed_repositories_activity
from activities.repo_context.fetch_repo_context_bundle_activity import fetch_repo_context_bundle_activity
from activities.repo_context.get_repo_names_activity import get_repo_names_activity
from activities.repo_context.store_repo_index_activity import store_repo_index_activity
from activities.runner import Activity
from shared.repo_context.contracts import BundleTask, EmbedTask, IndexTask, ListingTask

ACTIVITIES: dict[str, Activity[Any]] = {
    "GetRepoNamesActivity": Activity(
        get_repo_names_activity, ListingTask.decoded, lambda task: {"username": task.username}
    ),
    "FetchRepoContextBundleActivity": Activity(
        fetch_repo_context_bundle_activity,
        BundleTask.decoded,
        lambda task: {"username": task.username, "repo_name": task.repo_name, "attempt": task.attempt},
    ),
    "EmbedRepositoriesActivity": Activity(
        embed_repositories_activity,
        EmbedTask.decoded,
        lambda task: {"username": task.username, "repositories": len(task.names)},
    ),
    "StoreRepoIndexActivity": Activity(
        store_repo_index_activity,
        IndexTask.decoded,
        lambda task: {"username": task.username, "repositories": len(task.names)},
    ),
}
