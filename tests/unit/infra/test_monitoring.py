"""The workbook against Microsoft's schema, where that is there."""

import json

import pytest

from tests.support.infra.microsoft_types import microsoft_types, schema_faults
from tests.support.infra.project import CHECKOUT
from tests.support.infra.workbook import FILE

pytestmark = pytest.mark.skipif(microsoft_types() is None, reason="needs the schema of workbooks")
WORKBOOK = json.loads((CHECKOUT.infra / FILE).read_text(encoding="utf-8"))


def test_the_workbook_keeps_to_the_schema_of_workbooks() -> None:
    assert schema_faults("workbook.json", WORKBOOK) == []


def test_an_item_of_no_known_type_is_found() -> None:
    assert schema_faults("workbook.json", {**WORKBOOK, "items": [{"type": 99, "content": {}}]}) != []
