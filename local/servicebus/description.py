"""A queue in the Atom document that the administration client reads."""

from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from local.servicebus.broker.entity import Entity

_ATOM = "http://www.w3.org/2005/Atom"
_CONNECT = "http://schemas.microsoft.com/netservices/2010/10/servicebus/connect"
_COUNTS = "http://schemas.microsoft.com/netservices/2011/06/servicebus"
# .NET's TimeSpan.MaxValue: a message without an end.
_FOR_EVER = "P10675199DT2H48M5.4775807S"


def describe(entity: Entity) -> bytes:
    """Return the entry of a queue: its settings and how many messages it has."""
    entry = Element(f"{{{_ATOM}}}entry")
    SubElement(entry, f"{{{_ATOM}}}title", type="text").text = entity.definition.name
    content = SubElement(entry, f"{{{_ATOM}}}content", type="application/xml")
    description = SubElement(content, f"{{{_CONNECT}}}QueueDescription")
    counts, dead = entity.counts(), entity.dead_letters
    dead_lettered = 0 if dead is None else dead.counts()["active"]
    for name, value in _settings(entity).items():
        SubElement(description, f"{{{_CONNECT}}}{name}").text = value
    SubElement(description, f"{{{_CONNECT}}}MessageCount").text = str(
        counts["active"] + counts["deferred"] + counts["scheduled"] + dead_lettered
    )
    SubElement(description, f"{{{_CONNECT}}}SizeInBytes").text = str(entity.bytes)
    details = SubElement(description, f"{{{_CONNECT}}}CountDetails")
    for name, count in (
        ("ActiveMessageCount", counts["active"]),
        ("DeadLetterMessageCount", dead_lettered),
        ("ScheduledMessageCount", counts["scheduled"]),
        ("TransferMessageCount", 0),
        ("TransferDeadLetterMessageCount", 0),
    ):
        SubElement(details, f"{{{_COUNTS}}}{name}").text = str(count)
    return tostring(entry, encoding="utf-8")


def no_queue(path: str) -> bytes:
    """Return the feed without entries that stands for a queue that is not there."""
    feed = Element(f"{{{_ATOM}}}feed")
    SubElement(feed, f"{{{_ATOM}}}title", type="text").text = path
    SubElement(feed, f"{{{_ATOM}}}updated").text = datetime.now(UTC).isoformat()
    return tostring(feed, encoding="utf-8")


def _settings(entity: Entity) -> dict[str, str]:
    definition = entity.definition
    return {
        "LockDuration": f"PT{definition.lock_duration_s:g}S",
        "RequiresDuplicateDetection": _flag(bool(definition.duplicate_detection_s)),
        "RequiresSession": _flag(definition.requires_session),
        "DefaultMessageTimeToLive": _FOR_EVER if definition.ttl_s is None else f"PT{definition.ttl_s:.0f}S",
        "DeadLetteringOnMessageExpiration": _flag(definition.dead_letter_on_expiry),
        "DuplicateDetectionHistoryTimeWindow": f"PT{definition.duplicate_detection_s or 600:.0f}S",
        "MaxDeliveryCount": str(definition.max_delivery_count or 0),
    }


def _flag(value: bool) -> str:
    return "true" if value else "false"
