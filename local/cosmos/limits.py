"""The service's published limits, and ours where it names none."""

ITEM_BYTES = 2 * 1024 * 1024
BATCH_OPERATIONS = 100
RESPONSE_BYTES = 4 * 1024 * 1024
PAGE_ITEMS = 1000
"""Items of a page when the request asks for no number (or -1); a page ends earlier at RESPONSE_BYTES."""

NESTING = 128
"""Levels of arrays and objects in an item, as the service has it."""

QUERY_CHARACTERS = 512 * 1024
QUERY_NESTING = 96
"""Levels of a query's syntax tree. Compiling recurses about three Python frames a level."""

RESULT_CHARACTERS = 2 * 1024 * 1024
"""Longest string or array that an expression may build, so that no query grows without bound."""

INTERMEDIATE_ROWS = 1_000_000
"""Rows that a query may hold for sorting, grouping or DISTINCT."""

QUERY_SECONDS = 30.0
REGEX_SECONDS = 1.0
VECTOR_TOP = 50_000
"""The SDK refuses more from a vector search (its AZURE_COSMOS_MAX_ITEM_BUFFER_VECTOR_SEARCH)."""

HYBRID_TOP = 1000
"""The SDK refuses more from ORDER BY RANK (its AZURE_COSMOS_HYBRID_SEARCH_MAX_ITEMS)."""

ID_CHARACTERS = 255
ITEM_ID_BYTES = 1023
PATCH_OPERATIONS = 10
