"""Switches that make the broker unreachable, slow or failing."""

from local.processes.switches import Count, Injector, Switches


class Faults(Switches):
    """What goes wrong. Everything off is the default; latency is added to answers to sends and settlements."""

    refuse_connections: bool = False
    """Open connections are cut, new ones closed at once."""
    refuse_sends: bool = False
    """Sends are answered with com.microsoft:server-busy."""
    fail_next_sends: Count = 0
    """How many of the next sends are answered so."""
    lose_next_settlements: Count = 0
    """How many of the next settlements find their lock lost, so that the message is delivered again."""


class FaultInjector(Injector[Faults]):
    """Decides what fails."""

    def send_fails(self) -> bool:
        """Tell whether this send fails."""
        if self.faults.fail_next_sends:
            self.faults.fail_next_sends -= 1
            return True
        return self.faults.refuse_sends

    def settlement_is_lost(self) -> bool:
        """Tell whether this settlement finds its lock lost."""
        if self.faults.lose_next_settlements:
            self.faults.lose_next_settlements -= 1
            return True
        return False
