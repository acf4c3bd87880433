"""What queues do: order, locks, sessions, schedules, expiry. No socket, no clock: the time is passed in."""
