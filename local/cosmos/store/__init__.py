"""Where everything is kept: one SQLite database, one writer, many readers, vectors in memory."""
