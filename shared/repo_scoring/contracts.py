"""What the activity of scoring hands back across a durable boundary."""

from shared.repo_context.contracts import RepoContract


class RepositoriesEmbedded(RepoContract):
    """Result of ``EmbedRepositoriesActivity``.

    ``embedded``: repositories whose text was new; ``reused``: whose vector was there; ``refused``: whose text the model
    refuses, which words alone will find; ``kept``: whether the cache took all of it.
    """

    embedded: int = 0
    reused: int = 0
    refused: int = 0
    kept: bool = True
