"""Colour words read into CIELAB: what a colourist types in five languages, RAL numbers among them. Pure: the only files
read are this package's own."""

from shared.colour.words.reading import ColourWord, Reading, read_colour_words

__all__ = ["ColourWord", "Reading", "read_colour_words"]
