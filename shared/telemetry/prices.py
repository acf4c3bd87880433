"""What tokens cost, by the list prices in ``prices.yaml``."""

from datetime import date
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

PRICES_FILE = Path(__file__).with_name("prices.yaml")
_MILLION = 1_000_000


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Price(_Entry):
    """USD per million tokens."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)

    def usd(self, input_tokens: float, output_tokens: float) -> float:
        """Return what so many tokens cost."""
        return (input_tokens * self.input + output_tokens * self.output) / _MILLION


class Prices(_Entry):
    """``as_of``: the day on which ``source`` said so."""

    as_of: date
    source: str
    models: dict[str, Price]

    def of(self, model: str) -> Price | None:
        """Return the price of a model by its name, or by that of one of its versions, None where it is not known."""
        known = [name for name in self.models if model == name or model.startswith(f"{name}-20")]
        return self.models[known[0]] if known else None


@cache
def prices() -> Prices:
    """Return the list prices.

    Raises:
        pydantic.ValidationError: ``prices.yaml`` has a field that is missing, unknown or of the wrong type.
    """
    return Prices.model_validate(yaml.safe_load(PRICES_FILE.read_text(encoding="utf-8")))


def cost_usd(model: str, input_tokens: int, output_tokens: int) -> float | None:
    """Return what tokens cost in USD, to the millionth; None for a model without a price."""
    price = prices().of(model)
    return None if price is None else round(price.usd(input_tokens, output_tokens), 6)
