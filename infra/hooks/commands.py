"""The command lines of az and azd: the one place that starts a program."""

import shutil
import subprocess
from collections.abc import Sequence

from infra.hooks.failures import HookFailed

_TIMEOUT_S = 180
_WHERE = {"az": "https://aka.ms/azure-cli", "azd": "https://aka.ms/azd"}
_SHOWN = 500
_REGISTERING = (
    "the sign-in needs the right to register applications, "
    "or somebody who has it registers one and you name it: azd env set GATEWAY_AUDIENCE <client id>"
)


def run(
    program: str, arguments: Sequence[str], *, refused_is_none: bool = False, advice: str = _REGISTERING
) -> str | None:
    """Return what a program prints. ``refused_is_none``: None where it ends with an error, such as nothing found.

    ``advice``: what to do where it is not allowed to, besides signing in.

    Raises:
        HookFailed: It is not installed, ends with an error, or does not end.
    """
    # On Windows az is a script, which only its full name starts.
    found = shutil.which(program)
    if found is None:
        raise HookFailed(f"{program} is not on PATH", f"install it: {_WHERE[program]}; {advice}")
    try:
        done = subprocess.run(
            [found, *arguments], capture_output=True, text=True, check=False, timeout=_TIMEOUT_S, encoding="utf-8"
        )
    except subprocess.TimeoutExpired as error:
        raise HookFailed(
            f"{program} {arguments[0]} took longer than {_TIMEOUT_S} s",
            f"{program} login, then the command again; {advice}",
        ) from error
    if done.returncode == 0:
        return done.stdout.strip()
    if refused_is_none:
        return None
    raise HookFailed(
        f"{program} {' '.join(arguments[:3])} ended with {done.returncode}: {done.stderr.strip()[-_SHOWN:]}",
        f"{'az login' if program == 'az' else 'azd auth login'}; {advice}",
    )
