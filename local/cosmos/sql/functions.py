"""The scalar functions by name: how many arguments each takes, and what it does."""

from typing import Any

from local.cosmos.sql import array_functions as arrays
from local.cosmos.sql import full_text
from local.cosmos.sql import string_functions as strings
from local.cosmos.sql import time_functions as times
from local.cosmos.sql.number_functions import FUNCTIONS as NUMBER_FUNCTIONS
from local.cosmos.sql.number_functions import Function

_MANY = 10_000

FUNCTIONS: dict[str, tuple[int, int, Function]] = {
    **NUMBER_FUNCTIONS,
    "CONCAT": (2, _MANY, strings.concat),
    "CONTAINS": (2, 3, strings.contains),
    "STARTSWITH": (2, 3, strings.starts_with),
    "ENDSWITH": (2, 3, strings.ends_with),
    "STRINGEQUALS": (2, 3, strings.string_equals),
    "INDEX_OF": (2, 3, strings.index_of),
    "LENGTH": (1, 1, strings.length),
    "LOWER": (1, 1, strings.lower),
    "UPPER": (1, 1, strings.upper),
    "SUBSTRING": (3, 3, strings.substring),
    "LEFT": (2, 2, strings.left),
    "RIGHT": (2, 2, strings.right),
    "TRIM": (1, 2, strings.trim),
    "LTRIM": (1, 2, strings.ltrim),
    "RTRIM": (1, 2, strings.rtrim),
    "REPLACE": (3, 3, strings.replace),
    "REPLICATE": (2, 2, strings.replicate),
    "REVERSE": (1, 1, strings.reverse),
    "REGEXMATCH": (2, 3, strings.regex_match),
    "TOSTRING": (1, 1, strings.to_string),
    "STRINGTONUMBER": (1, 1, strings.string_to_number),
    "TONUMBER": (1, 1, strings.to_number),
    "STRINGTOBOOLEAN": (1, 1, strings.string_to_boolean),
    "STRINGTONULL": (1, 1, strings.string_to_null),
    "STRINGTOARRAY": (1, 1, strings.string_to_array),
    "STRINGTOOBJECT": (1, 1, strings.string_to_object),
    "STRINGJOIN": (2, 2, strings.string_join),
    "STRINGSPLIT": (2, 2, strings.string_split),
    "ARRAY_CONCAT": (2, _MANY, arrays.array_concat),
    "ARRAY_CONTAINS": (2, 3, arrays.array_contains),
    "ARRAY_CONTAINS_ANY": (2, _MANY, arrays.array_contains_any),
    "ARRAY_CONTAINS_ALL": (2, _MANY, arrays.array_contains_all),
    "ARRAY_LENGTH": (1, 1, arrays.array_length),
    "ARRAY_SLICE": (2, 3, arrays.array_slice),
    "SETINTERSECT": (2, 2, arrays.set_intersect),
    "SETUNION": (2, 2, arrays.set_union),
    "SETDIFFERENCE": (2, 2, arrays.set_difference),
    "OBJECTTOARRAY": (1, 1, arrays.object_to_array),
    "CHOOSE": (2, _MANY, arrays.choose),
    "IIF": (3, 3, arrays.iif),
    "IS_DEFINED": (1, 1, arrays.is_defined),
    "IS_NULL": (1, 1, arrays.is_null),
    "IS_STRING": (1, 1, arrays.is_string),
    "IS_NUMBER": (1, 1, arrays.is_number),
    "IS_FINITE_NUMBER": (1, 1, arrays.is_number),
    "IS_INTEGER": (1, 1, arrays.is_integer),
    "IS_BOOL": (1, 1, arrays.is_bool),
    "IS_ARRAY": (1, 1, arrays.is_array),
    "IS_OBJECT": (1, 1, arrays.is_object),
    "IS_PRIMITIVE": (1, 1, arrays.is_primitive),
    "GETCURRENTDATETIME": (0, 0, times.current_date_time),
    "GETCURRENTTIMESTAMP": (0, 0, times.current_timestamp),
    "GETCURRENTTICKS": (0, 0, times.current_ticks),
    "DATETIMETOTIMESTAMP": (1, 1, times.date_time_to_timestamp),
    "TIMESTAMPTODATETIME": (1, 1, times.timestamp_to_date_time),
    "DATETIMETOTICKS": (1, 1, times.date_time_to_ticks),
    "TICKSTODATETIME": (1, 1, times.ticks_to_date_time),
    "_FULLTEXTWORDCOUNT": (1, 1, full_text.word_count),
    "_FULLTEXTSCORE": (5, 5, full_text.text_score),
}

AGGREGATES = frozenset({"COUNT", "COUNTIF", "SUM", "MIN", "MAX", "AVG"})

# Each run of a query evaluates these anew; every other function of constants is one.
VOLATILE: frozenset[str] = frozenset({"RAND", "GETCURRENTDATETIME", "GETCURRENTTIMESTAMP", "GETCURRENTTICKS"})


def arity(name: str) -> tuple[int, int, Any] | None:
    """Least and most arguments of the scalar function ``name`` (upper case), and the function."""
    return FUNCTIONS.get(name)
