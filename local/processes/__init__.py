"""What every process of the local cloud does: say that it is ready, hold its folder, name who holds its port."""
