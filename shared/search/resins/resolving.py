"""What people call a plastic, and its ISO 1043-1 code."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from shared.search.resins.fillers import fillers_of
from shared.search.resins.reading import Piece, read
from shared.search.resins.words import POLYAMIDE, ResinEntry, Vocabulary, vocabulary

# Names are shorter. What is longer, or names more fillers than a compound has, must cost nothing.
_MOST_CHARACTERS = 100
_MOST_FILLERS = 4
# Results of one search name the same few resins again and again.
_RESOLVED_KEPT = 1024
# Codes of two letters that stand for something else behind another resin, unless a sign joins them to it.
_AMBIGUOUS = frozenset({"CA", "CN", "CP", "EC", "EP", "MF", "NR", "PB", "PF", "PI", "SI", "UF", "UP", "VE"})
# PTFE in another plastic is a lubricant, as it blends with none.
_LUBRICANT, _LUBRICATED = "PTFE", "lubricated"
_ELASTOMER = "TPE"


@dataclass(frozen=True)
class Resin:
    """A resin as it was ``given`` and as ISO 1043-1 writes it.

    ``filler``: what ISO 1043-2 says is in it, such as ``GF30``, without changing what resin it is. ``attributes``: what
    else was understood, in the words of ``words.yaml``. An unknown resin has the text it was given as its code,
    and no family.
    """

    code: str
    name: str | None
    family: str | None
    given: str
    known: bool
    filler: str | None = None
    attributes: tuple[str, ...] = ()


@lru_cache(maxsize=_RESOLVED_KEPT)
def resolve_resin(text: str) -> Resin:
    """Return the resin that ``text`` names: by code, name or trade name, in any of five languages.

    Fillers and attributes are noted and left out of the code (``PP mit 30% Glasfaser`` is PP), words that decide the
    resin are not (``Hart-PVC`` is PVC-U). A blend of known resins is known by its parts (``PC/PMMA``). A text with a
    word that is not understood passes through, marked as unknown; so does whatever has more than 100 characters or
    four fillers, or could be one of two resins.
    """
    given = text.strip()
    unknown = Resin(given, None, None, given, known=False)
    words = vocabulary()
    pieces = read(given, words) if len(given) <= _MOST_CHARACTERS else None
    stated = None if pieces is None else _without_negated(pieces)
    if stated is None:
        return unknown
    parts = _parts(stated, words)
    fillers = fillers_of([piece for piece in stated if not piece.purpose])
    if not parts or len(fillers) > _MOST_FILLERS:
        return unknown
    return _resin(parts, given, "+".join(fillers) or None, _attributes(stated), words)


def same_family(first: str, second: str) -> bool:
    """Return whether two codes are of one family; unknown ones are of none."""
    families = resolve_resin(first).family, resolve_resin(second).family
    return families[0] is not None and families[0] == families[1]


def is_variant(first: str, second: str) -> bool:
    """Return whether one of two codes is a kind of the other, as PP-H is of PP, PA66 of PA, and not PA66 of PA6."""
    general, special = sorted((first, second), key=len)
    more = special[len(general) :]
    return special.startswith(general) and general.isalpha() and (more[:1].isdigit() or more.startswith("-"))


def resins() -> Mapping[str, ResinEntry]:
    """Return what ``resins.yaml`` holds, by code.

    Raises:
        pydantic.ValidationError: An entry has a field that is missing, unknown or of the wrong type.
        ValueError: A name stands for two resins, or a word for two meanings.
    """
    return vocabulary().resins


def _resin(parts: Sequence[str], given: str, filler: str | None, attributes: Iterable[str], words: Vocabulary) -> Resin:
    said = list(dict.fromkeys(attributes))
    kept = _without_lubricant(parts)
    if len(kept) < len(parts):
        said.append(_LUBRICATED)
    code = _blend(kept)
    if code in words.resins:
        code, decided = _decided(code, said, words)
        said = [attribute for attribute in said if attribute not in decided]
    entry = words.resins.get(code)
    # The larger part stands first and gives a blend its character.
    names = [words.resins[part].name for part in code.split("+")] if entry is None else []
    name = entry.name if entry else f"{' and '.join(names)} blend"
    family = (entry or words.resins[code.split("+")[0]]).family
    return Resin(code, name, family, given, known=True, filler=filler, attributes=tuple(said))


def _without_negated(pieces: Sequence[Piece]) -> list[Piece] | None:
    """Leave out what the text says is not in the plastic; None where that is a resin."""
    kept: list[Piece] = []
    negated = False
    for piece in pieces:
        if piece.kind == "negation":
            negated = True
        elif not negated or piece.kind in {"ignored", "grade"}:
            kept.append(piece)
        elif piece.kind in {"resin", "trade name"}:
            return None
        elif piece.kind in {"filler", "attribute"}:
            negated = False
    return kept


def _attributes(pieces: Sequence[Piece]) -> Iterator[str]:
    for piece in pieces:
        name = piece.value if piece.kind == "attribute" else piece.attribute
        if name and not (piece.purpose and piece.kind == "filler"):
            yield name


def _decided(code: str, attributes: Iterable[str], words: Vocabulary) -> tuple[str, frozenset[str]]:
    """The resin that attributes make of another, and those that did."""
    decided: set[str] = set()
    changed = True
    while changed:
        changed = False
        for attribute in attributes:
            further = words.decides.get(attribute, {}).get(code)
            if further is not None and attribute not in decided:
                decided.add(attribute)
                changed, code = True, further
    return code, frozenset(decided)


def _parts(pieces: Sequence[Piece], words: Vocabulary) -> list[str] | None:
    """The resins that the pieces name; none where there is none, None where it could be one or the other."""
    found = [at for at, piece in enumerate(pieces) if piece.kind in {"resin", "trade name"} and piece.value]
    if not found or any(piece.kind == "alternative" for piece in pieces):
        return None
    first = pieces[found[0]]
    parts, branded = first.value.split("+"), first.kind == "trade name"
    for before, at in pairwise(found):
        between = pieces[before + 1 : at + 1]
        code = _qualified(pieces[at - 1], pieces[at], words)
        combined = _combined(parts, code.split("+"), between, branded=branded, words=words)
        if combined is None:
            return None
        parts, branded = combined, branded and pieces[at].kind == "trade name"
    return parts


def _qualified(before: Piece, resin: Piece, words: Vocabulary) -> str:
    """The code of a blend's later part, with what is said of it alone: the polystyrene of PPE + high impact PS."""
    if before.kind != "attribute":
        return resin.value
    return words.decides.get(before.value, {}).get(resin.value, resin.value)


def _combined(
    parts: list[str], further: list[str], between: Sequence[Piece], *, branded: bool, words: Vocabulary
) -> list[str] | None:
    """Two resins of one text as one: the same said twice, a general and a precise name, or a blend."""
    signs = "".join(piece.before for piece in between)
    joined = bool(set(signs) & set("+/")) or any(piece.kind == "joint" for piece in between)
    if set(further) == set(parts):
        return parts
    if not joined:
        if all(_covers(parts, part) for part in further):
            return parts
        if all(_covers(further, part) for part in parts):
            return further
        if set(signs) & set(",;(") or between[-1].purpose:
            return None
        if branded or between[-1].kind == "trade name":
            return _named_beside_trade_name(parts, further, branded=branded, words=words)
        if _AMBIGUOUS & {*parts, *further}:
            return None
    return [*parts, *(part for part in further if part not in parts)]


def _named_beside_trade_name(
    parts: list[str], further: list[str], *, branded: bool, words: Vocabulary
) -> list[str] | None:
    """The resin that is written out, where the trade name stands for others of its family: Lupolen HDPE."""
    alike = words.resins[parts[0]].family == words.resins[further[0]].family
    if not alike:
        return None
    return further if branded else parts


def _covers(parts: Iterable[str], general: str) -> bool:
    """Whether one of the parts is ``general`` or a kind of it: PE-HD is of PE, PA66 is of PA."""
    return any(part == general or _general(part) == general for part in parts)


def _general(code: str) -> str:
    family = vocabulary().resins[code].family
    return {"polyamide": POLYAMIDE, "thermoplastic elastomer": _ELASTOMER}.get(family) or code.split("-")[0]


def _without_lubricant(parts: Sequence[str]) -> list[str]:
    others = [part for part in parts if part != _LUBRICANT]
    families = {vocabulary().resins[part].family for part in others}
    return others if others and "fluoropolymer" not in families else list(parts)


def _blend(parts: Sequence[str]) -> str:
    """The code of a blend: that of resins.yaml in whatever order its parts were given, else in the order given."""
    known = _blends().get(frozenset(parts))
    if known is not None:
        return known
    generals = {_general(part): part for part in parts}
    known = _blends().get(frozenset(generals)) if len(generals) == len(parts) else None
    if known is None:
        return "+".join(parts)
    # Which polyamide it is stays known; which polystyrene, the blend does not say.
    precise = [generals[part] if part == POLYAMIDE else part for part in known.split("+")]
    return "+".join(precise)


@cache
def _blends() -> dict[frozenset[str], str]:
    return {frozenset(code.split("+")): code for code in vocabulary().resins if "+" in code}
