"""What the host refuses on purpose, with texts fit for whoever reads them."""


class HostError(Exception):
    """The host cannot start; its text is the one message that the user sees."""


class AppError(HostError):
    """The function app does not load: a setting, an import or a function is wrong."""


class Refused(Exception):
    """A management request that is answered with ``status`` and this text.

    ``kind`` names the exception that the Durable extension would report, which SDKs and people look for.
    """

    def __init__(self, status: int, message: str, kind: str = "System.ArgumentException") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind
