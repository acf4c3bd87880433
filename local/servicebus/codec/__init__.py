"""AMQP 1.0 on the wire, type by type: what is decoded is encoded again as the same AMQP type."""
