"""The supervisor behind ``python -m local up``: starts the local cloud, watches it and ends it."""
