"""Shades that take more than one word: softly, not too much, between two; and what there is no room to tell."""

import pytest

from shared.colour.words import read_colour_words
from tests.support.colour_words import colours, lab_of, meanings


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("a soft pastel pink", 14),
        ("pale soft dull pastel light pink", 14),
        ("sehr blasses zartes Rosa", 14),
        ("rose pâle très tendre", 14),
        ("pale pastel blue", 12),
        ("azul muy pálido y suave", 12),
        ("un verde pastello molto tenue", 12),
        ("muted dusty faded violet", 12),
        ("soft pale yellow", 25),
        ("helles blasses Orange", 25),
    ],
)
def test_however_softly_it_is_said_a_hue_stays_that_hue(text: str, least: float) -> None:
    (colour, *_) = colours(text)

    assert colour.lab.chroma >= least - 0.1


@pytest.mark.parametrize("colour", ["pink", "blue", "green", "violet", "red", "yellow", "turquoise"])
@pytest.mark.parametrize("softly", ["pale soft", "pastel light", "dull pale pastel", "very pale very soft"])
def test_modifiers_of_one_kind_do_not_add_up_without_limit(softly: str, colour: str) -> None:
    palest, softer = lab_of(f"pale {colour}"), lab_of(f"{softly} {colour}")

    assert softer.chroma >= min(palest.chroma, 12) - 0.1
    assert lab_of(f"{softly} {softly} {colour}") == softer
    assert abs(softer.hue_deg - palest.hue_deg) < 1


def test_a_modifier_said_twice_of_a_light_brown_leaves_it_a_brown() -> None:
    assert lab_of("light light brown") == lab_of("light brown")
    assert lab_of("light pale brown") == lab_of("pale brown")


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("not too dark brown", "medium brown"),
        ("a brown that is not very dark", "medium brown"),
        ("nicht zu dunkles Braun", "medium brown"),
        ("ein nicht allzu helles Blau", "medium blue"),
        ("brun pas trop foncé", "medium brown"),
        ("un vert pas très clair", "medium green"),
        ("marrone non troppo scuro", "medium brown"),
        ("azul no muy oscuro", "medium blue"),
        ("verde no demasiado claro", "medium green"),
        ("not overly bright red or blue", "medium red"),
        ("not too bluish green", "medium green"),
        ("nicht zu dunkelbraun", "medium brown"),
        ("bleu ni trop clair ni trop foncé", "medium blue"),
    ],
)
def test_not_too_dark_is_a_medium_of_the_colour(text: str, meaning: str) -> None:
    reading = read_colour_words(text)

    assert (reading.colours[0].meaning, reading.not_understood) == (meaning, ())
    assert reading.colours[0].lab == lab_of(meaning.removeprefix("medium "))


@pytest.mark.parametrize("text", ["not red", "not too red", "pas très rouge", "not dark blue", "not too", "nicht zu"])
def test_a_negated_colour_stays_not_understood(text: str) -> None:
    assert read_colour_words(text) == ((), (text,), ())


@pytest.mark.parametrize(
    "text",
    [
        "something between blue and green",
        "zwischen Blau und Grün",
        "irgendwo zwischen Grün und Blau",
        "entre bleu et vert",
        "quelque chose entre le bleu et le vert",
        "entre azul y verde",
        "tra blu e verde",
        "fra il verde e il blu",
        "between blue/green",
        "Mischung aus Blau und Grün",
        "mélange de bleu et de vert",
    ],
)
def test_between_two_colours_is_one_half_way(text: str) -> None:
    reading = read_colour_words(text)

    (colour,) = reading.colours
    assert reading.not_understood == ()
    assert colour.lab.hue_deg == pytest.approx((lab_of("blue").hue_deg + lab_of("green").hue_deg) / 2, abs=1)
    assert colour.lab.chroma > 30


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("between light blue and dark green", ["between light blue and dark green"]),
        ("between light and dark blue", ["between light blue and dark blue"]),
        ("between blue and green or red", ["between blue and green", "red"]),
        ("between RAL 5010 and 5012", ["between RAL 5010 gentian blue and RAL 5012 light blue"]),
        ("between blue, green and red", ["blue", "green", "red"]),
    ],
)
def test_between_holds_for_the_next_two_colours(text: str, expected: list[str]) -> None:
    assert meanings(text) == expected


@pytest.mark.parametrize("text", ["entre 2 teintes", "zwischen den Teilen", "fra le parti", "between"])
def test_between_says_no_colour_by_itself(text: str) -> None:
    assert read_colour_words(text) == ((), (text,), ())


@pytest.mark.parametrize(
    ("text", "not_understood"),
    [
        ("red, green, blue, yellow", ("yellow",)),
        ("rot, grün, blau, gelb, hellrosa", ("gelb", "hellrosa")),
        ("rouge ou vert ou bleu ou jaune", ("jaune",)),
        ("foo red, green, blue, RAL 1021, bar", ("foo", "RAL 1021", "bar")),
        ("red/green/blue/red", ()),
    ],
)
def test_colours_after_the_third_are_owned_to(text: str, not_understood: tuple[str, ...]) -> None:
    reading = read_colour_words(text)

    assert (len(reading.colours), reading.not_understood) == (3, not_understood)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("word " * 11 + "exactly", "word " * 10 + "word"),
        ("x" * 58 + " yy", "x" * 58),
        ("x" * 57 + " yy", "x" * 57 + " yy"),
        ("x" * 60 + " yy", "x" * 60),
        ("x" * 70, "x" * 60),
    ],
)
def test_what_is_too_long_to_show_is_cut_between_words(text: str, shown: str) -> None:
    assert read_colour_words(text).not_understood == (shown,)
