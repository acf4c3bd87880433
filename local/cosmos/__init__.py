"""A Cosmos DB for NoSQL endpoint on one machine, for the unmodified azure-cosmos SDK."""
