"""The Lab values of all materials: a CSV in whatever dialect it was written becomes a checked table. Pure."""

from shared.search.lab_table.header import COLUMNS
from shared.search.lab_table.table import MAX_BYTES, MAX_FILTER_IDS, LabTable, filter_of, read_lab_table
from shared.search.lab_table.text import UnusableLabTable

__all__ = ["COLUMNS", "MAX_BYTES", "MAX_FILTER_IDS", "LabTable", "UnusableLabTable", "filter_of", "read_lab_table"]
