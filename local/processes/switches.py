"""Switches that make a stand-in slow or failing, as a busy or broken service is."""

import asyncio
import random
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from local.processes.serving import CannotServe

Rate = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
"""Share of requests, 0 to 1."""
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]


class Strict(BaseModel):
    """A document that names what it does not know."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Switches(Strict):
    """What goes wrong. Everything off is the default."""

    latency_ms: Annotated[float, Field(ge=0, le=600_000, allow_inf_nan=False)] = 0
    """Added to what is answered."""


Model = TypeVar("Model", bound=BaseModel)
SomeSwitches = TypeVar("SomeSwitches", bound=Switches)


class Injector(Generic[SomeSwitches]):
    """Holds the switches; a subclass decides by them what fails.

    The same switches and order of requests fail the same ones. ``faults`` are the switches as they are.
    """

    def __init__(self, faults: SomeSwitches) -> None:
        self._start = faults
        self._changed = asyncio.Event()
        self.reset()

    def set(self, faults: SomeSwitches) -> None:
        """Replace every switch."""
        self.faults = faults
        self._random = random.Random(0)
        self._changed.set()
        self._changed = asyncio.Event()

    def reset(self) -> None:
        """Go back to the switches of the command line."""
        self.set(self._start.model_copy())

    async def take_latency(self) -> None:
        """Take the time that is asked for."""
        if self.faults.latency_ms:
            await asyncio.sleep(self.faults.latency_ms / 1000)

    async def until_changed(self) -> None:
        """Wait until the switches are set or reset."""
        await self._changed.wait()

    def draws(self, rate: float) -> bool:
        """Draw a request for failure; of many, a share of ``rate`` fails."""
        return self._random.random() < rate


class WrongFields(ValueError):
    """A document is not what it must be; the text names its fields."""


def read_strictly(model: type[Model], body: bytes) -> Model:
    """Return the ``model`` that a request's body is.

    Raises:
        WrongFields: It is none.
    """
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}" for e in error.errors()[:20])
        raise WrongFields("; ".join(wrong)) from error


def from_options(model: type[SomeSwitches], **options: float) -> SomeSwitches:
    """Return the switches that a command line sets.

    Raises:
        CannotServe: One is out of its range.
    """
    try:
        return model.model_validate(options)
    except ValidationError as error:
        wrong = "; ".join(f"{e['loc'][0]} {e['input']}: {e['msg']}" for e in error.errors())
        raise CannotServe(wrong) from error
