"""The materials that search finds on one machine: read, embedded, put into the index, their Lab values uploaded."""
