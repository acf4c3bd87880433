"""Mistakes that have been made in templates like ours, or could be: each is one edit, and each must be found."""

from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Mutation:
    """``subject``: name of the file that lists it. ``needs_types``: only the resource types of Azure can tell, which
    are not part of this repository.
    """

    subject: str
    mistake: str
    file: str
    before: str
    after: str
    needs_types: bool = False


MUTATIONS = tuple(
    Mutation(subject.stem, **each)
    for subject in sorted((Path(__file__).parent / "mutations").glob("*.yaml"))
    for each in yaml.safe_load(subject.read_text(encoding="utf-8"))
)
