"""How colour words go together: modifiers, mixtures, alternatives, RAL numbers, and what is owned to."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.colour import words
from shared.colour.ciede2000 import ciede2000
from shared.colour.cmc import delta_e_cmc
from shared.colour.lab import Lab
from shared.colour.words import read_colour_words
from shared.colour.words.lexicon import LANGUAGES, Language, fold, lexicon
from shared.colour.words.matching import items_of
from shared.colour.words.shifts import SHIFTS
from tests.support.colour_words import colours, lab_of, meanings
from tests.support.effort import assert_linear

# RAL publishes no sRGB for everybody, and lists of it differ by this much (CIEDE2000).
RAL_TOLERANCE = 7.5
# What a request may hold.
LONGEST = 500


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("dark blue", "dark blue"),
        ("dunkles Blau", "dark blue"),
        ("bleu foncé", "dark blue"),
        ("azul oscuro", "dark blue"),
        ("blu scuro", "dark blue"),
        ("gialli chiari", "light yellow"),
        ("verde scurissimo", "dark green"),
        ("sehr helles Grau", "very light grey"),
        ("un peu plus foncé que le rouge", "slightly dark red"),
        ("a slightly bluish green", "slightly bluish green"),
        ("bottle green", "bottle green"),
        ("Flaschengrün", "bottle green"),
        ("vert bouteille", "bottle green"),
        ("verde de botella", "bottle green"),
        ("rotbraun", "red brown"),
        ("brun rouge", "red brown"),
        ("bleu gris", "grey blue"),
        ("gris bleu", "blue grey"),
        ("dunkelgraublau", "dark grey blue"),
        ("olive green", "olive green"),
        ("Gelboliv", "yellow olive"),
        ("cremefarben", "cream"),
        ("or", "gold"),
        ("ferrarirot", "fire red"),
        ("Lieblingsgrün", "green"),
        ("hotpink", "hot pink"),
        ("grisazulado", "bluish grey"),
        ("blau mit leichtem Rotstich", "slightly red blue"),
        ("blue, but lighter", "light blue"),
        ("bleu mais clair", "light blue"),
        ("a light, warm grey", "warm light grey"),
        ("marron", "brown"),
        ("maroon", "maroon"),
        ("viola", "violet"),
        ("rosa", "pink"),
    ],
)
def test_words_together_are_one_colour(text: str, meaning: str) -> None:
    assert meanings(text) == [meaning]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("blue or green", ["blue", "green"]),
        ("rot/gelb", ["red", "yellow"]),
        ("blau, grün", ["blue", "green"]),
        ("rouge ou bleu", ["red", "blue"]),
        ("bleu or vert", ["blue", "green"]),
        ("azul o verde", ["blue", "green"]),
        ("rosso e nero", ["red", "black"]),
        ("schwarz-weiß", ["black", "white"]),
        ("Gehäuse rot Deckel blau", ["red", "blue"]),
        ("dark blue light green", ["dark blue", "light green"]),
        ("bleu clair vert foncé", ["light blue", "dark green"]),
        ("hell- oder dunkelblau", ["light blue", "dark blue"]),
        ("hellgrau bis mittelgrau", ["light grey", "medium grey"]),
        ("red, green, blue, yellow", ["red", "green", "blue"]),
        ("nicht blau sondern grün", ["green"]),
    ],
)
def test_alternatives_come_in_the_order_typed_and_at_most_three(text: str, expected: list[str]) -> None:
    assert meanings(text) == expected


def test_the_text_of_a_colour_is_what_was_typed_for_it() -> None:
    reading = read_colour_words("Gehäuse sehr dunkles Blau oder RAL-5010 Enzianblau")

    assert [colour.text for colour in reading.colours] == ["sehr dunkles Blau", "RAL-5010 Enzianblau"]
    assert reading.not_understood == ("Gehäuse",)


@pytest.mark.parametrize("colour", ["red", "blue", "green", "grey", "purple", "turquoise"])
def test_modifiers_move_a_colour_as_they_say(colour: str) -> None:
    plain = lab_of(colour)

    assert lab_of(f"very dark {colour}").L < lab_of(f"dark {colour}").L < lab_of(f"slightly dark {colour}").L < plain.L
    assert plain.L < lab_of(f"light {colour}").L <= lab_of(f"very light {colour}").L
    assert lab_of(f"dull {colour}").chroma < plain.chroma < lab_of(f"vivid {colour}").chroma


def test_a_word_for_fewer_colours_reaches_less_far() -> None:
    (plain,), (dark,), (number,) = colours("blue"), colours("dark blue"), colours("RAL 5010")

    assert plain.reach > dark.reach > number.reach > 0


@pytest.mark.parametrize("green", ["bluish green", "bläuliches Grün", "vert bleuté", "verde azulado", "verde bluastro"])
def test_a_tint_draws_the_hue(green: str) -> None:
    assert lab_of("green").hue_deg < lab_of(green).hue_deg < lab_of("turquoise").hue_deg


def test_a_tinted_grey_stays_grey() -> None:
    assert lab_of("bluish grey").chroma < 10
    assert lab_of("white with a hint of blue").L > 85


@pytest.mark.parametrize(
    "text",
    [
        "frobnicate",
        "Kundenfarbe 4711",
        "as per sample",
        "colour X-12",
        "n/a",
        "RAL 9999",
        "RAL",
        "nach Muster",
        "wie Vorlage",
        "customer standard",
        "sample 3",
        "TBD",
        "same as last time",
        "Farbe 123",
        "4711",
        "5010",
        "PANTONE 485 C",
        "PMS 109",
        "NCS S 1050-Y90R",
        "#1e90ff",
        "selon échantillon",
        "según muestra",
        "come da campione",
        "to match existing part",
        "violent",
        "the current standard",
        "dark",
        "signal",
        "not blue",
        "kein Rot",
        "???",
        "Цвет",
    ],
)
def test_what_says_no_colour_is_owned_to_whole(text: str) -> None:
    assert read_colour_words(text) == ((), (text,), ())


@pytest.mark.parametrize(
    ("text", "colour", "not_understood"),
    [
        ("frobnicate blue", "blue", ("frobnicate",)),
        ("blue like X-12, X-12", "blue", ("X-12",)),
        ("blue 4711", "blue", ("4711",)),
        ("Pantone 186 C red", "red", ("186",)),
        ("Gehäuse anthrazit", "anthracite", ("Gehäuse",)),
        ("blue, not too dark", "blue", ("not", "too", "dark")),
        ("we need a colour like red, please", "red", ()),
        ("Farbton: grün", "green", ()),
    ],
)
def test_only_words_without_a_meaning_are_not_understood(
    text: str, colour: str, not_understood: tuple[str, ...]
) -> None:
    reading = read_colour_words(text)

    assert ([each.meaning for each in reading.colours], reading.not_understood) == ([colour], not_understood)


def test_little_of_a_long_text_is_repeated() -> None:
    unknown = " ".join(f"{'x' * 70}{number}" for number in range(12))

    assert read_colour_words(unknown).not_understood == ("x" * 60,)
    assert read_colour_words("blue qa qb qc qd qe qf qg qh qi qj qk").not_understood[-1] == "qj"


@pytest.mark.parametrize(
    ("text", "effects"),
    [
        ("silver metallic", ("metallic",)),
        ("Schwarz, seidenmatt", ("seidenmatt",)),
        ("rouge nacré transparent", ("nacré", "transparent")),
        ("verde metalizado", ("metalizado",)),
        ("grigio opaco", ("opaco",)),
        ("neon green", ("neon",)),
        ("bleu fluo", ("fluo",)),
        ("transparent natur", ("transparent", "natur")),
    ],
)
def test_effects_are_named_and_no_part_of_what_was_not_understood(text: str, effects: tuple[str, ...]) -> None:
    reading = read_colour_words(text)

    assert reading.effects == effects
    assert reading.not_understood == ()


@pytest.mark.parametrize(
    "text",
    [
        "RAL 5010",
        "ral5010",
        "RAL-5010 Enzianblau",
        "RAL Nr. 5010",
        "RAL 5010-P",
        "Blau (RAL 5010)",
        "RAL 5010, gentian blue",
    ],
)
def test_a_ral_number_is_read_with_its_name(text: str) -> None:
    reading = read_colour_words(text)

    assert [colour.meaning for colour in reading.colours] == ["RAL 5010 gentian blue"]
    assert reading.not_understood == ()


# What other lists have, as CIELAB for D65: the R package `ral` by E. de Jonge, and for the last three W3Schools.
@pytest.mark.parametrize(
    ("number", "elsewhere"),
    [
        (1000, Lab(78.9, -5.9, 28.0)),
        (1001, Lab(76.9, 0.1, 28.1)),
        (1002, Lab(75.3, 0.6, 38.0)),
        (1003, Lab(79.0, 9.7, 80.1)),
        (1004, Lab(74.3, 5.8, 76.2)),
        (1005, Lab(67.3, 3.3, 70.4)),
        (9010, Lab(97.5, -2.4, 4.6)),
        (3001, Lab(35.4, 51.1, 29.1)),
        (2010, Lab(55.6, 40.4, 49.4)),
        (6032, Lab(47.3, -37.8, 25.6)),
    ],
)
def test_ral_colours_are_those_of_other_lists(number: int, elsewhere: Lab) -> None:
    assert ciede2000(lab_of(f"RAL {number}"), elsewhere)[0] <= RAL_TOLERANCE


def test_ral_numbers_stand_for_alternatives_too() -> None:
    assert meanings("RAL 5010 / 9010") == ["RAL 5010 gentian blue", "RAL 9010 pure white"]
    assert meanings("RAL 5010 oder rot") == ["RAL 5010 gentian blue", "red"]


def test_ral_design_is_read_by_its_own_definition() -> None:
    lab = lab_of("RAL 210 50 15")

    assert (lab.L, lab.chroma, lab.hue_deg) == pytest.approx((50, 15, 210), abs=0.3)
    assert colours("RAL 213 50 15") == ()


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Pantone Orange 021 C", "orange"),
        ("Pantone Reflex Blue C", "reflex blue"),
        ("Pantone Black C", "black"),
        ("PANTONE Cool Gray 7 C", "cool grey 7"),
    ],
)
def test_pantone_is_read_where_its_name_is_a_word(text: str, meaning: str) -> None:
    reading = read_colour_words(text)

    assert ([colour.meaning for colour in reading.colours], reading.not_understood) == ([meaning], ())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("turquiose", "turquoise"), ("antracite grey", "anthracite grey"), ("burgandy", "burgundy"), ("purpel", "purple")],
)
def test_one_slip_in_a_long_word_is_forgiven(typed: str, meant: str) -> None:
    assert meanings(typed) == meanings(meant)


def spellings() -> list[str]:
    return sorted(key for key, word in lexicon().words.items() if word.colour and not word.roles)


@given(st.sampled_from(spellings()), st.data())
def test_case_does_not_matter(word: str, data: st.DataObject) -> None:
    upper = data.draw(st.lists(st.booleans(), min_size=len(word), max_size=len(word)))
    typed = "".join(letter.upper() if up else letter for letter, up in zip(word, upper, strict=True))

    assert meanings(typed) == meanings(word) != []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("türkis", "tuerkis"),
        ("TÜRKIS", "turkis"),
        ("weiß", "WEISS"),
        ("crème", "creme"),
        ("foncé", "fonce"),
        ("grün", "gru\u0308n"),
        ("salmón", "salmon"),
        ("sang de bœuf", "sang de boeuf"),
        ("\uff42\uff4c\uff55\uff45", "blue"),
    ],
)
def test_accents_do_not_matter(one: str, other: str) -> None:
    assert meanings(f"rot, {one}") == meanings(f"rot, {other}")


@given(st.text(max_size=LONGEST))
@settings(max_examples=300)
def test_any_text_is_read(text: str) -> None:
    reading = read_colour_words(text)

    assert reading == read_colour_words(text)
    assert len(reading.colours) <= 3
    assert len(reading.not_understood) <= 10
    assert all(0 < len(word) <= 60 for word in reading.not_understood)
    assert len(set(reading.not_understood)) == len(reading.not_understood)
    if text.strip() and not reading.colours and not reading.effects:
        assert len(reading.not_understood) == 1


TYPED = ["blue", "dunkles", "vert", "foncé", "RAL", "5010", "or", "oder", "with", "nicht", "sehr", "matt", "frobnicate"]
TYPED += ["signal", "bläulich", "gold", "the", "4711", "rosa", "flaschen", "stark", "smoky", "perla", "clair", "mais"]
# What says nothing about a colour by itself, and is neither read nor owned to.
SMALL = {"the", "or", "oder", "with", "sehr", "stark", "mais", "RAL"}


@given(st.lists(st.sampled_from(TYPED), max_size=4), st.sampled_from([" ", ", ", "/", "-"]))
@settings(max_examples=500)
def test_every_word_is_read_or_owned_to(typed: list[str], between: str) -> None:
    reading = read_colour_words(between.join([*typed, "blue"]))

    texts = [colour.text for colour in reading.colours]
    said = set(re.findall(r"\w+", " ".join([*texts, *reading.effects, *reading.not_understood])))
    # A colour that was told already need not be told again in other words.
    told = {colour.meaning for colour in reading.colours}
    again = {word for word in typed if told.intersection((*meanings(word), *meanings(f"{word} blue")))}
    assert set(typed) <= said | SMALL | again
    assert not texts or "frobnicate" not in typed or "frobnicate" in " ".join(reading.not_understood)
    assert all(0 <= colour.lab.L <= 100 and colour.lab.chroma < 128 for colour in reading.colours)


@pytest.mark.parametrize(
    "text",
    [
        "rot " * 125,
        "blau" * 125,
        ("blau" * 10 + " ") * 12,
        "dark blue or " * 38,
        "RAL " * 125,
        "RAL 5010 " * 55,
        "rot," * 125,
        "weinseneneseneneseneseneseneneserrot " * 13,
        "qwertzui " * 55,
        "e" + "\u0301" * 499,
        "\ud800 red \udfff",
        "\x00" * LONGEST,
        "😀" * LONGEST,
        "a" * 100_000,
    ],
)
def test_hostile_texts_cost_little(text: str) -> None:
    assert_linear(lambda length: read_colour_words(text[:length]), len(text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_plain_colour(language: Language) -> None:
    spoken = [word for word in lexicon().words.values() if language in word.languages]

    plain = {sense.means for word in spoken for sense in word.senses if sense.plain}
    assert plain >= {
        "red",
        "orange",
        "yellow",
        "green",
        "turquoise",
        "blue",
        "violet",
        "pink",
        "brown",
        "beige",
        "olive",
    }
    assert plain >= {"white", "grey", "black", "gold", "silver", "cream", "ivory"}
    assert {word.shift for word in spoken} - {None} == set(SHIFTS)


def test_every_listed_word_is_read_as_itself() -> None:
    for key, word in lexicon().words.items():
        if " " not in key:
            (item,) = items_of(key)
            assert item.word is word or not word.colour, key


def test_the_names_say_where_they_are_from() -> None:
    names = json.loads((Path(words.__file__).parent / "names.json").read_text(encoding="utf-8"))

    assert names["licence"][0] == "MIT License"
    assert "CC0" in names["source"]["xkcd"]
    assert len(names["ral"]) == 215
    assert all(re.fullmatch(r"\d{4}", number) for number in names["ral"])
    assert all(fold(name) == name for name in names["xkcd"])


def test_a_prototype_is_its_own_nearest_colour() -> None:
    lab = lab_of("dark red")

    assert delta_e_cmc(lab, lab)[0] == 0
