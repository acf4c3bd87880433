"""What is worth a line in the log, and what stands in it."""

import json
import logging

# At INFO these write every request with its headers, several lines for each chunk that is embedded.
_TALKATIVE = ("azure", "httpx2", "httpx", "openai")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def set_up_logs() -> None:
    """Let the SDKs log warnings and errors only, and the worker send the fields of our records.

    The Functions worker sends the text that its handler formats and drops what was given as ``extra``; Application
    Insights would show "activity completed" without saying which.
    """
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(FieldsFormatter())


class FieldsFormatter(logging.Formatter):
    """The message, then the record's fields as a JSON object, which KQL's ``parse_json`` reads."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name in logging
        fields = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        text = super().formatMessage(record)
        return f"{text} {json.dumps(fields, default=str)}" if fields else text
