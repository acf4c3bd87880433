"""The two apps, as infra/main.bicep names them."""

from dataclasses import dataclass

from infra.hooks.failures import HookFailed
from infra.hooks.outputs import Outputs


@dataclass(frozen=True)
class App:
    """``name_output``: the output that holds its name; ``suffix``: what its task hub's name ends with."""

    name_output: str
    suffix: str


COLOURS = {"blue": App("SERVICE_API_NAME", ""), "green": App("SERVICE_API_GREEN_NAME", "-green")}


def app_of(outputs: Outputs, colour: str) -> str:
    """Return the name of a colour's app.

    Raises:
        HookFailed: There is none.
    """
    if name := outputs.get(COLOURS[colour].name_output):
        return name
    raise HookFailed(
        f"There is no {colour} app", "azd env set BLUE_GREEN true && azd provision && azd deploy api-green"
    )
