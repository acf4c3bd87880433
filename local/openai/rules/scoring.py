"""How well a material answers a request, by colour difference, resin, colour words and wishes."""

from dataclasses import dataclass

from local.openai.rules.questions import Material, Request
from local.openai.rules.resins import plain
from local.openai.rules.words import colour_words, overlap

# Of what a request asks for, colour weighs most, as the prompt says.
_COLOUR, _RESIN, _WORDS, _WISH = 5.0, 3.0, 2.0, 1.0
_EXACT, _ACCEPTABLE, _SAME_FAMILY, _OTHER = 1.0, 0.7, 0.5, 0.1
# dE CMC(2:1) at which half of the points for colour are left.
_HALF_AT_DE = 4.0
# Of what is unknown nothing is said, for or against.
_ANSWERS = {"met": 1.0, "partly": 0.5, "not_met": 0.0}


@dataclass(frozen=True, slots=True)
class Verdict:
    """``score``: 0 to 100; ``reason``: what decided it."""

    score: float
    reason: str


def judge(request: Request, material: Material) -> Verdict:
    """Return the weighted mean of what can be judged; 0 where nothing can."""
    parts = [part for part in (_colour(material), _resin(request, material), _words(request, material)) if part]
    parts += _wishes(material)
    if not parts:
        return Verdict(0.0, "Nothing of what was asked for can be compared.")
    weight = sum(weight for weight, _, _ in parts)
    score = 100 * sum(weight * points for weight, points, _ in parts) / weight
    reason = "; ".join(text for _, _, text in parts)
    return Verdict(round(score, 1), f"{reason[:1].upper()}{reason[1:]}.")


_Part = tuple[float, float, str]


def _colour(material: Material) -> _Part | None:
    if material.dE is None:
        return None
    far = max(material.dE, 0.0) / _HALF_AT_DE
    return _COLOUR, 1 / (1 + far**2), f"colour difference dE {material.dE:.1f}"


def _resin(request: Request, material: Material) -> _Part | None:
    if request.resin is None or not material.resin:
        return None
    offered = plain(material.resin)
    if offered == plain(request.resin.code):
        return _RESIN, _EXACT, "the resin asked for"
    if offered in map(plain, request.acceptable_resins):
        return _RESIN, _ACCEPTABLE, "an acceptable resin"
    if request.resin.family and material.resin_family == request.resin.family:
        return _RESIN, _SAME_FAMILY, "a resin of the same family"
    return _RESIN, _OTHER, "another resin" if request.resin.family else "the resin asked for is not known"


def _words(request: Request, material: Material) -> _Part | None:
    read, unread = len(request.colours), len(request.not_understood)
    if not read and not unread:
        return None
    # Words are all that is known of the colour where no measured one was given.
    weight = _COLOUR if request.lab is None else _WORDS
    if not read:
        return weight, 0.0, "colour words that were not understood"
    fit = _fit(request, material)
    # A word that was not understood earns nothing.
    return weight, fit * read / (read + unread), f"fits the colour words to {fit:.0%}"


def _fit(request: Request, material: Material) -> float:
    """How well the colour fits the words; where the material has none, how many of the words it is called by."""
    if material.fits_words is not None:
        return min(max(material.fits_words, 0.0), 1.0)
    asked = colour_words(colour.meaning for colour in request.colours)
    return overlap(asked, colour_words([material.colour_words, material.name])) if asked else 0.0


def _wishes(material: Material) -> list[_Part]:
    return [
        (_WISH, _ANSWERS[answer], f"{wish.replace('_', ' ')} {answer.replace('_', ' ')}")
        for wish, answer in material.wishes.items()
        if answer in _ANSWERS
    ]
