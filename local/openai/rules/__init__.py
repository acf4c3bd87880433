"""``offline-rules``: answers to the three prompts of a search, made by rules. It is no language model, and says so."""
