"""Fillers as ISO 1043-2 writes them, and flame retardants as ISO 1043-4 does."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from shared.search.resins.reading import FLAME_RETARDANT, Piece

# What stands between a filler and its amount without saying to which of them it belongs.
_TRANSPARENT = frozenset({"ignored", "joint", "attribute"})
_RESIN = frozenset({"resin", "trade name", "grade"})
# What a compound holds some per cent of without being filled with it: "PP 40 % recycled".
_SHARED_OUT = frozenset({"recycled", "bio-based", "virgin", "conductive"})


@dataclass
class _Filler:
    letters: str
    amount: int | None


def fillers_of(pieces: Sequence[Piece]) -> tuple[str, ...]:
    """Return the fillers in the order given, flame retardants last: GF25, MD15, FR.

    Several that share a percentage are one: (GF+MD)40.
    """
    of_attributes = _of_attributes(pieces)
    found = _with_amounts([piece for piece in pieces if piece.kind not in _TRANSPARENT], of_attributes)
    kept: list[_Filler] = []
    for filler in found:
        same = next((each for each in kept if each.letters == filler.letters), None)
        if same is None or (None not in (same.amount, filler.amount) and same.amount != filler.amount):
            kept.append(filler)
        else:
            same.amount = same.amount or filler.amount
    others = [filler for filler in kept if filler.letters != FLAME_RETARDANT]
    flame_retardants = [filler for filler in kept if filler.letters == FLAME_RETARDANT]
    return (*_written(others, _shared(pieces, of_attributes)), *_written(flame_retardants, None))


def _of_attributes(pieces: Sequence[Piece]) -> frozenset[int]:
    """Which of the percentages, counted from the first, stand beside something else that there may be some of."""
    said = [piece for piece in pieces if piece.kind not in {"ignored", "joint"}]
    amounts = [at for at, piece in enumerate(said) if piece.kind == "amount"]
    return frozenset(
        number
        for number, at in enumerate(amounts)
        if any(piece.value in _SHARED_OUT for piece in said[max(at - 1, 0) : at + 2])
    )


def _with_amounts(pieces: Sequence[Piece], of_attributes: Collection[int]) -> list[_Filler]:
    """Give each amount to the filler beside it; to the left one if the first filler stands before the first amount.

    What stands behind the resin, beside no filler, goes to the one before the resin: talc filled PP 40%.
    """
    fillers = {at: _Filler(piece.value, piece.amount) for at, piece in enumerate(pieces) if piece.kind == "filler"}
    first = next((piece.kind for piece in pieces if piece.kind in {"filler", "amount"}), "amount")
    sides = (-1, 1) if first == "filler" else (1, -1)
    amounts = [at for at, piece in enumerate(pieces) if piece.kind == "amount"]
    for number, at in enumerate(amounts):
        beside = [at + side for side in sides]
        if at + 2 in amounts and first == "filler":
            # Of "glass filled PA66 30% talc 20%" the talc has an amount of its own.
            beside = [at - 1, _before_resin(pieces, at)]
        elif number not in of_attributes and not (at + 1 < len(pieces) and pieces[at + 1].kind in _RESIN):
            beside.append(_before_resin(pieces, at))
        for filler in (fillers.get(place) for place in beside):
            if filler is not None and filler.amount is None and filler.letters != FLAME_RETARDANT:
                filler.amount = pieces[at].amount
                break
    return list(fillers.values())


def _before_resin(pieces: Sequence[Piece], at: int) -> int:
    """The place of the filler that stands before the resin that ends at ``at``; -1 where none does."""
    has_resin = False
    for before in range(at - 1, -1, -1):
        piece = pieces[before]
        if piece.kind in _RESIN:
            has_resin = True
        elif piece.value != FLAME_RETARDANT:
            return before if has_resin and piece.kind == "filler" else -1
    return -1


def _shared(pieces: Sequence[Piece], of_attributes: Collection[int]) -> int | None:
    """The only percentage, if it stands before several fillers that have none, or behind them in brackets or behind the
    resin that they are in."""
    amounts = [piece.amount for piece in pieces if piece.kind == "amount"]
    fillers = [piece for piece in pieces if piece.kind == "filler" and piece.value != FLAME_RETARDANT]
    different = len({piece.value for piece in fillers}) > 1
    if len(amounts) != 1 or not different or any(piece.amount is not None for piece in fillers):
        return None
    at = next(at for at, piece in enumerate(pieces) if piece.kind == "amount")
    before = {piece.kind for piece in pieces[:at]}
    if "filler" not in before or ")" in pieces[at].before:
        return amounts[0]
    beside = [piece for piece in pieces if piece.kind not in _TRANSPARENT]
    is_last = beside[-1].kind == "amount" and not of_attributes
    return amounts[0] if is_last and _before_resin(beside, len(beside) - 1) >= 0 else None


def _written(fillers: Sequence[_Filler], shared: int | None) -> Iterator[str]:
    if shared is not None:
        yield f"({'+'.join(filler.letters for filler in fillers)}){shared}"
        return
    for filler in fillers:
        yield filler.letters if filler.amount is None else f"{filler.letters}{filler.amount}"
