"""The embedding models behind the endpoint, and the vocabulary that the service counts tokens with."""
