"""How well repositories answer a question: words, languages, file types, similarity. Pure."""
