"""Embeddings and chat for the unmodified OpenAI SDKs: a real embedding model, rules for chat, switches for failure."""
