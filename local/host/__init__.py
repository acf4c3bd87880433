"""A Functions host for Python: runs a function app on one machine as Azure does, durable functions included."""
