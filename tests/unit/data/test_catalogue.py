"""The committed catalogue: how it is made, what it holds and what it says of its sources."""

import csv
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from data.build_catalogue import COLUMNS, FOLDER, LAB_VALUES, MATERIALS, SAMPLE_ATTRIBUTES, build, lab_d65_10
from shared.colour.hue_words import hue_words
from shared.colour.lab import Lab
from shared.search.lab_table import read_lab_table
from shared.search.resins import resolve_resin

LARGEST_BYTES = 3_000_000


@pytest.fixture(scope="module")
def materials() -> list[dict[str, str]]:
    with (FOLDER / MATERIALS).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def lab_of(material: dict[str, str]) -> Lab:
    return Lab(float(material["L"]), float(material["a"]), float(material["b"]))


def test_it_is_made_again_bit_for_bit(tmp_path: Path) -> None:
    count = build(tmp_path)

    assert 4_500 <= count <= 5_500
    for name in (MATERIALS, LAB_VALUES):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes()


def test_it_is_small_enough_to_be_committed() -> None:
    assert sum((FOLDER / name).stat().st_size for name in (MATERIALS, LAB_VALUES)) <= LARGEST_BYTES


def test_its_columns_are_those_of_the_index(materials: list[dict[str, str]]) -> None:
    assert tuple(materials[0]) == COLUMNS
    assert all(value or column == "regulatory" for row in materials for column, value in row.items())


def test_its_lab_table_is_read_without_a_dropped_row(materials: list[dict[str, str]]) -> None:
    table = read_lab_table((FOLDER / LAB_VALUES).read_bytes())

    assert table.dropped == {}
    assert table.ids == tuple(row["id"] for row in materials)
    assert [Lab(*values) for values in table.labs.tolist()] == [lab_of(row) for row in materials]


def test_ids_are_keys_and_unique(materials: list[dict[str, str]]) -> None:
    ids = [row["id"] for row in materials]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[A-Za-z0-9_=-]+", name) for name in ids)


def test_every_colour_comes_in_several_resins(materials: list[dict[str, str]]) -> None:
    assert set(Counter(row["source"] for row in materials).values()) == {2, 3}


def test_resins_are_known_with_their_family(materials: list[dict[str, str]]) -> None:
    for code, family in {(row["resin"], row["resin_family"]) for row in materials}:
        found = resolve_resin(code)
        assert (found.code, found.family) == (code, family)


def test_words_are_those_of_the_colour(materials: list[dict[str, str]]) -> None:
    for row in materials:
        words = hue_words(lab_of(row))
        assert (row["colour_words"], row["hue_family"]) == (words.text, words.family)


def test_what_no_source_gives_is_marked_in_every_row(materials: list[dict[str, str]]) -> None:
    assert {row["sample_attributes"] for row in materials} == {"|".join(SAMPLE_ATTRIBUTES)}
    assert set(SAMPLE_ATTRIBUTES) == {"resin", "opacity", "heat_stability", "light_fastness", "regulatory"}


def test_sample_attributes_have_their_form(materials: list[dict[str, str]]) -> None:
    assert {row["opacity"] for row in materials} == {"opaque", "translucent", "transparent"}
    assert all(re.fullmatch(r"[23]\d0 °C|1\d0 °C", row["heat_stability"]) for row in materials)
    assert {row["light_fastness"] for row in materials} <= set("12345678")


def test_greys_stay_grey_and_are_in_it(materials: list[dict[str, str]]) -> None:
    neutrals = [lab_of(row) for row in materials if row["source"].startswith("Munsell N ")]
    assert {(lab.a, lab.b) for lab in neutrals} == {(0.0, 0.0)}
    assert len({lab.L for lab in neutrals}) == 9


def test_the_value_of_a_neutral_is_a_tenth_of_its_lightness(materials: list[dict[str, str]]) -> None:
    lightness = {row["source"]: lab_of(row).L for row in materials}
    neutrals = [lightness[f"Munsell N {value}/"] for value in range(1, 10)]
    assert neutrals == pytest.approx([10 * value for value in range(1, 10)], abs=1.1)


def test_the_example_of_the_spec_has_a_match_in_polypropylene() -> None:
    table = read_lab_table((FOLDER / LAB_VALUES).read_bytes())
    near = table.near.within(Lab(45.5, 12.3, -25.7), 5.0)
    assert any(name.endswith("-PP") for name in near.ids)


def test_the_conversion_takes_white_to_white() -> None:
    illuminant_c = (0.31006, 0.31616)
    perfect_diffuser = np.array([*illuminant_c, 100 / 0.975])
    np.testing.assert_allclose(lab_d65_10([perfect_diffuser]), [[100, 0, 0]], atol=1e-9)
