"""How a hook fails: with what is wrong, and what to do about it."""


class HookFailed(Exception):
    """The deployment cannot go on. ``advice``: what the deployer can do."""

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(what)
        self.advice = advice
