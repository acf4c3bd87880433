"""What this app tells Application Insights besides its log: events, metrics and spans. Names and dimensions only.

Everything is written against OpenTelemetry's API, which does nothing until ``export`` has been set up: without a
connection string there is no cost to speak of. No text of a user's, no user id and no secret is ever part of it.
"""
