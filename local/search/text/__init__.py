"""Full text: analysis, the two query languages, BM25 by tantivy."""
