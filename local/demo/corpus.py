"""What the demonstration embeds, and what it asks."""

import sysconfig
from pathlib import Path

PROJECT = "python-stdlib"

# Small enough to be quick, different enough that a question has one right place to look.
MODULES = (
    "bisect.py",
    "csv.py",
    "difflib.py",
    "fractions.py",
    "heapq.py",
    "json/decoder.py",
    "json/encoder.py",
    "sched.py",
    "shutil.py",
    "statistics.py",
    "tempfile.py",
    "textwrap.py",
)

QUESTIONS = (
    "How do I find the smallest items of a list without sorting all of it?",
    "Compare two files line by line and show what changed",
    "How do I copy a whole directory tree?",
)


def read_module(name: str) -> str:
    """Return the source of a module of this Python's standard library.

    Raises:
        FileNotFoundError: This Python carries no sources.
    """
    return (Path(sysconfig.get_path("stdlib")) / name).read_text(encoding="utf-8")
