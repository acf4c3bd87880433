"""Which kind of CSV a Lab table is: what separates its columns, where its header is, what stands around its rows."""

import csv
import re
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from shared.search.lab_table.header import (
    COLUMNS,
    Header,
    columns_in,
    header_of,
    lights_beside,
    names_colours,
)
from shared.search.lab_table.lights import agreed_light, lights_in
from shared.search.lab_table.text import UnusableLabTable

# Instruments write some dozens of lines above the header.
_HEADER_WITHIN_LINES = 200
_HEADER_WITHIN = 250_000
# No more columns than a spreadsheet has.
_MOST_COLUMNS = 16_384
# More than the largest upload can hold; a parser makes all of them, also those that rows leave out.
_MOST_CELLS = 20_000_000
_DELIMITERS = (",", ";", "\t", "|")
_DECLARED = re.compile(r'\s*"?sep=([,;:\t|^~!])', re.IGNORECASE)
# Enough of these inside one cell are a row that a quote swallowed.
_DELIMITERS_OF_A_ROW = len(COLUMNS) - 1
_BEGINS_A_NUMBER = frozenset("0123456789+-.,\u2212")
# Only where these are found is there more to see; D50 alone may be an id.
_NAMES_LIGHT = re.compile(r"ill?um|licht|light|source|[eé]clair|observ|osserv|beobacht|hunter", re.IGNORECASE)
_NAMES_COLOUR = re.compile(r"(?<![a-z])[lab](?:\*|[ _-]?star|(?![a-z]))", re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """A Lab table from its header on, which stands in ``first_line`` of the file, counted from 1.

    ``lights``: those that the header and the lines above it name, with their lines.
    """

    text: str
    first_line: int
    delimiter: str
    header: Header
    lights: Mapping[str, int]

    def is_regular(self) -> bool:
        """Tell whether it may be a plain rectangle: no cell is quoted, and there is text enough for all cells."""
        return '"' not in self.text and self.text.count("\n") * self.header.width <= len(self.text)

    @cached_property
    def lights_among_rows(self) -> Mapping[str, int]:
        """The lights that rows name, with their lines, after a look at each row for what a parser passes over.

        Raises:
            UnusableLabTable: A quote is not closed or holds rows, a row has more cells than the header, or another
                table begins; the text tells the line.
        """
        lights: dict[str, int] = {}
        if (lines := self.text.count("\n")) * self.header.width > _MOST_CELLS:
            raise UnusableLabTable(
                f"the Lab table has {self.header.width} columns and {lines} lines, most without cells"
            )
        records = _records(self.text, self.delimiter, self.first_line)
        next(records)
        for number, (line, cells) in enumerate(records):
            row = "\t".join(cells)
            self._refuse_what_is_no_row(row, cells, line)
            if number == 0:
                lights |= dict.fromkeys(lights_beside(cells, self.header), line)
            if self._is_of_values(row, cells):
                continue
            if _NAMES_LIGHT.search(row):
                lights |= lights_in([(line, cells)])
                agreed_light(lights)
            if _NAMES_COLOUR.search(row) and names_colours(cells):
                lights |= dict.fromkeys(self._lights_of_same_header(cells, line), line)
        return lights

    def line_of(self, row: int) -> int:
        """Return the physical line in which a row begins; 0 is the header."""
        return next(islice(_records(self.text, self.delimiter, self.first_line), row, None), (0, []))[0]

    def _is_of_values(self, row: str, cells: list[str]) -> bool:
        """Tell, at little cost, most rows of values from what may name a colour or a light."""
        place = self.header.positions[1]
        is_number = place < len(cells) and cells[place][:1] in _BEGINS_A_NUMBER
        return is_number and "*" not in row and "L" not in cells and "l" not in cells

    def _refuse_what_is_no_row(self, row: str, cells: list[str], line: int) -> None:
        width = self.header.width
        if len(cells) > width and any(cell.strip() for cell in cells[width:]):
            hint = ": commas must not be decimal marks too" if self.delimiter == "," else ""
            fault = f"Expected {width} fields in line {line}, saw {len(cells)}{hint}"
            raise UnusableLabTable(f"the Lab table is no CSV: {fault}")
        if "\n" in row and any(_holds_rows(cell, self.delimiter) for cell in cells):
            raise UnusableLabTable(f"the Lab table is no CSV: the quote in line {line} holds whole rows")

    def _lights_of_same_header(self, cells: list[str], line: int) -> frozenset[str]:
        """The lights of a header among the rows, as it stands between exports that were put together."""
        material, *colours = columns_in(cells).values()
        wanted = [[place] for place in self.header.positions]
        if colours != wanted[1:] or material not in ([], wanted[0]):
            raise UnusableLabTable(f"another table begins in line {line} of the Lab table: upload one with one header")
        again = header_of(cells, line)
        return again.lights if again else frozenset()


class _BadQuotes(UnusableLabTable):
    """What stands between quotes cannot be told."""


def dialect_of(text: str) -> Dialect:
    """Return what separates the columns, and the table from the first line on that names all of them.

    Raises:
        UnusableLabTable: None of the first lines does, or one more than once; the lines above it name another light.
    """
    head = text[: _start_of(text, _HEADER_WITHIN_LINES + 1)][:_HEADER_WITHIN]
    declared = _DECLARED.match(text)
    fault: _BadQuotes | None = None
    best = _Missing(0, 0, [], [])
    for delimiter in ((str(declared[1]),) if declared else ()) + _DELIMITERS:
        above: list[tuple[int, list[str]]] = []
        try:
            for line, cells in _records(head, delimiter):
                if len(cells) > _MOST_COLUMNS:
                    continue
                if (header := _joined_header(cells, above, line)) is not None:
                    lights = dict.fromkeys(header.lights, line)
                    if above:
                        lights |= dict.fromkeys(lights_beside(above[-1][1], header), above[-1][0]) | lights_in(above)
                    return Dialect(text[_start_of(text, line) :], line, delimiter, header, lights)
                best = max(best, _Missing.of(cells, line))
                above.append((line, cells))
        except _BadQuotes as error:
            fault = fault or (error if "EOF" in str(error) else None)
    if fault is not None and best.found < len(COLUMNS) - 1:
        raise fault
    raise best.refusal()


def _holds_rows(cell: str, delimiter: str) -> bool:
    return any(line.count(delimiter) >= _DELIMITERS_OF_A_ROW for line in cell.split("\n"))


def _joined_header(cells: list[str], above: list[tuple[int, list[str]]], line: int) -> Header | None:
    """The header in a row, or in it and the one above, where names stand over groups of columns."""
    header = header_of(cells, line)
    if header is None and above:
        upper = above[-1][1] + [""] * len(cells)
        header = header_of([cell if cell.strip() else over for cell, over in zip(cells, upper, strict=False)], line)
    return header


def _lines(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _start_of(text: str, line: int) -> int:
    """Where a line begins, counted from 1; the end of the text where it has fewer."""
    position = 0
    for _ in range(line - 1):
        position = text.find("\n", position) + 1
        if not position:
            return len(text)
    return position


def _records(text: str, delimiter: str, first_line: int = 1) -> Generator[tuple[int, list[str]]]:
    """Yield the cells of each row that is not blank, and the physical line in which it begins."""
    reader = csv.reader(_lines(text), delimiter=delimiter, skipinitialspace=True, strict=True)
    line = first_line
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            what = "EOF inside string: a quote is never closed" if "unexpected end" in str(error) else str(error)
            raise _BadQuotes(f"the Lab table is no CSV: {what}, in the row of line {line}") from error
        if len(cells) > 1 or (cells and cells[0].strip()):
            yield line, cells
        line = first_line + reader.line_num


@dataclass(frozen=True, order=True)
class _Missing:
    """How near a line comes to a header."""

    found: int
    before: int
    missing: list[str]
    cells: list[str]

    @classmethod
    def of(cls, cells: list[str], line: int) -> "_Missing":
        missing = [column for column, places in columns_in(cells).items() if not places]
        # A lone letter is no name of a colour yet.
        is_header = names_colours(cells) or COLUMNS[0] not in missing
        return cls(len(COLUMNS) - len(missing) if is_header else 0, -line, missing, cells)

    def refusal(self) -> UnusableLabTable:
        wanted = f"its columns must be {', '.join(COLUMNS)}, separated by commas, semicolons, tabs or bars"
        if not self.found:
            none = f"none of its first {_HEADER_WITHIN_LINES} lines is a header"
            return UnusableLabTable(f"the Lab table lacks {', '.join(COLUMNS)}; {wanted}; {none}")
        names = ", ".join(repr(cell.strip()[:30]) for cell in self.cells[:12])
        return UnusableLabTable(
            f"the Lab table lacks {', '.join(self.missing)}; {wanted}; line {-self.before} has {names}"
        )
