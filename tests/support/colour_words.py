"""What a text reads as, in the short forms that the tests of colour words compare."""

from shared.colour.lab import Lab
from shared.colour.words import ColourWord, read_colour_words


def colours(text: str) -> tuple[ColourWord, ...]:
    """Return the colours that ``text`` names, in its order."""
    return read_colour_words(text).colours


def lab_of(text: str) -> Lab:
    """Return the Lab of the one colour that ``text`` names; a ``ValueError`` where it is not one."""
    (colour,) = colours(text)
    return colour.lab


def meanings(text: str) -> list[str]:
    """Return what each colour of ``text`` means, in English."""
    return [colour.meaning for colour in colours(text)]
