"""An AMQP 1.0 broker that azure-servicebus takes for Azure Service Bus: queues, sessions, locks, kept in SQLite."""
