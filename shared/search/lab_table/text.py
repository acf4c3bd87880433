"""The bytes of an uploaded Lab table as text, whatever program wrote them."""

import codecs
import re

# A table of colours that can be used has 8 bytes a row at least, and no line a tenth as long as this.
_MOST_LINES = 2_000_000
_LONGEST_LINE = 500_000

_FILES = (
    (b"PK\x03\x04", "an Excel workbook, or another zip archive"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook of before 2007"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "compressed"),
    (b"{\\rtf", "a document in rich text"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
)
_TEXTS = (
    (re.compile(r"<"), "HTML or XML"),
    (re.compile(r'[\[{]\s*["\[{]'), "JSON"),
    (re.compile(r"(?:.*\n){0,100}[ \t]*(?:CGATS|BEGIN_DATA)", re.IGNORECASE), "CGATS text"),
)
_CHARACTERS_TO_GUESS_BY = 20_000
# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BYTES_TO_GUESS_BY = 4096


class UnusableLabTable(ValueError):
    """The CSV as a whole cannot be used; its text says why, for whoever uploaded it."""


def text_of(csv_bytes: bytes) -> str:
    r"""Return the text with ``\n`` as its only line end, and without byte order marks.

    UTF-8, UTF-16 and UTF-32 by their marks; without one UTF-16 by where its zeros are, UTF-8 where it is valid, else
    Windows-1252. The last two agree on all that ids and numbers are made of.

    Raises:
        UnusableLabTable: It is a workbook or another known file, no text, empty, or longer than a table of colours.
    """
    for start, kind in _FILES:
        if csv_bytes.startswith(start):
            raise _foreign(kind)
    text = _decoded(csv_bytes).replace("\ufeff", "").replace("\r\n", "\n").replace("\r", "\n").rstrip("\x1a")
    if (position := text.find("\0")) >= 0:
        raise UnusableLabTable(f"the Lab table is no text: line {_line_at(text, position)} holds a NUL; save it as CSV")
    if not text.strip():
        raise UnusableLabTable("the Lab table is empty")
    if (lines := text.count("\n")) > _MOST_LINES:
        raise UnusableLabTable(f"the Lab table has {lines} lines, at most {_MOST_LINES} are read")
    head = text[:_CHARACTERS_TO_GUESS_BY].lstrip()
    for start, kind in _TEXTS:
        if start.match(head):
            raise _foreign(kind)
    for position in range(0, len(text) - _LONGEST_LINE, _LONGEST_LINE):
        if text.find("\n", position, position + _LONGEST_LINE) < 0:
            line = _line_at(text, position)
            raise UnusableLabTable(f"line {line} of the Lab table has more than {_LONGEST_LINE} characters")
    return text


def _foreign(kind: str) -> UnusableLabTable:
    return UnusableLabTable(f"the Lab table is {kind}: save it as CSV, with the columns Material, L*, a*, b*")


def _decoded(csv_bytes: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if csv_bytes.startswith(mark)), None) or _utf_16_by_zeros(csv_bytes)
    try:
        if encoding is not None:
            return csv_bytes.decode(encoding)
        try:
            return csv_bytes.decode("utf-8")
        except UnicodeDecodeError:
            return csv_bytes.removeprefix(codecs.BOM_UTF8).decode("cp1252")
    except UnicodeDecodeError as error:
        line = 1 + error.object.count(b"\n", 0, error.start)
        known = encoding.upper() if encoding else "UTF-8 or Windows-1252"
        where = f"{error.reason} at byte {error.start}, line {line}"
        raise UnusableLabTable(f"the Lab table is no text in {known}: {where}; save it as CSV UTF-8") from error


def _utf_16_by_zeros(csv_bytes: bytes) -> str | None:
    """UTF-16 where every second byte of a text in Latin letters would be zero, and hardly another."""
    head = csv_bytes[:_BYTES_TO_GUESS_BY]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd * 4 > len(head) and even * 10 < odd:
        return "utf-16-le"
    if even * 4 > len(head) and odd * 10 < even:
        return "utf-16-be"
    return None


def _line_at(text: str, position: int) -> int:
    return 1 + text.count("\n", 0, position)
