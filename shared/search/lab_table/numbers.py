"""The values of a Lab table as numbers, however an office writes them."""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from shared.search.lab_table.text import UnusableLabTable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_INVISIBLE = "\u200b\u200e\u200f\u2060"
_MINUS = str.maketrans(dict.fromkeys("\u2212\u2013\u2010\u2011\ufe63\uff0d", "-"))
# How a spreadsheet is told that a cell is a text: ="0012" or '0012.
_AS_TEXT = re.compile(r"""="(.*)"|'(.*?)'?""", re.DOTALL)
_PLAIN = re.compile(r"[a-z][a-z/.]*", re.IGNORECASE)
_SPACE_AFTER_SIGN = re.compile(r"^([+-])\s+")
# As SAP writes what is below zero.
_SIGN_BEHIND = re.compile(r"^([0-9.,]+)-$")
# How pandas reads numbers that are none.
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
# 1.234,5 and 1 234: no L*, a*, b* is as large, so the digits are no thousands but another mistake.
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:[.,'\u2019\s][0-9]{3})+(?:[.,][0-9]*)?")


def bare(cell: str) -> str:
    """Return a cell without the space and the signs of a text around it, with one kind of minus."""
    cell = cell.strip().strip(_INVISIBLE).strip()
    if told := _AS_TEXT.fullmatch(cell):
        cell = (told[1] or told[2] or "").strip()
    return cell


def numbers(
    columns: Sequence[Sequence[str]], line_of: Callable[[int], int]
) -> tuple["NDArray[np.float64]", "NDArray[np.bool_]"]:
    """Return values of shape (n, columns), and which rows hold something that is no number.

    Decimal points or decimal commas, any minus. ``line_of``: the line of a row, for the text of an error.

    Raises:
        UnusableLabTable: There are both decimal marks, or digits are in groups of thousands.
    """
    import numpy as np

    rows = len(columns[0])
    texts = [text for column in columns for text in column]
    values = _parsed(texts)
    unread = np.isnan(values)
    odd: list[int] = [place for place in np.flatnonzero(unread).tolist() if texts[place]]
    cleaned = {place: text for place in odd if (text := _plain(texts[place])) != texts[place]}
    if cleaned:
        values[list(cleaned)] = _parsed(list(cleaned.values()))
        for place, text in cleaned.items():
            texts[place] = text
        unread = np.isnan(values)
    _refuse_both_marks(texts, unread, rows, line_of)
    for place in odd:
        if unread[place] and _GROUPED.fullmatch(texts[place]):
            fault = f"{texts[place][:30]!r}: no value has thousands or two decimal marks"
            raise UnusableLabTable(f"line {line_of(place % rows)} of the Lab table has {fault}")
        unread[place] &= _NOT_FINITE.fullmatch(texts[place]) is None
    not_a_number = np.logical_or.reduce(unread.reshape(len(columns), rows), axis=0)
    return values.reshape(len(columns), rows).T, not_a_number


def _plain(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    return _SIGN_BEHIND.sub(r"-\1", _SPACE_AFTER_SIGN.sub(r"\1", bare(text).translate(_MINUS)))


def _parsed(texts: list[str]) -> "NDArray[np.float64]":
    """Numbers with either decimal mark, NaN for what is none."""
    import numpy as np
    import pandas as pd

    if any("," in text for text in texts):
        texts = [text.replace(",", ".") for text in texts]
    parsed: Any = pd.to_numeric(np.array(texts, dtype=object), errors="coerce")
    return np.array(parsed, dtype=np.float64)


def _refuse_both_marks(texts: list[str], unread: "NDArray[np.bool_]", rows: int, line_of: Callable[[int], int]) -> None:
    """1,234 is 1.234 where all marks are commas, and a slip where others are points."""
    first: list[int] = []
    for mark in ",.":
        marked = [place for place, text in enumerate(texts) if mark in text]
        row = min((place % rows for place in marked if not unread[place]), default=None)
        if row is None:
            return
        first.append(row)
    comma, point = map(line_of, first)
    raise UnusableLabTable(
        f"the Lab table has a decimal comma in line {comma} and a decimal point in line {point}: it must keep to one"
    )
