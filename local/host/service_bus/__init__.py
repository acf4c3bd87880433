"""The Service Bus trigger: queues heard through the SDK, messages handed over as Azure's host does."""
