"""What a bundle says, as text. A bundle may hold anything: its ``.repo-context.json`` was written by strangers."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

# As much of a .repo-context.json as anybody writes by hand; a longer one says nothing more by its end.
MOST_CONTEXT_CHARACTERS = 20_000
MOST_CONTEXT_VALUES = 2_000
DEEPEST = 12
_LONGEST_LINE = 2_000
_LONGEST_PLACE = 200
# Line ends within a value, and what a terminal would act upon.
_NOT_SHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# About 1,500 tokens of English: a longer text has a blurred vector, and models take 8,191 tokens.
MOST_EMBEDDED_CHARACTERS = 6_000

Bundle = Mapping[str, Any]


def metadata_of(bundle: Bundle) -> Mapping[str, Any]:
    """Return the metadata of a bundle, an empty one where it is none."""
    metadata = bundle.get("metadata")
    return cast("Mapping[str, Any]", metadata) if isinstance(metadata, Mapping) else {}


def name_of(bundle: Bundle) -> str:
    """Return the name of a bundle's repository, "" where it has none."""
    return _text(metadata_of(bundle).get("name"))


def description_of(bundle: Bundle) -> str:
    """Return what GitHub shows below a repository's name, "" where nobody wrote anything."""
    return _text(metadata_of(bundle).get("description"))


def topics_of(bundle: Bundle) -> list[str]:
    """Return the topics of a repository."""
    topics = metadata_of(bundle).get("topics")
    if not isinstance(topics, list):
        return []
    return [topic for topic in cast("list[object]", topics) if isinstance(topic, str)]


def context_text(bundle: Bundle, most_characters: int = MOST_CONTEXT_CHARACTERS) -> str:
    """Return what ``.repo-context.json`` says, a line per value such as ``stack.cloud: Azure, AKS``, cut where long."""
    lines: list[str] = []
    left = most_characters
    for line in _lines(bundle.get("repoContext")):
        kept = _NOT_SHOWN.sub(" ", line[: min(_LONGEST_LINE, left)])
        lines.append(kept)
        left -= len(kept) + 1
        if left <= 0:
            break
    return "\n".join(lines)


def embedded_text(bundle: Bundle) -> str:
    """Return the text whose vector stands for a repository: name, description, topics, ``.repo-context.json``."""
    topics = ", ".join(topics_of(bundle))
    parts = (name_of(bundle), description_of(bundle), topics and f"Topics: {topics}", context_text(bundle))
    whole = "\n".join(part for part in parts if part.strip())[:MOST_EMBEDDED_CHARACTERS]
    # Half of a surrogate pair can stand in JSON but not be sent.
    return whole.encode("utf-8", "replace").decode()


def _lines(document: object) -> Iterator[str]:
    """Yield values in the order in which they stand, with their place, without recursion: it may be nested deeply."""
    waiting: list[tuple[str, object, int]] = [("", document, 0)]
    for _ in range(MOST_CONTEXT_VALUES):
        if not waiting:
            return
        place, value, depth = waiting.pop()
        if isinstance(value, Mapping):
            fields = list(cast("Mapping[object, object]", value).items())[:MOST_CONTEXT_VALUES]
            inner = [(f"{place}.{name}".lstrip(".")[:_LONGEST_PLACE], each, depth + 1) for name, each in fields]
            waiting.extend(reversed(inner if depth < DEEPEST else []))
        elif isinstance(value, list):
            values = cast("list[object]", value)[:MOST_CONTEXT_VALUES]
            if said := ", ".join(text for each in values if (text := _said(each))):
                yield f"{place}: {said}" if place else said
            nested = [(place, each, depth + 1) for each in values if isinstance(each, Mapping | list)]
            waiting.extend(reversed(nested if depth < DEEPEST else []))
        elif said := _said(value):
            yield f"{place}: {said}" if place else said


def _said(value: object) -> str:
    """Return a single value as text, "" for one that says nothing or holds others."""
    if isinstance(value, str):
        return value.strip()[:_LONGEST_LINE]
    # JSON allows numbers of any length; Python refuses to write some of them.
    return str(value) if isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < 10**15) else ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
