"""The durable engine: orchestrations, activities and timers, event-sourced on SQLite."""
