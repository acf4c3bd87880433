"""Words for colours, held against the Munsell renotation and against what anybody would say."""

import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.build_catalogue import MUNSELL_COLOURS_REAL, lab_d65_10
from shared.colour.hue_words import hue_words
from shared.colour.lab import Lab

COLOURS = st.builds(Lab, st.floats(0, 100), st.floats(-128, 127), st.floats(-128, 127))


@pytest.mark.parametrize(
    ("colour", "family", "name"),
    [
        (Lab(100, 0, 0), "white", "white"),
        (Lab(75, 1, 1), "grey", "light grey"),
        (Lab(50, 0, 0), "grey", "medium grey"),
        (Lab(30, -1, 0), "grey", "dark grey"),
        (Lab(0, 0, 0), "black", "black"),
        (Lab(90, 0, 5), "white", "yellowish white"),
        (Lab(55, -1, -5), "grey", "bluish medium grey"),
        (Lab(41, 62, 42), "red", "vivid red"),
        (Lab(25, 30, 12), "red", "dark red"),
        (Lab(80, 20, 8), "pink", "light pink"),
        (Lab(60, 55, 65), "orange", "vivid reddish orange"),
        (Lab(30, 15, 25), "brown", "dark brown"),
        (Lab(85, 3, 90), "yellow", "vivid yellow"),
        (Lab(35, -4, 30), "olive", "dark olive"),
        (Lab(45, -50, 20), "green", "strong green"),
        (Lab(60, -35, -30), "blue", "strong greenish blue"),
        (Lab(30, 5, -30), "blue", "dark purplish blue"),
        (Lab(45.5, 12.3, -25.7), "blue", "moderate purplish blue"),
        (Lab(40, 55, -45), "purple", "vivid purple"),
    ],
)
def test_known_colours_have_their_names(colour, family, name):
    words = hue_words(colour)
    assert (words.family, words.name) == (family, name)


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        (Lab(45.5, 12.3, -25.7), "warm blue"),
        (Lab(32, 30, -75), "warm signal blue"),
        (Lab(41, 62, 42), "signal red"),
        (Lab(60, -35, -30), "cool blue"),
        (Lab(60, 0, 5), "warm grey"),
        (Lab(60, 0, -5), "cool grey"),
        (Lab(30, -2, -25), "navy blue"),
        (Lab(85, 4, 14), "beige"),
    ],
)
def test_the_text_holds_what_people_search_for(colour, expected):
    assert expected in hue_words(colour).text.split(", ")


@pytest.mark.parametrize(
    ("hue", "family"),
    [
        ("5R", "red"),
        ("5YR", "orange"),
        ("5Y", "yellow"),
        ("5GY", "yellow green"),
        ("5G", "green"),
        ("5BG", "green"),
        ("5B", "blue"),
        ("5PB", "blue"),
        ("5P", "purple"),
        ("5RP", "red"),
    ],
)
def test_the_principal_hues_of_munsell_have_their_families(hue, family):
    # Value 6, because at 5 a dark yellow is olive.
    of_hue = [
        xyy for (name, value, chroma), xyy in MUNSELL_COLOURS_REAL if name == hue and value == 6 and 6 <= chroma <= 12
    ]
    families = {hue_words(Lab(*values)).family for values in lab_d65_10(of_hue).tolist()}
    assert families == {family}


def test_going_around_the_circle_every_hue_has_its_turn():
    around = [hue_words(Lab(60, *at)).family for at in _circle(65)]
    changes = [family for family, before in zip(around, [None, *around], strict=False) if family != before]
    assert changes == ["red", "orange", "yellow", "yellow green", "green", "blue", "purple", "red"]


def _circle(chroma):
    return [(chroma * math.cos(turn), chroma * math.sin(turn)) for turn in map(math.radians, range(360))]


@settings(deadline=None)
@given(COLOURS)
def test_every_colour_has_words(colour):
    words = hue_words(colour)
    assert re.fullmatch(r"[a-z]+( [a-z]+)*(, [a-z]+( [a-z]+)*)*", words.text)
    assert words.text.split(", ")[0] == words.name
    assert words.family in words.text


@settings(deadline=None)
@given(st.builds(Lab, st.floats(0, 100), st.floats(-128, 127), st.floats(-128, 127)))
def test_words_say_nothing_twice(colour):
    phrases = hue_words(colour).text.split(", ")
    assert len(phrases) == len(set(phrases))
