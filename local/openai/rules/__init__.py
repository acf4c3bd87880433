"""``offline-rules``: answers to the prompts of Fanwise, made by rules. It is no language model, and says so."""
