"""From a hook's module to an exit code: what failed, and what to do, in place of a traceback."""

import importlib
import logging
import os
import sys
from io import TextIOWrapper

from azure.core.exceptions import AzureError, ClientAuthenticationError

from infra.hooks.console import fail
from infra.hooks.failures import HookFailed
from infra.hooks.outputs import Outputs

_AGAIN = "the command can be run again at any time: it goes on where it stopped"


def run(name: str) -> int:
    """Run ``main`` of ``infra.hooks.<name>`` with azd's environment; return 0, or 1 and say on stderr what failed."""
    for stream in (sys.stdout, sys.stderr):
        # A console that lacks a character shows another; it is no reason to fail.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    # The SDKs' own words about what is said below anyway.
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        importlib.import_module(f"infra.hooks.{name}").main(Outputs(os.environ))
    except HookFailed as failure:
        fail(str(failure), failure.advice)
    except ClientAuthenticationError as error:
        fail(f"Signing in failed: {_first_line(error)}", "azd auth login, then run the command again")
    except AzureError as error:
        fail(f"{type(error).__name__}: {_first_line(error)}", f"{_AGAIN}; docs/deploy.md lists what is known to fail")
    except KeyboardInterrupt:
        fail("Stopped.", _AGAIN)
    else:
        return 0
    return 1


def _first_line(error: AzureError) -> str:
    return str(error.message or error).partition("\n")[0][:500]
