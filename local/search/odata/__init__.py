"""OData ``$filter`` and ``$orderby``: text to tree, tree checked against the index, tree over columns."""
