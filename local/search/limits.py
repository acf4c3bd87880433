"""Sizes that the service documents, and a few of our own where it documents none."""

DOCUMENTS_IN_BATCH = 1_000
BATCH_BYTES = 16 * 1024 * 1024
KEY_CHARACTERS = 1_024
TERM_BYTES = 32_766
"""Longest value of a string field that is filterable, sortable or facetable."""
FIELDS = 1_000
FIELD_NESTING = 10
COMPLEX_ELEMENTS = 3_000
"""Elements of all complex collections of one document."""
INDEXES = 200
VECTOR_DIMENSIONS = 4_096
INDEX_NAME_CHARACTERS = 128

DEFAULT_TOP = 50
PAGE = 1_000
SKIP = 100_000
ORDER_BY_CLAUSES = 32
TEXT_RECALL = 1_000
"""Results of the text query that take part in a hybrid search's fusion."""
RERANKED = 50
"""Results that the semantic ranker looks at."""
FACET_COUNT = 10
ANSWERS = 10

JSON_NESTING = 64
FILTER_NESTING = 100
FILTER_CLAUSES = 3_000
QUERY_CLAUSES = 1_024
QUERY_NESTING = 64
VECTOR_QUERIES = 10
