"""Blue and green in operation: who gets which share of the requests, and who runs the queue and the timers."""
