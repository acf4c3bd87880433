"""What a search has to say beside its results, in sentences made by rules: what was not understood, what the catalogue
lacks, how near the nearest is. A language model may forget to say so.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from shared.search.contracts import MeantColour, Nearest, NearMaterial, RankedResult, RequestBlock
from shared.search.distances import distances_from, reaches_from
from shared.search.flags import flag_of, resin_match, wishes_of

ILLUMINANT, OBSERVER = "D65", "10°"
LAB_ALONE = (
    "Lab values alone show neither metamerism nor gloss; "
    f"they are taken for illuminant {ILLUMINANT} and the {OBSERVER} observer."
)

# Texts of users and of the index stand in these sentences; each is shown as far as it tells which one is meant.
_LONGEST_QUOTE = 60
_MOST_NAMED = 5
# Words for a colour that is so many reaches away from the Lab values speak of another colour.
_CONTRADICTS_FROM = 2.0

_MISSING: Mapping[str, str] = MappingProxyType(
    {
        "vectors": "The embedding model did not answer: the materials were searched by words and colour only.",
        "nearest": "The nearest colours could not be looked up: a nearer material may be missing.",
        "deltae": "The Lab values of the materials could not be read: the searches looked at all colours.",
        "colour_words": "The language model did not answer: it could not be asked for colour words that no list has.",
        "synonyms": "The language model did not answer: resins like the one asked for were not searched.",
        "scoring": "The language model did not score the results: they stand in the order of their colour.",
        "scoring_partial": "The language model left out some results: they have no score and stand last.",
        "flags": "The index did not answer for the wishes: the results have no flags.",
    }
)
"""Sentences for entries of ``degraded`` that change what a user should make of the results."""


def missing(degraded: Sequence[str]) -> tuple[str, ...]:
    """Return a sentence for each service that failed and whose part the results lack."""
    return tuple(_MISSING[word] for word in degraded if word in _MISSING)


def notes(block: RequestBlock, nearest: Nearest | None, results: Sequence[RankedResult]) -> tuple[str, ...]:
    """Return what has to be said of a search and its results, the most important first."""
    return (
        *_on_tolerance(block, nearest, results),
        *_on_resin(block, nearest),
        *_on_words(block, results),
        *_on_wishes(block, results),
    )


def caveats(block: RequestBlock) -> tuple[str, ...]:
    """Return what holds of every answer to such a request, whatever was found."""
    return (LAB_ALONE,) if block.request.lab or (block.words and block.words.colours) else ()


def _on_tolerance(block: RequestBlock, nearest: Nearest | None, results: Sequence[RankedResult]) -> Iterator[str]:
    """Say what the nearest is where nothing of what was asked for lies within tolerance."""
    request, resin = block.request, block.resin
    if request.lab is None:
        return
    leaders = [nearest.of_resin, nearest.of_kin, nearest.of_all] if nearest else []
    known = [leader for leader in leaders if leader is not None] or _of_results(results)
    of_all = min(known, key=lambda leader: leader.dE, default=None)
    if of_all is None:
        return
    of_resin = nearest.of_resin if nearest else None
    threshold = request.deltae_threshold
    limit = f"dE {threshold:g}"
    if of_all.dE > threshold:
        if of_resin is None or resin is None:
            yield f"No material lies within {limit}: the nearest is {_named(of_all, threshold)}."
            return
        more = "" if of_all.id == of_resin.id else f"; the nearest of all is {_named(of_all, threshold)}"
        own = f"the nearest {of_resin.resin or resin.code} is {_named(of_resin, threshold)}"
        yield f"No material lies within {limit}: {own}{more}."
    elif resin is not None and of_resin is not None and of_resin.dE > threshold:
        code = of_resin.resin or resin.code
        own = f"the nearest {code} is {_named(of_resin, threshold)}"
        yield f"No {code} lies within {limit}: {own}; the nearest of other resins is {_named(of_all, threshold)}."


def _of_results(results: Sequence[RankedResult]) -> list[NearMaterial]:
    return [
        NearMaterial(id=result.id, name=result.name, resin=result.resin, dE=result.dE)
        for result in results
        if result.dE is not None
    ]


def _named(material: NearMaterial, threshold: float) -> str:
    """A material with its distance; to as many digits as show on which side of the threshold it is."""
    digits = next(
        (digits for digits in (1, 2, 3) if (round(material.dE, digits) > threshold) == (material.dE > threshold)), 4
    )
    return f"{_shown(material)} at dE {material.dE:.{digits}f}"


def _shown(material: NearMaterial | RankedResult) -> str:
    return f"{_cut(material.name)} ({material.id})" if material.name else material.id


def _on_resin(block: RequestBlock, nearest: Nearest | None) -> Iterator[str]:
    resin = block.resin
    if resin is None:
        return
    if not resin.known:
        yield f"The resin {_quoted(resin.given)} is not known: it was searched for as a text."
        return
    if nearest is not None and nearest.in_catalogue is False:
        like = ", ".join(nearest.near_in_kind[:_MOST_NAMED])
        yield f"There is no {resin.code} in the catalogue; near in kind: {like or 'nothing'}."
    asked = [each for each in (resin.filler, *resin.attributes) if each]
    if asked:
        yield (
            f"Asked for beside the resin: {', '.join(asked)}. "
            "The catalogue does not tell it of its materials: check their data sheets."
        )


def _on_words(block: RequestBlock, results: Sequence[RankedResult]) -> Iterator[str]:
    words = block.words
    if words is None:
        return
    if words.not_understood:
        quoted = ", ".join(_quoted(each) for each in words.not_understood)
        of = "The colour words" if not words.colours else "Of the colour words"
        yield f"{of} {quoted} {'was' if len(words.not_understood) == 1 and words.colours else 'were'} not understood."
    if words.effects:
        quoted = ", ".join(_quoted(each) for each in words.effects)
        yield f"Lab values do not show the effect that was asked for: {quoted}. Compare a sample."
    if not words.colours:
        return
    quoted = ", ".join(_quoted(colour.text) for colour in words.colours)
    if block.request.lab is None:
        yield from _on_what_passes(block, words.colours, quoted, results)
        return
    asked = [RankedResult(id="asked", search_score=0.0, lab=block.request.lab)]
    if (reaches_from(words.colours, asked)[0] or 0.0) >= _CONTRADICTS_FROM:
        yield f"The words {quoted} speak of another colour than the Lab values, which decide."


def _on_what_passes(
    block: RequestBlock, colours: Sequence[MeantColour], quoted: str, results: Sequence[RankedResult]
) -> Iterator[str]:
    """Say what the nearest is where nothing of what was asked for passes for the words."""
    code = block.resin.code if block.resin else None
    of_resin = [
        result for result in results if code and result.resin and resin_match(code, (), result.resin) == "exact"
    ]
    pool = of_resin or results
    reaches = [math.inf if reach is None else reach for reach in reaches_from(colours, pool)]
    if not 1 < min(reaches, default=0.0) < math.inf:
        return
    nearest = pool[reaches.index(min(reaches))]
    away = min(distances_from(colour.lab, [nearest])[0] or 0.0 for colour in colours)
    what = code if of_resin and code else "material"
    yield f"No {what} passes for {quoted}: the nearest is {_shown(nearest)}, dE {away:.1f} from it."


def _on_wishes(block: RequestBlock, results: Sequence[RankedResult]) -> Iterator[str]:
    """Name the wishes that none of the results is known to meet."""
    for wish in wishes_of(block.request) if results else ():
        answers = {(result.wishes or {}).get(flag_of(wish), "unknown") for result in results}
        name = flag_of(wish).replace("_", " ")
        if answers == {"unknown"}:
            yield f"No result tells whether it meets the wish for {name}: {_quoted(wish.text)}."
        elif "met" not in answers:
            how = "meets in full" if "partly" in answers else "is known to meet"
            yield f"No result {how} the wish for {name}: {_quoted(wish.text)}."


def _quoted(text: str) -> str:
    return f'"{_cut(text)}"'


def _cut(text: str | None) -> str:
    line = " ".join((text or "").split())
    return line if len(line) <= _LONGEST_QUOTE else f"{line[: _LONGEST_QUOTE - 1]}…"
