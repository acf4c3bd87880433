"""What an index holds: documents in SQLite, and in memory the columns, vectors and terms that searches read."""
