"""The wire: routes, keys, answers."""
