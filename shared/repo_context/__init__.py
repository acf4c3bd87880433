"""What is gathered of an account's repositories: its names, its parts, and how they are kept and told."""
