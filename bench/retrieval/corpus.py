"""The frozen corpus of ``corpus.yaml``: whole files of the standard library and of the pinned npm packages, by name."""

import hashlib
import json
import sysconfig
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from bench.processes import ROOT

LISTING = Path(__file__).with_name("corpus.yaml")
LONGEST = 64_000


@dataclass(frozen=True)
class Corpus:
    """``texts``: each file's text by name (``python/...``, ``npm/...``). ``missing``: what is listed but not there."""

    texts: Mapping[str, str]
    missing: tuple[str, ...] = ()

    @property
    def code_points(self) -> int:
        return sum(map(len, self.texts.values()))

    def digest(self, source: str) -> str:
        """Twelve digits that tell whether two runs had the same files of ``source``."""
        part = {name: text for name, text in sorted(self.texts.items()) if name.startswith(f"{source}/")}
        return hashlib.sha256(json.dumps(part).encode()).hexdigest()[:12]

    def part(self, files: int) -> "Corpus":
        """So many files from all over the corpus, for a smoke test."""
        return Corpus({name: self.texts[name] for name in spread(sorted(self.texts), files)}, self.missing)


def spread(names: Sequence[str], count: int) -> list[str]:
    """``count`` of the names at even distances, all if there are no more."""
    count = min(count, len(names))
    return [names[place * len(names) // count] for place in range(count)]


def listed(listing: Path = LISTING) -> dict[str, list[str]]:
    """The names of the listing by source, ``python`` and ``npm``."""
    groups: dict[str, str] = yaml.safe_load(listing.read_text(encoding="utf-8"))
    suffix = {"python": ".py"}
    return {
        source: [f"{source}/{name}{suffix.get(source, '')}" for name in names.split()]
        for source, names in groups.items()
    }


def read_corpus(names: Iterable[str], folders: Mapping[str, Path]) -> Corpus:
    """Read the files ``names`` below the folder of their source.

    One that is not there, is not UTF-8, or has more than ``LONGEST`` code points is missing: another Python or npm has
    other files, and a corpus with another file in its place would not be the same test.
    """
    texts: dict[str, str] = {}
    missing: list[str] = []
    for name in names:
        source, _, path = name.partition("/")
        try:
            # Line ends stay what they are: the product is given the text as it is stored.
            text = (folders[source] / path).read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError):
            missing.append(name)
            continue
        if text.strip() and len(text) <= LONGEST:
            texts[name] = text
        else:
            missing.append(name)
    return Corpus(texts, tuple(missing))


def installed_folders() -> dict[str, Path]:
    """Where the corpus lies on this machine."""
    return {"python": Path(sysconfig.get_paths()["stdlib"]), "npm": ROOT / "node_modules"}
