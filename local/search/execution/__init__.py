"""One search: from its request body to its answer."""
