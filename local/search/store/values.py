"""Values of documents: checked against their field's type and brought to the form in which they are kept."""

import math
import re
from array import array
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local.search import limits
from local.search.errors import SearchError, bad_request, shown
from local.search.fields import INTEGERS, STRING, Field

Vector = NDArray[np.float32]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SPECIAL = {"NaN": math.nan, "INF": math.inf, "-INF": -math.inf}
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)", re.IGNORECASE | re.ASCII
)


def checked(field: Field, value: Any) -> Any:
    """``value`` as it is kept for ``field``: numbers as their type, times as text in UTC, complex values by name.

    Raises:
        SearchError: 400 naming the field, the value and the type expected.
    """
    if value is None:
        return [] if field.collection else None
    if not field.collection:
        return _element(field, value)
    if not isinstance(value, list):
        raise _mismatch(field, value)
    if any(element is None for element in value):
        raise bad_request(f"The field '{field.path}' has a null in a collection; collections cannot hold null.")
    return [_element(field, element) for element in value]


def vector(field: Field, value: Any) -> Vector | None:
    """``value`` as the vector of ``field``; None for null and for an empty list."""
    if value is None or value == []:
        return None
    if not isinstance(value, list):
        raise _mismatch(field, value)
    if len(value) != field.dimensions:
        raise bad_request(
            f"The vector field '{field.path}', with dimension of '{field.dimensions}', expects a length of "
            f"'{field.dimensions}'. However, the provided vector has a length of '{len(value)}'. "
            "Please ensure that the vector length matches the expected dimension."
        )
    return numbers(value, f"the field '{field.path}'")


def numbers(value: list[Any], where: str) -> Vector:
    """A list of finite numbers in single precision."""
    try:
        # NumPy would make numbers of strings and of bools, and takes longer.
        found = np.frombuffer(array("f", value), np.float32)
    except (TypeError, OverflowError):
        raise bad_request(f"A vector of numbers is expected for {where}.") from None
    if not np.isfinite(found).all() or bool in set(map(type, value)):
        raise bad_request(f"A vector of finite numbers is expected for {where}.")
    return found


def microseconds(text: str) -> int | None:
    """Microseconds since 1970 of an Edm.DateTimeOffset, None for text that is none."""
    match = _INSTANT.fullmatch(text)
    if match is None:
        return None
    day, minute, second, fraction, zone = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{minute}:{second or '00'}{'+00:00' if zone in 'Zz' else zone}")
        return (moment - EPOCH) // timedelta(microseconds=1) + int((fraction or "").ljust(6, "0")[:6])
    except (ValueError, OverflowError):
        return None


def instant(value: int) -> str:
    """The Edm.DateTimeOffset of ``value`` microseconds since 1970, in UTC."""
    moment = EPOCH + timedelta(microseconds=value)
    text = moment.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
    return f"{text}{f'.{moment.microsecond:06d}'.rstrip('0') if moment.microsecond else ''}Z"


def _element(field: Field, value: Any) -> Any:
    if field.is_complex:
        return _complex(field, value)
    if field.type == STRING:
        return _string(field, value)
    if field.type == "Edm.Boolean":
        if isinstance(value, bool):
            return value
    elif field.type == "Edm.Double":
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
        if isinstance(value, str) and value in _SPECIAL:
            return value
    elif field.type in INTEGERS:
        low, high = INTEGERS[field.type]
        whole = int(value) if isinstance(value, float) and value.is_integer() else value
        if isinstance(whole, int) and not isinstance(whole, bool) and low <= whole <= high:
            return whole
    elif isinstance(value, str) and (moment := microseconds(value)) is not None:
        return instant(moment)
    raise _mismatch(field, value)


def _string(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise _mismatch(field, value)
    # One code point has at most four bytes: only text that may be too long is encoded.
    if (field.filterable or field.sortable or field.facetable) and len(value) * 4 > limits.TERM_BYTES:
        size = len(value.encode(errors="surrogatepass"))
        if size > limits.TERM_BYTES:
            raise bad_request(
                f"The field '{field.path}' holds a value of {size} bytes; one that is filterable, sortable or "
                f"facetable takes {limits.TERM_BYTES} in UTF-8."
            )
    return value


def _complex(field: Field, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _mismatch(field, value)
    found: dict[str, Any] = {}
    for name, inner in value.items():
        child = field.child(name)
        if child is None:
            raise bad_request(f"The property '{name}' does not exist on the field '{field.path}'.")
        found[name] = checked(child, inner)
    return found


def _mismatch(field: Field, value: Any) -> SearchError:
    return bad_request(f"The field '{field.path}' expects a value of type {field.edm}, not {shown(value)}.")


def number_of(value: Any) -> float:
    """A kept Edm.Double as a float."""
    return _SPECIAL[value] if isinstance(value, str) else float(value)
