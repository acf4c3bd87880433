"""Switches that make the broker unreachable, slow or failing."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Faults(BaseModel):
    """What goes wrong. Everything off is the default."""

    model_config = ConfigDict(extra="forbid", strict=True)

    refuse_connections: bool = False
    """Open connections are cut, new ones closed at once."""
    refuse_sends: bool = False
    """Sends are answered with com.microsoft:server-busy."""
    fail_next_sends: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """How many of the next sends are answered so."""
    lose_next_settlements: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """How many of the next settlements find their lock lost, so that the message is delivered again."""
    latency_ms: Annotated[float, Field(ge=0, le=600_000, allow_inf_nan=False)] = 0
    """Added to the answer to every send and settlement."""


class FaultInjector:
    """Decides what fails. ``faults`` are the switches as they are."""

    def __init__(self, faults: Faults) -> None:
        self._start = faults
        self.faults = faults.model_copy()

    def set(self, faults: Faults) -> None:
        """Replace every switch."""
        self.faults = faults

    def reset(self) -> None:
        """Go back to the switches of the command line."""
        self.faults = self._start.model_copy()

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
