"""An uploaded Lab table: what is read, dropped and refused."""

import contextlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.search import lab_table
from shared.search.lab_table import UnusableLabTable, filter_of, read_lab_table

HEADER = "Material,L*,a*,b*\n"


def read(*rows, header=HEADER):
    return read_lab_table((header + "\n".join(rows)).encode())


def test_materials_keep_their_order_and_values():
    table = read("B-2,45.5,12.3,-25.7", "A_1,0,-128,127", "00123,100,0,1e1")
    assert table.ids == ("B-2", "A_1", "00123")
    assert table.labs.tolist() == [[45.5, 12.3, -25.7], [0, -128, 127], [100, 0, 10]]
    assert table.dropped == {}


def test_near_materials_are_found_in_it():
    table = read("far,90,0,0", "near,45.6,12.3,-25.7", "same,45.5,12.3,-25.7")
    assert table.near.within((45.5, 12.3, -25.7), 2).ids == ("same", "near")


def test_columns_may_come_in_any_order_with_others_between():
    table = read("x,1,-2,M1,50", header="note, b* ,a*,Material,L*\n")
    assert table.ids == ("M1",)
    assert table.labs.tolist() == [[50, -2, 1]]


@pytest.mark.parametrize(
    "csv",
    [
        b"\xef\xbb\xbfMaterial,L*,a*,b*\nM1,50,1,2\n",
        b"Material,L*,a*,b*\r\nM1,50,1,2\r\n",
        b"Material,L*,a*,b*\rM1,50,1,2\r",
        b'"Material","L*","a*","b*"\n"M1","50","1","2"\n',
        b"Material,L*,a*,b*\n\n M1 , 50 , 1 , 2 \n\n",
    ],
    ids=["byte order mark", "CRLF", "CR", "quotes", "spaces and empty lines"],
)
def test_what_spreadsheets_write_is_read(csv):
    table = read_lab_table(csv)
    assert (table.ids, table.labs.tolist(), table.dropped) == (("M1",), [[50, 1, 2]], {})


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("M2,fifty,0,0", "not_a_number"),
        ("M2,,0,0", "not_a_number"),
        ("M2,50,0", "not_a_number"),
        ("M2,50,0x10,0", "not_a_number"),
        ("M2,50,1_0,0", "not_a_number"),
        ("M2,True,0,0", "not_a_number"),
        ('M2,"45,5",0,0', "not_a_number"),
        ("M2,NaN,0,0", "not_finite"),
        ("M2,50,-inf,0", "not_finite"),
        ("M2,50,Infinity,0", "not_finite"),
        ("M2,1e999,0,0", "not_finite"),
        ("M2,100.01,0,0", "out_of_range"),
        ("M2,-0.01,0,0", "out_of_range"),
        ("M2,50,127.5,0", "out_of_range"),
        ("M2,50,0,-128.5", "out_of_range"),
        (",50,0,0", "bad_id"),
        ("M 2,50,0,0", "bad_id"),
        ("M'2,50,0,0", "bad_id"),
        ("M|2,50,0,0", "bad_id"),
        ("Mü,50,0,0", "bad_id"),
        (f"{'M' * 1025},50,0,0", "bad_id"),
        ("M1,60,0,0", "duplicate"),
    ],
)
def test_a_row_that_cannot_be_used_is_dropped_and_counted(row, reason):
    table = read("M1,50,1,2", row, "M3,50,1,2")
    assert table.ids == ("M1", "M3")
    assert table.labs.tolist() == [[50, 1, 2]] * 2
    assert table.dropped == {reason: 1}


def test_a_bad_row_does_not_hide_a_good_one_of_the_same_id():
    table = read("M1,500,0,0", "M1,50,0,0")
    assert (table.labs.tolist(), table.dropped) == ([[50, 0, 0]], {"out_of_range": 1})


def test_every_dropped_row_is_counted_once():
    table = read("M 1,x,nan,999", "M1,x,nan,999", "M1,50,nan,999", "M1,50,0,999", "M1,50,0,0", "M1,50,0,0")
    assert table.dropped == {"bad_id": 1, "not_a_number": 1, "not_finite": 1, "out_of_range": 1, "duplicate": 1}


@pytest.mark.parametrize(
    ("csv", "why"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"Material,L*,a*\nM1,50,0\n", r"lacks b\*; its columns must be Material, L\*, a\*, b\*"),
        (b"material,L,a,b\nM1,50,0,0\n", r"lacks Material, L\*, a\*, b\*"),
        (b"Material;L*;a*;b*\nM1;50;0;0\n", "separated by commas, not semicolons"),
        (b"Material,L*,a*,b*,L*\nM1,50,0,0,1\n", r"more than one column L\*"),
        (b"Material,L*,a*,b*\nM1,45,5,12,3,-25,7\n", "is no CSV: Expected 4 fields in line 2, saw 7"),
        (b"Material,L*,a*,b*\nM1,50,0,0,\n", "is no CSV: Expected 4 fields in line 2, saw 5"),
        (b'Material,L*,a*,b*\n"M1,50,0,0\n', "is no CSV: EOF inside string"),
        ("Material,L*,a*,b*\nMü,50,0,0\n".encode("latin-1"), "must be UTF-8"),
        ("Material,L*,a*,b*\nM1,50,0,0\n".encode("utf-16"), "must be UTF-8"),
        (b"Material,L*,a*,b*\n", "no row of the Lab table can be used: there is none"),
        (b"Material,L*,a*,b*\nM1,x,0,0\nM 2,0,0,0\n", "can be used: bad_id 1, not_a_number 1"),
    ],
)
def test_a_table_that_cannot_be_used_says_why(csv, why):
    with pytest.raises(UnusableLabTable, match=why):
        read_lab_table(csv)


def test_a_file_that_is_too_large_is_not_parsed():
    with pytest.raises(UnusableLabTable, match=rf"has {lab_table.MAX_BYTES + 1} bytes"):
        read_lab_table(b"x" * (lab_table.MAX_BYTES + 1))


def test_two_hundred_thousand_rows_are_read():
    random = np.random.default_rng(4)
    labs = random.uniform([0, -128, -128], [100, 127, 127], (200_000, 3)).round(2)
    rows = [f"material_{number},{row[0]},{row[1]},{row[2]}" for number, row in enumerate(labs.tolist())]
    table = read(*rows)
    assert len(table.ids) == len(table.near) == 200_000
    assert table.labs.tolist() == labs.tolist()


@settings(deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda rows: (HEADER + rows).encode("utf-8", "replace")))
def test_any_bytes_are_a_table_or_say_why_not(csv):
    with contextlib.suppress(UnusableLabTable):
        table = read_lab_table(csv)
        assert len(table.ids) == len(set(table.ids)) == len(table.labs)


def test_a_filter_lists_ids():
    assert filter_of(["a", "b-1"]) == "search.in(id, 'a|b-1', '|')"


def test_quotes_in_a_filter_are_doubled():
    assert filter_of(["a' or id ne '", "b"]) == "search.in(id, 'a'' or id ne ''|b', '|')"


def test_a_filter_keeps_the_first_thousand():
    assert filter_of([f"m{number}" for number in range(1500)]) == filter_of([f"m{number}" for number in range(1000)])


def test_no_ids_make_no_filter():
    assert filter_of([]) is None


def test_an_id_with_the_separator_is_refused():
    with pytest.raises(ValueError, match=r"must not contain '\|'"):
        filter_of(["a|b"])
