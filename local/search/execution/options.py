"""The small languages of ``captions`` and ``answers``: ``extractive|highlight-true``, ``extractive|count-3``."""

import re
from dataclasses import dataclass

from local.search import limits
from local.search.errors import SearchError, bad_request, shown

_OPTION = re.compile(r"([a-zA-Z]+)-([\w.]+)")
_DEFAULT_THRESHOLD = 0.7


@dataclass(frozen=True, slots=True)
class CaptionOptions:
    highlight: bool = True


@dataclass(frozen=True, slots=True)
class AnswerOptions:
    """At most ``count`` answers, each with a score of ``threshold`` at least."""

    count: int = 1
    threshold: float = _DEFAULT_THRESHOLD


def parse_captions(text: str | None) -> CaptionOptions | None:
    """Raises: SearchError: 400 for anything but ``none`` and ``extractive`` with options."""
    options = _options("captions", text, ("highlight", "maxcharlength"))
    if options is None:
        return None
    highlight = options.get("highlight", "true").lower()
    if highlight not in ("true", "false"):
        raise _wrong("captions", text, "'highlight' is followed by 'true' or 'false'")
    return CaptionOptions(highlight == "true")


def parse_answers(text: str | None) -> AnswerOptions | None:
    """Raises: SearchError: 400 for anything but ``none`` and ``extractive`` with options."""
    options = _options("answers", text, ("count", "threshold", "maxcharlength"))
    if options is None:
        return None
    count, threshold = options.get("count", "1"), options.get("threshold", str(_DEFAULT_THRESHOLD))
    if not count.isdigit() or not 1 <= int(count[:9]) <= limits.ANSWERS:
        raise _wrong("answers", text, f"'count' is followed by a number from 1 to {limits.ANSWERS}")
    if not re.fullmatch(r"\d(\.\d{1,6})?", threshold) or float(threshold) > 1:
        raise _wrong("answers", text, "'threshold' is followed by a number from 0 to 1")
    return AnswerOptions(int(count), float(threshold))


def _options(parameter: str, text: str | None, known: tuple[str, ...]) -> dict[str, str] | None:
    if text is None or text.lower() == "none":
        return None
    kind, _, rest = text.partition("|")
    if kind.lower() != "extractive":
        raise _wrong(parameter, text, "'none' and 'extractive' exist")
    options: dict[str, str] = {}
    for part in filter(None, re.split(r"[|,]", rest)):
        match = _OPTION.fullmatch(part.strip())
        if match is None or match[1].lower() not in known:
            raise _wrong(parameter, text, f"the option {shown(part)} is not known")
        options[match[1].lower()] = match[2]
    return options


def _wrong(parameter: str, text: str | None, reason: str) -> SearchError:
    return bad_request(
        f"The '{parameter}' parameter is not valid: it is {shown(text)}; {reason}.\r\nParameter name: {parameter}"
    )
