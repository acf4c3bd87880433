"""``materials.csv`` as documents of the index."""

import csv
from pathlib import Path
from typing import Any

MATERIALS = "materials.csv"
LAB_VALUES = "MTL_Lab_active.csv"
_NUMBERS = ("L", "a", "b")
_LISTS = ("regulatory", "sample_attributes")


def read_materials(path: Path) -> list[dict[str, Any]]:
    """Return a document per row, without vectors.

    Raises:
        ValueError: A Lab value is no number; the message names the row.
    """
    with path.open(encoding="utf-8", newline="") as file:
        return [_document(row, number, path) for number, row in enumerate(csv.DictReader(file), start=2)]


def text_of(document: dict[str, Any]) -> str:
    """Return what the vector of a material stands for."""
    return f"{document['name']}. {document['colour_words']}. {document['resin']}. {document['description']}"


def _document(row: dict[str, str], number: int, path: Path) -> dict[str, Any]:
    document: dict[str, Any] = dict(row)
    try:
        document |= {field: float(row[field]) for field in _NUMBERS}
    except ValueError as error:
        raise ValueError(f"{path}, line {number}: {error}") from error
    return document | {field: row[field].split("|") if row[field] else [] for field in _LISTS}
