"""The durable management API: start, query, raise events, suspend, terminate, purge."""
