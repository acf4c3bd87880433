"""What stands beside a colour: slight tints, decoration, other names than the RAL number's, refusals, comparisons."""

import pytest

from shared.colour.lab import Lab
from shared.colour.words import ColourWord, Reading, read_colour_words
from shared.colour.words.lexicon import lexicon
from tests.support.colour_words import meanings
from tests.support.effort import assert_linear


def only(text: str) -> ColourWord:
    (colour,) = read_colour_words(text).colours
    return colour


def hue_apart_deg(one: Lab, other: Lab) -> float:
    apart = abs(one.hue_deg - other.hue_deg) % 360
    return min(apart, 360 - apart)


SLIGHTLY = {
    ("grey", "blue"): """grey, slightly bluish|grey; slightly blue|grey (slightly bluish)|grey - somewhat bluish
        grey, a bit blue|grey, a touch of blue|grey, but slightly blue|grau, leicht bläulich|grau, etwas blau
        grau (leicht bläulich)|grau, ein bisschen blau|grau, ein Hauch Blau|gris, légèrement bleuté|gris, un peu bleu
        gris légèrement bleu|gris, une pointe de bleu|gris, ligeramente azulado|gris, un poco azul|gris algo azul
        grigio, leggermente bluastro|grigio, un po' blu|grigio leggermente blu|slightly bluish, grey""",
    ("white", "yellow"): """white, slightly yellow|white slightly yellow|white [slightly yellow]|weiß, leicht gelblich
        weiß leicht gelb|weiß \u2013 etwas gelb|blanc, légèrement jaune|blanc légèrement jaune|blanc, un peu jaunâtre
        blanco, ligeramente amarillo|blanco ligeramente amarillo|blanco, un poco amarillento
        bianco, leggermente giallo|bianco leggermente giallo|bianco, un po' giallo|white, a hint of yellow""",
    ("blue", "green"): """blue, slightly green|blue (slightly green)|blau, leicht grün|blau - leicht grünlich
        bleu, un peu vert|azul, un poco verde|blu, lievemente verde|blue\nslightly green""",
    ("red", "blue"): "rot - leicht bläulich|red, slightly bluish|rouge, légèrement bleuté|rosso, un po' blu",
    ("beige", "pink"): "beige, slightly pinkish|beige, leicht rosa|beige, un peu rosé|beige, leggermente rosa",
}


@pytest.mark.parametrize(
    ("base", "tint", "text"),
    [
        (base, tint, text.strip())
        for (base, tint), texts in SLIGHTLY.items()
        for text in texts.replace("\n        ", "|").split("|")
    ],
)
def test_a_slight_tint_behind_a_colour_belongs_to_it(base: str, tint: str, text: str) -> None:
    reading = read_colour_words(text)

    assert (len(reading.colours), reading.not_understood) == (1, ())
    (colour,) = reading.colours
    assert colour.lab == only(f"{base} with a hint of {tint}").lab
    assert colour.meaning.startswith("slightly ")
    assert colour.text == text


@pytest.mark.parametrize("base", ["grey", "white", "blue", "RAL 7035"])
def test_slightly_shifts_less_than_the_tint_alone(base: str) -> None:
    plain, slight, full = (only(text).lab for text in (base, f"{base}, slightly greenish", f"{base}, greenish"))

    assert hue_apart_deg(plain, only("green").lab) > hue_apart_deg(slight, only("green").lab) or slight.chroma < 10
    assert plain != slight != full
    assert sum((a - b) ** 2 for a, b in zip(plain, slight, strict=True)) < sum(
        (a - b) ** 2 for a, b in zip(plain, full, strict=True)
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("blue, green", ["blue", "green"]),
        ("blue/green", ["blue", "green"]),
        ("blau; grün", ["blue", "green"]),
        ("blue, dark green", ["blue", "dark green"]),
        ("grey, slightly bluish, red", ["slightly bluish grey", "red"]),
        ("grey, slightly bluish green", ["grey", "slightly bluish green"]),
        ("grey or bluish", ["grey", "bluish"]),
        ("grey, slightly metallic blue", ["grey", "blue"]),
    ],
)
def test_other_colours_stay_alternatives(text: str, expected: list[str]) -> None:
    assert meanings(text) == expected


@pytest.mark.parametrize(
    ("text", "base", "effect"),
    [
        ("blue with gold glitter", "blue", "gold glitter"),
        ("blue, gold glitter", "blue", "gold glitter"),
        ("red with white stripes", "red", "white stripes"),
        ("red with white and black stripes", "red", "white and black stripes"),
        ("white with red, blue and green dots", "white", "red, blue and green dots"),
        ("white with black text", "white", "black text"),
        ("black with text in white", "black", "text in white"),
        ("golden text on black", "black", "golden text"),
        ("brown with wood grain", "brown", "wood grain"),
        ("blue with silver effect", "blue", "silver effect"),
        ("grey with black specks", "grey", "black specks"),
        ("schwarz mit goldenem Glitzer", "black", "goldenem Glitzer"),
        ("schwarz mit Goldglitzer", "black", "Goldglitzer"),
        ("braun mit Holzmaserung", "brown", "Holzmaserung"),
        ("rot mit weißen Streifen", "red", "weißen Streifen"),
        ("weiß mit schwarzem Aufdruck", "white", "schwarzem Aufdruck"),
        ("weiß, schwarze Schrift", "white", "schwarze Schrift"),
        ("bleu avec paillettes dorées", "blue", "paillettes dorées"),
        ("rouge à rayures blanches et noires", "red", "rayures blanches et noires"),
        ("blanc à pois rouges", "white", "à pois rouges"),
        ("texte blanc sur noir", "black", "texte blanc"),
        ("azul con purpurina dorada", "blue", "purpurina dorada"),
        ("azul a rayas blancas", "blue", "a rayas blancas"),
        ("blanco con texto negro", "white", "texto negro"),
        ("rosso con strisce bianche", "red", "strisce bianche"),
        ("bianco con scritta nera", "white", "scritta nera"),
        ("blu con effetto argento", "blue", "effetto argento"),
    ],
)
def test_decoration_leaves_the_colour_alone(text: str, base: str, effect: str) -> None:
    reading = read_colour_words(text)

    assert [colour.meaning for colour in reading.colours] == [base]
    assert (reading.effects, reading.not_understood) == ((effect,), ())


@pytest.mark.parametrize(
    ("text", "meaning", "effects"),
    [
        ("white with a touch of yellow", "slightly yellow white", ()),
        ("rot mit Blaustich", "blue red", ()),
        ("blue with a green cast", "green blue", ()),
        ("blue with a green cast and gold glitter", "green blue", ("gold glitter",)),
    ],
)
def test_a_cast_is_no_decoration(text: str, meaning: str, effects: tuple[str, ...]) -> None:
    assert (meanings(text), read_colour_words(text).effects) == ([meaning], effects)


@pytest.mark.parametrize(
    ("text", "expected", "effect"),
    [
        ("red and white stripes", ["red", "white"], "stripes"),
        ("red/white striped", ["red", "white"], "striped"),
        ("rot-weiß gestreift", ["red", "white"], "gestreift"),
        ("rot und weiß gepunktet", ["red", "white"], "gepunktet"),
        ("rouge et blanc à rayures", ["red", "white"], "rayures"),
        ("rayures rouges et blanches", ["red", "white"], "rayures"),
        ("rojo y blanco a rayas", ["red", "white"], "a rayas"),
        ("rosso/bianco a righe", ["red", "white"], "a righe"),
        ("red, green and blue stripes", ["red", "green", "blue"], "stripes"),
    ],
)
def test_the_colours_of_a_pattern_are_alternatives(text: str, expected: list[str], effect: str) -> None:
    reading = read_colour_words(text)

    assert (meanings(text), reading.effects, reading.not_understood) == (expected, (effect,), ())


@pytest.mark.parametrize(
    ("text", "number", "contrary"),
    [
        ("sky blue RAL 3020", "3020", "sky blue"),
        ("RAL 7035 red", "7035", "red"),
        ("red RAL 5015", "5015", "red"),
        ("RAL 5015 (red)", "5015", "red"),
        ("dark red RAL 5015", "5015", "dark red"),
        ("grey RAL 3020", "3020", "grey"),
        ("yellow RAL 3020", "3020", "yellow"),
        ("himmelblau RAL 3020", "3020", "himmelblau"),
        ("RAL 9005 weiß", "9005", "weiß"),
        ("rouge RAL 5015", "5015", "rouge"),
        ("RAL 5015 rojo", "5015", "rojo"),
        ("rosso RAL 6005", "6005", "rosso"),
    ],
)
def test_a_ral_number_decides_against_another_name(text: str, number: str, contrary: str) -> None:
    reading = read_colour_words(text)

    assert [colour.lab for colour in reading.colours] == [only(f"RAL {number}").lab]
    assert reading.colours[0].text == f"RAL {number}"
    assert reading.not_understood == (contrary,)


@pytest.mark.parametrize("number", sorted(lexicon().ral))
def test_the_name_of_a_ral_number_agrees_with_it(number: str) -> None:
    reading = read_colour_words(f"RAL {number} {lexicon().ral[number].name.partition('/')[0]}")

    assert (len(reading.colours), reading.not_understood) == (1, ())


@pytest.mark.parametrize(
    "text", ["RAL 5002 Ultramarinblau", "RAL 9005 schwarz", "RAL 9005 noir", "rojo RAL 3020", "verde RAL 6005"]
)
def test_an_agreeing_name_is_not_reported(text: str) -> None:
    assert read_colour_words(text).not_understood == ()


def test_each_ral_number_has_the_name_beside_it() -> None:
    reading = read_colour_words("blue RAL 5010 red RAL 3020")

    assert [colour.text for colour in reading.colours] == ["blue RAL 5010", "red RAL 3020"]
    assert reading.not_understood == ()


@pytest.mark.parametrize(
    "text",
    """same as RAL 5010|according to RAL 5010|acc. to RAL 5010|approx. RAL 5010|customer wants RAL 5010, please
    we need a colour similar to RAL 5010|like RAL 5010|RAL 5010 or equivalent|in line with RAL 5010|gemäß RAL 5010
    about RAL 5010|Kunde möchte bitte RAL 5010|nach RAL 5010|wie RAL 5010|ähnlich RAL 5010|ca. RAL 5010|laut RAL 5010
    passend zu RAL 5010|entspr. RAL 5010|selon RAL 5010|le client souhaite RAL 5010|conforme à RAL 5010
    RAL 5010 s'il vous plaît|env. RAL 5010|proche de RAL 5010|según RAL 5010|el cliente quiere RAL 5010
    igual que RAL 5010|aprox. RAL 5010|de acuerdo con RAL 5010|secondo RAL 5010|il cliente desidera RAL 5010
    simile a RAL 5010|per favore RAL 5010|uguale a RAL 5010""".replace("\n    ", "|").split("|"),
)
def test_everyday_words_say_nothing(text: str) -> None:
    reading = read_colour_words(text)

    assert [colour.text for colour in reading.colours] == ["RAL 5010"]
    assert (reading.not_understood, reading.effects) == ((), ())


@pytest.mark.parametrize(
    ("text", "effects"),
    [
        ("black smooth", ("smooth",)),
        ("black grained", ("grained",)),
        ("black EDM", ("EDM",)),
        ("black VDI 27", ("VDI 27",)),
        ("schwarz glatt", ("glatt",)),
        ("schwarz, genarbte Narbung", ("genarbte", "Narbung")),
        ("noir rugueux", ("rugueux",)),
        ("negro rugoso", ("rugoso",)),
        ("nero liscio", ("liscio",)),
        ("nero ruvido", ("ruvido",)),
    ],
)
def test_a_surface_is_an_effect(text: str, effects: tuple[str, ...]) -> None:
    assert (meanings(text), read_colour_words(text)[1:]) == (["black"], ((), effects))


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("blue, not orange", "not orange"),
        ("blue not red or green", "not red or green"),
        ("blue, anything but green", "anything but green"),
        ("blue, neither red nor green", "neither red nor green"),
        ("blue instead of red", "instead of red"),
        ("blue without glitter", "without glitter"),
        ("blau, kein Grün", "kein Grün"),
        ("blau, weder rot noch grün", "weder rot noch grün"),
        ("blau, alles außer Rot", "alles außer Rot"),
        ("bleu, pas vert", "pas vert"),
        ("bleu, ni rouge ni vert", "ni rouge ni vert"),
        ("bleu, tout sauf vert", "tout sauf vert"),
        ("azul, no verde", "no verde"),
        ("azul, cualquier color menos verde", "cualquier color menos verde"),
        ("blu, non verde", "non verde"),
        ("blu, né rosso né verde", "né rosso né verde"),
    ],
)
def test_what_is_refused_is_reported_in_one(text: str, refused: str) -> None:
    reading = read_colour_words(text)

    assert ([colour.meaning for colour in reading.colours], reading.not_understood) == (["blue"], (refused,))
    assert reading.effects == ()
    assert read_colour_words(refused) == Reading((), (refused,), ())


@pytest.mark.parametrize(
    ("texts", "tint", "base"),
    [
        ("redder than RAL 5010|röter als RAL 5010|plus rouge que RAL 5010|más rojo que RAL 5010", "red", "RAL 5010"),
        ("più rosso di RAL 5010|more red than RAL 5010|RAL 5010, redder|RAL 5010, etwas rötlich", "red", "RAL 5010"),
        ("bluer than turquoise|blauer als türkis|plus bleu que le turquoise", "blue", "turquoise"),
        ("greener than sky blue|grüner als himmelblau|plus vert que le bleu ciel", "green", "sky blue"),
        ("yellower than RAL 9010|gelber als RAL 9010|più giallo del RAL 9010", "yellow", "RAL 9010"),
    ],
)
def test_a_comparison_is_a_slight_tint(texts: str, tint: str, base: str) -> None:
    expected = only(f"{base} with a hint of {tint}").lab

    for text in texts.split("|"):
        reading = read_colour_words(text)
        assert ([colour.lab for colour in reading.colours], reading.not_understood) == ([expected], ()), text


@pytest.mark.parametrize("text", ["vert, tirant sur le bleu", "verde, tirando a azul", "verde, tendente al blu"])
def test_tending_to_a_colour_is_its_tint(text: str) -> None:
    assert only(text).lab == only("bluish green").lab


def test_darker_than_a_colour_is_that_colour_darkened() -> None:
    assert meanings("darker than sky blue") == ["dark sky blue"]
    assert meanings("ein blauer Ton") == ["blue"]


@pytest.mark.parametrize(
    "text",
    ["with gold glitter, ", "blauer als ", "not red or ", "red, slightly blue, ", "avec rayures et ", "mit, und "],
)
def test_a_long_text_of_asides_costs_little(text: str) -> None:
    assert_linear(lambda times: read_colour_words(text * times), 80)
