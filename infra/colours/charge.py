"""Who runs the queue and the timers: one colour at a time, so that no search is started twice or given up too early."""

import json
import time

from infra.colours.apps import COLOURS, app_of
from infra.hooks import commands
from infra.hooks.console import say
from infra.hooks.outputs import ROOT, Outputs

# What infra/modules/function-app.bicep sets in the colour that is not in charge.
SWITCHES: tuple[str, ...] = tuple(
    json.loads((ROOT / "infra" / "idle-settings.json").read_text(encoding="utf-8")),
)
# Fails searches whose run it does not find in its own task hub: those that the other colour has begun.
RECONCILER = "AzureWebJobs.search_reconciler.Disabled"
_SAY_EVERY_S = 30.0
_ADVICE = "the sign-in needs the right to change the function apps; then the same command again"


def hand_over(outputs: Outputs, colour: str, drain_s: float) -> None:
    """Let ``colour`` run the queue and the timers, and the other one end what it has begun.

    The other is switched off first and the reconciler on last, ``drain_s`` later: the queue keeps the messages of the
    seconds between. Does only what is left to do, since every change of settings restarts an app.

    Raises:
        HookFailed: The colour has no app, or an app could not be changed.
    """
    app = app_of(outputs, colour)
    (other,) = COLOURS.keys() - {colour}
    idle = outputs.get(COLOURS[other].name_output)
    if idle:
        _switch(outputs, idle, off=SWITCHES, on=())
    waits = RECONCILER in _switched_off(outputs, app) and bool(idle)
    _switch(outputs, app, off=(), on=[each for each in SWITCHES if not (waits and each == RECONCILER)])
    commands.run("azd", ["env", "set", "ACTIVE_COLOUR", colour, "--cwd", str(ROOT)])
    say(f"{colour.capitalize()} runs the queue and the timers.")
    if waits:
        _wait(drain_s, f"searches that {other} has begun")
        _switch(outputs, app, off=(), on=[RECONCILER])
        say(f"{colour.capitalize()} looks after forgotten searches too.")


def state(outputs: Outputs, colour: str) -> str:
    """Return ``on``, ``off``, or which of the functions are off.

    Raises:
        HookFailed: The app could not be asked.
    """
    off = _switched_off(outputs, app_of(outputs, colour))
    if not off:
        return "on"
    return "off" if off == set(SWITCHES) else f"on, but {', '.join(sorted(each.split('.')[1] for each in off))} off"


def _switch(outputs: Outputs, app: str, *, off: tuple[str, ...], on: list[str] | tuple[()]) -> None:
    switched_off = _switched_off(outputs, app)
    changed = [f"{each}=true" for each in off if each not in switched_off]
    changed += [f"{each}=false" for each in on if each in switched_off]
    if changed:
        commands.run(
            "az", [*_settings(outputs, "set", app), "--settings", *changed, "--output", "none"], advice=_ADVICE
        )


def _switched_off(outputs: Outputs, app: str) -> set[str]:
    listed = commands.run("az", [*_settings(outputs, "list", app), "--output", "json"], advice=_ADVICE)
    values = {each["name"]: str(each["value"]).lower() for each in json.loads(listed or "[]")}
    return {each for each in SWITCHES if values.get(each) in ("1", "true")}


def _settings(outputs: Outputs, verb: str, app: str) -> list[str]:
    group, subscription = outputs.need("AZURE_RESOURCE_GROUP"), outputs.need("AZURE_SUBSCRIPTION_ID")
    where = ["--name", app, "--resource-group", group, "--subscription", subscription]
    return ["functionapp", "config", "appsettings", verb, *where]


def _wait(wait_s: float, what: str) -> None:
    until = time.monotonic() + wait_s
    while (left := until - time.monotonic()) > 0:
        say(f"  waiting for {what}: {left:.0f} s")
        time.sleep(min(left, _SAY_EVERY_S))
