"""Azure AI Search on one machine, for the unmodified azure-search-documents SDK."""
