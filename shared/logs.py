"""What is worth a line in the log."""

import logging

# At INFO these write every request with its headers, several lines for each chunk that is embedded.
_TALKATIVE = ("azure", "httpx2", "httpx", "openai")


def quiet_sdk_logs() -> None:
    """Let the SDKs log warnings and errors only."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
