"""Policy files in ``rawxml``: XML whose expressions stand as they are, quotes and angle brackets included."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers.expat import ErrorString, ExpatError, ParserCreate

from local.gateway.errors import Refused

# All that has no meaning of its own between tags, in one or in a value.
_PLAIN = re.compile(r"[^<>@\"']+")
_ESCAPES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;"}


@dataclass
class Element:
    """One element. ``text`` is without the space around it; ``line`` that of its start tag."""

    name: str
    attributes: dict[str, str]
    file: Path
    line: int
    children: list["Element"] = field(default_factory=list["Element"])
    text: str = ""

    def refused(self, what: str) -> Refused:
        """Return the error that says what is wrong with this element."""
        return Refused(self.file, self.line, f"<{self.name}> {what}")


def read_markup(text: str, file: Path) -> Element:
    """Return the root of a policy document.

    Raises:
        Refused: It is not well-formed, or holds what no policy needs: a DTD, processing instructions.
    """
    return _Reader(file).read(_escaped(text, file))


def is_expression(text: str) -> bool:
    """Whether a value is an expression and no literal."""
    return text.startswith(("@(", "@{"))


class _Reader:
    def __init__(self, file: Path) -> None:
        self._file = file
        self._open: list[Element] = []
        self._root: Element | None = None
        self._parser = ParserCreate()
        self._parser.ordered_attributes = False
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._foreign
        self._parser.ProcessingInstructionHandler = self._foreign

    def read(self, text: str) -> Element:
        try:
            self._parser.Parse(text, True)
        except ExpatError as error:
            raise Refused(self._file, error.lineno, f"this is no XML: {ErrorString(error.code)}") from None
        if self._root is None:
            raise Refused(self._file, 1, "this is no XML: it has no root")
        return self._root

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        element = Element(name, attributes, self._file, self._parser.CurrentLineNumber)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)

    def _end(self, _: str) -> None:
        element = self._open.pop()
        element.text = element.text.strip()
        if element.text and element.children:
            raise element.refused("holds text beside elements")

    def _characters(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text

    def _foreign(self, *_: object) -> None:
        raise Refused(self._file, self._parser.CurrentLineNumber, "a policy has no DTD and no processing instruction")


def _escaped(text: str, file: Path) -> str:
    """Return the document with its expressions escaped, so that an XML parser reads it; no line moves."""
    parts: list[str] = []
    position, inside_tag, quote = 0, False, ""
    while position < len(text):
        if (plain := _PLAIN.match(text, position)) is not None:
            parts.append(plain.group())
            position = plain.end()
            continue
        if not quote and not inside_tag and text.startswith("<!--", position):
            end = text.find("-->", position)
            end = len(text) if end < 0 else end + 3
            parts.append(text[position:end])
            position = end
            continue
        character = text[position]
        begins = text.startswith(("@(", "@{"), position) and _at_start(text, position, quote, inside_tag)
        if begins:
            end = _end_of_expression(text, position, file)
            parts.append("".join(_ESCAPES.get(each, each) for each in text[position:end]))
            position = end
            continue
        if quote:
            quote = "" if character == quote else quote
        elif inside_tag and character in "\"'":
            quote = character
        elif character in "<>":
            inside_tag = character == "<"
        parts.append(character)
        position += 1
    return "".join(parts)


def _at_start(text: str, position: int, quote: str, inside_tag: bool) -> bool:
    """Whether a value begins here: an expression is the whole of an attribute or of an element's text."""
    if quote:
        return text[position - 1] == quote
    return not inside_tag and text[:position].rstrip().endswith(">")


def _end_of_expression(text: str, start: int, file: Path) -> int:
    opening, depth, position = text[start + 1], 0, start + 1
    closing = ")" if opening == "(" else "}"
    while position < len(text):
        character = text[position]
        if character == '"':
            position = _end_of_literal(text, position)
        elif character == opening:
            depth += 1
        elif character == closing:
            depth -= 1
            if depth == 0:
                return position + 1
        position += 1
    raise Refused(file, text.count("\n", 0, start) + 1, f"the expression {text[start : start + 40]!r} does not end")


def _end_of_literal(text: str, start: int) -> int:
    position = start + 1
    while position < len(text) and text[position] != '"':
        position += 2 if text[position] == "\\" else 1
    return position
