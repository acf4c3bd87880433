"""Fillers as ISO 1043-2 writes them, and flame retardants as ISO 1043-4 does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.search.resins.reading import FLAME_RETARDANT, Piece

# What stands between a filler and its amount without saying to which of them it belongs.
_TRANSPARENT = frozenset({"ignored", "joint", "attribute"})


@dataclass
class _Filler:
    letters: str
    amount: int | None


def fillers_of(pieces: Sequence[Piece]) -> tuple[str, ...]:
    """Return the fillers in the order given, flame retardants last: GF25, MD15, FR.

    Several that share a percentage are one: (GF+MD)40.
    """
    found = _with_amounts([piece for piece in pieces if piece.kind not in _TRANSPARENT])
    kept: list[_Filler] = []
    for filler in found:
        same = next((each for each in kept if each.letters == filler.letters), None)
        if same is None or (None not in (same.amount, filler.amount) and same.amount != filler.amount):
            kept.append(filler)
        else:
            same.amount = same.amount or filler.amount
    others = [filler for filler in kept if filler.letters != FLAME_RETARDANT]
    flame_retardants = [filler for filler in kept if filler.letters == FLAME_RETARDANT]
    return (*_written(others, _shared(pieces)), *_written(flame_retardants, None))


def _with_amounts(pieces: Sequence[Piece]) -> list[_Filler]:
    """Give each amount to the filler beside it; to the left one if the first filler stands before the first amount."""
    fillers = {at: _Filler(piece.value, piece.amount) for at, piece in enumerate(pieces) if piece.kind == "filler"}
    first = next((piece.kind for piece in pieces if piece.kind in {"filler", "amount"}), "amount")
    sides = (-1, 1) if first == "filler" else (1, -1)
    for at, piece in enumerate(pieces):
        if piece.kind != "amount":
            continue
        for filler in (fillers.get(at + side) for side in sides):
            if filler is not None and filler.amount is None and filler.letters != FLAME_RETARDANT:
                filler.amount = piece.amount
                break
    return list(fillers.values())


def _shared(pieces: Sequence[Piece]) -> int | None:
    """The only percentage, if it stands before several fillers that have none or stands behind them in brackets."""
    amounts = [piece.amount for piece in pieces if piece.kind == "amount"]
    fillers = [piece for piece in pieces if piece.kind == "filler" and piece.value != FLAME_RETARDANT]
    different = len({piece.value for piece in fillers}) > 1
    if len(amounts) != 1 or not different or any(piece.amount is not None for piece in fillers):
        return None
    at = next(at for at, piece in enumerate(pieces) if piece.kind == "amount")
    before = {piece.kind for piece in pieces[:at]}
    return amounts[0] if "filler" not in before or ")" in pieces[at].before else None


def _written(fillers: Sequence[_Filler], shared: int | None) -> Iterator[str]:
    if shared is not None:
        yield f"({'+'.join(filler.letters for filler in fillers)}){shared}"
        return
    for filler in fillers:
        yield filler.letters if filler.amount is None else f"{filler.letters}{filler.amount}"
