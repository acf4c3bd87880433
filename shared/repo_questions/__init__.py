"""Questions about an account's repositories: read, scored from the cache, answered."""
