"""Waiting for what Azure needs time for: bounded, and with a word about it now and then."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from infra.hooks.console import say
from infra.hooks.failures import HookFailed

T = TypeVar("T")
_SAY_EVERY_S = 30.0


@dataclass(frozen=True)
class Patience:
    """``wait_s``: for how long in all; ``poll_s``: between two attempts."""

    wait_s: float
    poll_s: float


class NotYet(Exception):
    """An attempt that may succeed later; the text says why. ``after_s``: not before that many seconds."""

    def __init__(self, why: str, after_s: float | None = None) -> None:
        super().__init__(why)
        self.after_s = after_s


def until(attempt: Callable[[], T], patience: Patience, waiting_for: str, advice: str, *, silent_s: float = 0.0) -> T:
    """Return what ``attempt`` returns once it no longer raises ``NotYet``; say now and then, after ``silent_s``, why.

    Raises:
        HookFailed: It still does so at the end of the patience, or asks to wait longer than that.
    """
    begun = time.monotonic()
    said_at = float("-inf")
    while True:
        try:
            return attempt()
        except NotYet as not_yet:
            now = time.monotonic()
            pause_s = max(not_yet.after_s or 0.0, patience.poll_s)
            if now - begun + pause_s > patience.wait_s:
                raise HookFailed(f"Waited {now - begun:.0f} s for {waiting_for}: {not_yet}", advice) from not_yet
            if now - begun >= silent_s and now - said_at >= _SAY_EVERY_S:
                say(f"  waiting for {waiting_for}: {not_yet} ({now - begun:.0f} of at most {patience.wait_s:.0f} s)")
                said_at = now
        time.sleep(pause_s)
