"""An embeddings endpoint for the unmodified OpenAI SDKs, with a real model and switches for latency and failure."""
