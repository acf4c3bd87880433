"""What a queue is told to be."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

_ENTITY_NAME = r"^[A-Za-z0-9]([A-Za-z0-9_./-]*[A-Za-z0-9])?$"


class QueueDefinition(BaseModel):
    """A queue's settings, under the names of ``shared/topology.yaml``. Times in seconds; None: no limit."""

    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)

    name: Annotated[str, Field(pattern=_ENTITY_NAME, max_length=260)]
    lock_duration_s: Annotated[float, Field(gt=0, le=300, allow_inf_nan=False)] = 60
    max_delivery_count: Annotated[int, Field(ge=1, le=2000)] | None = 10
    duplicate_detection_s: Annotated[float, Field(ge=0, le=7 * 86_400, allow_inf_nan=False)] | None = None
    ttl_s: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    dead_letter_on_expiry: bool = False
    requires_session: bool = False

    def of_dead_letters(self) -> "QueueDefinition":
        """Return what the queue of its dead letters is: nothing in it expires, moves on or has an order of sessions."""
        return QueueDefinition(
            name=self.name, lock_duration_s=self.lock_duration_s, max_delivery_count=None, ttl_s=None
        )
