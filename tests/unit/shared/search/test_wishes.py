"""Wishes as colourists of five languages type them, and how a material's attributes answer them."""

from itertools import permutations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.search.contracts import RequestText
from shared.search.flags import (
    WISHES,
    answered_wishes,
    heat_stability,
    is_readable,
    light_fastness,
    opacity,
    regulatory,
)
from tests.support.effort import assert_linear

FDA, EU, TOYS, ROHS = "FDA food contact", "EU 10/2011 food contact", "EN 71-3 toys", "RoHS"
REACH, UL94, MEDICAL = "REACH", "UL 94 V-0", "ISO 10993 medical"
CATALOGUE = [FDA, EU, TOYS, ROHS, REACH, UL94, MEDICAL]
CLASSES = ["UL 94 HB", "UL 94 V-2", "UL 94 V-1", "UL 94 V-0", "UL 94 5VB", "UL 94 5VA"]
NEGATIONS = (
    *("no", "not", "non", "without", "free of"),
    *("kein", "keine", "ohne", "nicht", "frei von"),
    *("sans", "pas", "pas de", "sin", "senza", "né"),
)


def meeting(wish, approvals=CATALOGUE):
    return [approval for approval in approvals if regulatory(wish, [approval]) == "met"]


# Approvals


@pytest.mark.parametrize(
    "wish",
    [
        *("FDA/RoHS", "FDA / RoHS", "FDA + RoHS", "FDA & RoHS", "FDA (RoHS)", "FDA-RoHS", "FDA - RoHS", "FDA RoHS"),
        *("FDA, RoHS", "FDA; RoHS", "FDA|RoHS", "FDA\nRoHS", "FDA. RoHS", "FDA, and RoHS", "FDA as well as RoHS"),
        *("FDA und RoHS", "FDA sowie RoHS", "sowohl FDA als auch RoHS", "FDA-konform und RoHS-konform"),
        *("FDA et RoHS", "FDA ainsi que RoHS", "conforme FDA et RoHS", "FDA y RoHS", "FDA así como RoHS"),
        *("FDA e RoHS", "FDA ed anche RoHS", "FDA nonché RoHS", "FDA\u2013RoHS", "• FDA\n• RoHS", "fda;ROHS"),
    ],
)
def test_two_approvals_are_two_wishes_however_they_are_joined(wish):
    assert regulatory(wish, [FDA, ROHS]) == "met"
    assert regulatory(wish, [FDA]) == regulatory(wish, [ROHS]) == "partly"
    assert regulatory(wish, [REACH]) == "not_met"


@pytest.mark.parametrize(
    "wish",
    [
        *("FDA or EU 10/2011", "either FDA or EU 10/2011", "FDA and/or EU 10/2011", "FDA oder EU 10/2011"),
        *("entweder FDA oder EU 10/2011", "FDA und/oder EU 10/2011", "FDA (oder EU 10/2011)", "FDA ou EU 10/2011"),
        *(
            "FDA et/ou EU 10/2011",
            "FDA o EU 10/2011",
            "FDA y/o EU 10/2011",
            "FDA e/o EU 10/2011",
            "FDA oppure EU 10/2011",
        ),
    ],
)
def test_any_of_several_is_enough_where_the_wish_says_or(wish):
    assert meeting(wish) == [FDA, EU]
    assert regulatory(wish, [ROHS]) == "not_met"


@pytest.mark.parametrize(
    ("wish", "approvals", "met"),
    [
        ("FDA, REACH or RoHS", [REACH], "met"),
        ("FDA oder EU 10/2011; RoHS", [EU, ROHS], "met"),
        ("FDA oder EU 10/2011; RoHS", [EU], "partly"),
        ("FDA or EU 10/2011 and RoHS", [EU, ROHS], "met"),
        ("FDA or EU 10/2011 and RoHS", [REACH], "not_met"),
        # (FDA or EU) and RoHS, or FDA or (EU and RoHS)?
        ("FDA or EU 10/2011 and RoHS", [FDA], "unknown"),
    ],
)
def test_and_beside_or_is_answered_where_all_readings_agree(wish, approvals, met):
    assert regulatory(wish, approvals) == met


@pytest.mark.parametrize(
    ("wish", "approval"),
    [
        *((text, EU) for text in ("EU 10/2011", "10/2011", "EU10/2011", "(EU) No 10/2011", "UE 10/2011")),
        *(
            (text, EU)
            for text in ("Regulation (EU) No. 10/2011", "Verordnung (EU) Nr. 10/2011", "EU-Verordnung 10/2011")
        ),
        *(
            (text, EU)
            for text in ("règlement (UE) n° 10/2011", "Reglamento (UE) n.º 10/2011", "regolamento UE n. 10/2011")
        ),
        *((text, FDA) for text in ("FDA", "fda compliant", "FDA 21 CFR", "FDA-zugelassen", "approuvé FDA")),
        *((text, TOYS) for text in ("EN 71-3", "EN71-3", "DIN EN 71-3", "EN 71", "toys", "toy safety", "Spielzeug")),
        *((text, TOYS) for text in ("jouets", "juguetes", "giocattoli", "für Spielzeug geeignet", "2009/48/EG")),
        *((text, ROHS) for text in ("RoHS", "rohs 3", "2011/65/EU", "RoHS (2011/65/EU)", "Richtlinie 2011/65/EU")),
        *((text, ROHS) for text in ("EU RoHS", "conforme RoHS", "conforme a RoHS", "RoHS 2015/863")),
        *((text, REACH) for text in ("REACH", "REACH-konform", "REACH (EC) No 1907/2006", "EG Nr. 1907/2006", "SVHC")),
        *(
            (text, UL94)
            for text in ("UL94 V0", "V0", "V-0", "UL94V0", "UL 94 V 0", "UL-94 V-0", "94V-0", "UL 94", "FR")
        ),
        *((text, UL94) for text in ("flame retardant", "flammhemmend", "ignifuge", "ignífugo", "autoestinguente")),
        *((text, MEDICAL) for text in ("ISO 10993", "medical", "medical grade", "biocompatible", "medizinisch")),
        *((text, MEDICAL) for text in ("biokompatibel", "Medizintechnik", "médical", "biocompatibile", "uso médico")),
    ],
)
def test_a_known_approval_is_met_by_its_name_alone(wish, approval):
    assert meeting(wish) == [approval]
    assert regulatory(wish, [each for each in CATALOGUE if each != approval]) == "not_met"


@pytest.mark.parametrize(
    "wish",
    [
        *("food contact", "food grade", "for contact with food", "Lebensmittelkontakt", "lebensmittelecht"),
        *("Kontakt mit Lebensmitteln", "contact alimentaire", "contact avec les aliments", "contacto alimentario"),
        *("apto para contacto con alimentos", "contatto alimentare", "idoneo al contatto con gli alimenti"),
    ],
)
def test_food_contact_is_met_by_any_approval_for_it(wish):
    assert meeting(wish) == [FDA, EU]


@pytest.mark.parametrize(
    "wish", ["food", "contact", "94", "EU", "ISO", "UL", "10", "EN", "alimentaire", "Kontakt", "CE"]
)
def test_a_word_that_many_approvals_share_meets_none(wish):
    assert meeting(wish) == []
    assert regulatory(wish, CATALOGUE) != "met"


@pytest.mark.parametrize("written", ["UL 94 {}", "UL94{}", "{}", "UL94-{}"])
def test_a_stricter_ul_94_class_meets_a_laxer_one(written):
    for at, asked in enumerate(CLASSES):
        wish = written.format(asked.removeprefix("UL 94 "))
        assert meeting(wish, CLASSES) == CLASSES[at:], wish


@pytest.mark.parametrize(
    "wish",
    [
        *("FR", "flame-retardant", "self-extinguishing", "flammhemmend", "selbstverlöschend", "schwer entflammbar"),
        *("ignifugé", "autoextinguible", "ignífugo", "retardante de llama", "ignifugo", "ritardante di fiamma"),
    ],
)
def test_every_v_class_is_flame_retardant(wish):
    assert meeting(wish, CLASSES) == CLASSES[1:]


@pytest.mark.parametrize(
    ("wish", "approvals", "met"),
    [
        ("V-0 at 0.8 mm", [UL94], "unknown"),
        ("V-0 at 0.8 mm", [FDA], "not_met"),
        ("V-0 or better", [UL94], "met"),
        ("UL 94 V-0/5VA", [UL94], "partly"),
        ("n/a", [UL94], "unknown"),
        ("ISO 10993-5", [MEDICAL], "unknown"),
        ("ISO 10993-5", ["ISO 10993-5 cytotoxicity"], "met"),
        ("EN 71-9", [TOYS], "unknown"),
        ("EN 71-3", ["EN 71-9"], "not_met"),
        ("IATF", ["IATF 16949"], "met"),
        ("OekoTex", ["OEKO-TEX Standard 100"], "met"),
        ("FSC mix", ["FSC recycled"], "not_met"),
        ("FSC recycled paper", ["FSC"], "not_met"),
        ("FDA", ["FDA 21 CFR 178.3297"], "met"),
        ("FDA", ["not FDA"], "unknown"),
        ("FDA", ["RoHS", "ohne FDA"], "not_met"),
        ("please", [FDA], "unknown"),
        ("FDA certified, please", [FDA], "met"),
        ("I need FDA and RoHS approval for our product", [FDA, ROHS], "met"),
    ],
)
def test_what_is_asked_beyond_a_name_counts(wish, approvals, met):
    assert regulatory(wish, approvals) == met


@pytest.mark.parametrize(
    "wish",
    [
        *("halogen-free", "halogen free", "free of halogens", "halogenfrei", "ohne Halogen", "sans halogène"),
        *("sin halógenos", "libre de halógenos", "senza alogeni", "esente da alogeni"),
    ],
)
def test_to_be_free_of_halogen_is_an_approval_of_its_own(wish):
    assert meeting(wish, [*CATALOGUE, "halogen-free", "halogenfrei", "BPA-free"]) == ["halogen-free", "halogenfrei"]
    assert regulatory(f"FDA, {wish}", [FDA]) == "partly"
    assert regulatory(f"{wish}, FDA", [FDA, "halogen free"]) == "met"


@pytest.mark.parametrize("wish", ["halogen", "BPA", "FDA-free", "FDA-frei", "not halogen-free", "ohne Halogen und FDA"])
def test_what_may_be_meant_either_way_is_unknown(wish):
    assert regulatory(wish, [FDA, "halogen-free", "BPA-free"]) == "unknown"


# Negations


@pytest.mark.parametrize("negation", NEGATIONS)
@pytest.mark.parametrize(
    ("judge", "wish", "attribute"),
    [
        (regulatory, "FDA", [FDA]),
        (opacity, "transparent", "transparent"),
        (heat_stability, "260 °C", "280 °C"),
        (light_fastness, "7", "8"),
    ],
)
def test_a_negation_makes_a_wish_unknown(negation, judge, wish, attribute):
    assert judge(wish, attribute) == "met"
    for text in (f"{negation} {wish}", f"{negation.upper()}: {wish}", f"{wish}, {negation}"):
        assert judge(text, attribute) == "unknown"


# Opacity


@pytest.mark.parametrize(
    ("step", "wishes"),
    [
        (
            "opaque",
            "opaque|opak|opakes Weiß|deckend|hochdeckend|undurchsichtig|Undurchsichtige Folie|blickdicht|opaques",
        ),
        ("opaque", "couvrante|opaco|opaca|opacos|cubriente|opachi|coprente|OPAQUE!"),
        ("translucent", "translucent|semi transparent|semi-transparent|semitransparent|transluzent|durchscheinend"),
        ("translucent", "halbtransparent|halb transparent|translucide|translúcido|translúcida|traslucido|traslucida"),
        ("translucent", "semi-transparente|semitrasparente|semi transparentes|demi-transparent"),
        ("transparent", "transparent|clear|crystal clear|see-through|glasklar|klar|klares|durchsichtig|limpide"),
        ("transparent", "transparente|trasparente|cristallino|límpido|Transparentes|trasparenti"),
    ],
)
def test_opacity_in_five_languages(step, wishes):
    for wish in wishes.split("|"):
        for found in ("opaque", "translucent", "transparent"):
            assert opacity(wish, found) == ("met" if found == step else "not_met"), wish
        assert opacity(step, wish) == "met", wish


@pytest.mark.parametrize(
    "wish", ["semi-opaque", "almost opaque", "fast transparent", "shiny", "nuclear", "bleu clair", "7"]
)
def test_an_opacity_that_nobody_can_tell_is_unknown(wish):
    assert {opacity(wish, found) for found in ("opaque", "translucent", "transparent")} == {"unknown"}


# Heat


@pytest.mark.parametrize(
    ("wish", "celsius"),
    [
        *((text, 300) for text in ("300", "300 °C", "300C", "300 Grad", "300 ºC", "300 ℃", "300 degrés", "573,15 K")),
        *((text, 280) for text in ("536 F", "536 °F", "536°F", "536 Grad F", "536 degF", "536 deg F", "500-536 F")),
        *((text, 280) for text in ("536 degrees Fahrenheit", "536 ℉", "Fahrenheit: 536", "280 °C (536 °F)")),
        *((text, 280) for text in ("5 min 280", "280 °C/5 min", "280°C, 5 min.", "10 minutes at 280", "280 for 30 s")),
        *((text, 280) for text in ("10 Minuten bei 280 °C", "280 °C pendant 10 minutes", "280 °C durante 5 minutos")),
        *((text, 280) for text in ("260-280", "260 bis 280 °C", "260 à 280", "de 260 a 280 grados", "max. 280 °C")),
        *(
            (text, 280)
            for text in ("min. 280", ">= 280 °C", "≥280", "rating 5, 280 °C", "PA66-GF30 280", "mindestens 280")
        ),
        *((text, 120) for text in ("ISO 75: 120 °C", "ISO 306 B50 120 °C", "-40 bis 120 °C")),
        ("464 F", 240),
        ("573 K", 299.85),
    ],
)
def test_heat_stability_is_read_in_its_unit(wish, celsius):
    assert heat_stability(wish, f"{celsius} °C") == "met"
    assert heat_stability(wish, f"{celsius - 0.5} °C") == "not_met"


@pytest.mark.parametrize(
    "wish", ["> 280", "above 280 °C", "more than 280", "über 280 °C", "plus de 280", "más de 280", "oltre 280"]
)
def test_more_than_a_temperature_is_not_that_temperature(wish):
    assert heat_stability(wish, "280 °C") == "not_met"
    assert heat_stability(wish, "300 °C") == "met"


@pytest.mark.parametrize(
    "wish",
    [
        "high",
        "1000",
        "1.000 °C",
        "2000 F",
        "5",
        "5 min",
        "rating 4",
        "< 200",
        "below 200",
        "unter 200 °C",
        "-40 °C",
        "200 bar",
        "PA66",
    ],
)
def test_what_is_no_temperature_is_unknown(wish):
    assert heat_stability(wish, "280 °C") == "unknown"


# Light


@pytest.mark.parametrize(
    ("wish", "step"),
    [
        *((text, 7) for text in ("ISO 105-B02: 7", "ISO 105 B02 7", "ISO105-B02 7", "EN ISO 105-B01 7-8", "7 (1-8)")),
        *(
            (text, 7)
            for text in ("blue wool 7", "BWS 7", "BWS7", "Wollskala 7", "Blaumaßstab 7", "7/8", "7 of 8", "7+")
        ),
        *(
            (text, 7)
            for text in ("échelle de bleu 7", "scala dei blu 7", "escala de azules 7", "DIN EN ISO 105-B02 ≥ 7")
        ),
        *(
            (text, 7)
            for text in ("ISO 105-B02:2014 - 7", "7 after 1000 h", "7 nach 1000 Stunden", "Skala 1-8: 7", "Stufe 7")
        ),
        *(
            (text, 7)
            for text in (">6", "> 6", "more than 6", "better than 6", "über 6", "mehr als 6", "besser als Stufe 6")
        ),
        *(
            (text, 7)
            for text in (
                "plus de 6",
                "supérieur à 6",
                "más de 6",
                "superior a 6",
                "più di 6",
                "superiore a 6",
                "oltre 6",
            )
        ),
        *(
            (text, 6)
            for text in (
                ">= 6",
                "≥6",
                "=> 6",
                "min. 6",
                "mindestens 6",
                "at least 6",
                "au moins 6",
                "al menos 6",
                "almeno 6",
            )
        ),
        *((text, 6) for text in ("6 or 7", "6 oder besser", "6 von 8", "6 sur 8", "6 de 8", "6 su 8", "6 o más")),
    ],
)
def test_light_fastness_is_the_rating_and_not_the_number_of_the_standard(wish, step):
    assert light_fastness(wish, str(step)) == "met"
    assert light_fastness(wish, str(step - 1)) == "not_met"
    assert light_fastness(str(step), wish) == "met"


@pytest.mark.parametrize(
    "wish",
    [
        *(
            "gray scale 4-5",
            "grey scale 4-5",
            "Graumaßstab 4",
            "GRAUMASSSTAB 4",
            "Grauskala 4-5",
            "échelle de gris 4-5",
        ),
        *("scala dei grigi 4", "escala de grises 4", "ISO 105-A02: 4-5", "AATCC 16 4"),
        *("9", "> 8", "< 6", "max. 6", "unter 6", "80 %", "8/10", "good", "ISO 105-B02", "1-8", "1000 h", "5 min"),
    ],
)
def test_what_is_no_blue_wool_is_unknown(wish):
    assert light_fastness(wish, "8") == "unknown"


# All of them

JUDGES = {
    "opacity": opacity,
    "heat_stability": heat_stability,
    "light_fastness": light_fastness,
    "regulatory": regulatory,
}
SAMPLES = {
    "opacity": ["opaque", "translucent", "transparent"],
    "heat_stability": ["1 °C", "240 °C", "600 °C"],
    "light_fastness": ["1", "5", "8"],
    "regulatory": [[approval] for approval in (*CATALOGUE, *CLASSES, "any", "halogen-free")] + [CATALOGUE],
}
PIECES = st.sampled_from(
    [
        *(
            "FDA",
            "RoHS",
            "EU",
            "10/2011",
            "EN",
            "71-3",
            "V-0",
            "ISO",
            "medical",
            "food",
            "contact",
            "kosher",
            "halogen",
        ),
        *("and", "or", "/", "+", ",", ";", "(", ")", "\n", "-", "no", "ohne", "free", "please"),
        *("opak", "semi", "transparent", "klar", "280", "°C", "F", "K", "573", "5", "min", ">", "6", "7", "8"),
        *("105-B02", "grey"),
    ]
)
TYPED = st.one_of(
    st.text(max_size=60), st.lists(PIECES, max_size=8).map(" ".join), st.lists(PIECES, max_size=8).map("".join)
)
APPROVALS = st.lists(st.sampled_from([*CATALOGUE, *CLASSES]), min_size=1, max_size=5)
ASKED = (
    "FDA",
    "RoHS",
    "EU 10/2011",
    "EN 71-3",
    "V-1",
    "V-0",
    "medizinisch",
    "kosher",
    "IATF",
    "food contact",
    "halogenfrei",
)


@given(st.sampled_from(list(JUDGES)), TYPED, st.none() | TYPED | st.integers() | st.floats() | st.lists(TYPED))
def test_no_judge_raises_and_each_says_the_same_again(flag, wish, attribute):
    assert JUDGES[flag](wish, attribute) == JUDGES[flag](wish, attribute)


@given(st.sampled_from(list(JUDGES)), TYPED)
def test_a_wish_is_readable_where_some_attribute_answers_it(flag, text):
    wish = RequestText(field=WISHES[flag], text=text)
    answers = {answered_wishes([wish], {flag: attribute})[flag] for attribute in SAMPLES[flag]}
    assert is_readable(wish) == (answers != {"unknown"})


@given(st.sampled_from(list(JUDGES)), TYPED, st.sampled_from(NEGATIONS), st.booleans(), st.data())
def test_a_negation_never_meets_what_was_not_met(flag, wish, negation, before, data):
    # What is free of a substance is an approval of its own.
    assume("halogen" not in wish.casefold())
    attribute = data.draw(st.sampled_from(SAMPLES[flag]))
    negated = f"{negation} {wish}" if before else f"{wish} {negation}"
    if JUDGES[flag](wish, attribute) == "not_met":
        assert JUDGES[flag](negated, attribute) != "met"


@given(
    st.lists(st.sampled_from(ASKED), min_size=1, max_size=4), APPROVALS, st.sampled_from([", ", " + ", "\n", " und "])
)
def test_the_order_of_wishes_does_not_matter_and_a_list_is_met_with_all_of_it(asked, approvals, joint):
    answers = {regulatory(joint.join(order), approvals) for order in permutations(asked)}
    assert len(answers) == 1
    assert (answers == {"met"}) == all(regulatory(each, approvals) == "met" for each in asked)
    assert {regulatory(joint.join(asked), order) for order in (approvals, approvals[::-1])} == answers


@given(st.lists(st.sampled_from(ASKED), min_size=1, max_size=4), APPROVALS)
def test_any_of_several_is_met_with_one_of_them(asked, approvals):
    met = regulatory(" or ".join(asked), approvals) == "met"
    assert met == any(regulatory(each, approvals) == "met" for each in asked)


@pytest.mark.parametrize(
    "unit",
    [
        "9",
        "1 ",
        "ISO ",
        "ISO 1",
        "din-en-iso ",
        "FDA ",
        "FDA or ",
        "UL 94 V ",
        "a",
        "(",
        ">",
        "> ",
        " ",
        "- ",
        "1-",
        "1.",
        "no halogen ",
        "semi ",
        "²",
        "ﷺ",
        "105-",
    ],
)
@pytest.mark.parametrize("flag", JUDGES)
def test_hostile_texts_cost_no_more_than_their_length(flag, unit):
    text = (unit * 500)[:500]

    def judged(length):
        JUDGES[flag](text[:length], [text[:length]] if flag == "regulatory" else text[:length])

    assert_linear(judged, 500)
