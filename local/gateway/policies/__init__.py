"""The closed list of policies: what each element takes, where it may stand, and what it does."""
