"""What a search has to say beside its results, in sentences made by rules: what was not understood, what the catalogue
lacks, how near the nearest is. A language model may forget to say so.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from shared.llm.answers import shown
from shared.search.contracts import MeantColour, Nearest, NearMaterial, RankedResult, RequestBlock
from shared.search.decisions import SEARCH_WORDS
from shared.search.distances import distances_from, reaches_from
from shared.search.flags import flag_of, is_readable, resin_kind, wishes_of

ILLUMINANT, OBSERVER = "D65", "10°"
LAB_ALONE = (
    "Lab values alone show neither metamerism nor gloss; "
    f"they are taken for illuminant {ILLUMINANT} and the {OBSERVER} observer."
)

# Texts of users and of the index stand in these sentences; each is shown as far as it tells which one is meant.
_LONGEST_QUOTE = 60
_MOST_NAMED = 5
_WISHES: Mapping[str, str] = MappingProxyType(
    {
        "opacity": "opacity",
        "heat_stability": "heat stability",
        "light_fastness": "light fastness",
        "regulatory": "approvals",
    }
)
# Words for a colour that is so many reaches away from the Lab values speak of another colour.
_CONTRADICTS_FROM = 2.0

_OTHER_SEARCHES = "Not all searches of the index succeeded: materials that fit the words better may be missing."
_MISSING: Mapping[str, str] = MappingProxyType(
    {
        "vectors": "The embedding model did not answer: the materials were searched by words and colour only.",
        **dict.fromkeys(SEARCH_WORDS.values(), _OTHER_SEARCHES),
        "nearest": "The nearest materials could not be looked up: some that fit better may be missing.",
        "deltae": "The Lab values of the materials could not be read: the searches looked at all colours.",
        "colour_words": "The language model did not answer: not all colour words could be read.",
        "synonyms": "The language model did not answer: resins like the one asked for were not searched.",
        "scoring": "The language model did not score the results: they are in order without a score.",
        "scoring_partial": "The language model left some results without a score.",
        "flags": "The index did not answer for the wishes: the results have no flags.",
    }
)
"""Sentences for entries of ``degraded`` that change what a user should make of the results."""


def missing(degraded: Sequence[str]) -> tuple[str, ...]:
    """Return a sentence for each service that failed and whose part the results lack."""
    return tuple(dict.fromkeys(_MISSING[word] for word in degraded if word in _MISSING))


def notes(block: RequestBlock, nearest: Nearest | None, results: Sequence[RankedResult]) -> tuple[str, ...]:
    """Return what has to be said of a search and its results, the most important first."""
    return (
        *_on_tolerance(block, nearest, results),
        *_on_resin(block, nearest),
        *_on_words(block, nearest, results),
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
    threshold = request.deltae_threshold
    limit = f"dE {threshold:g}"
    leaders = [nearest.of_resin, nearest.of_kin, nearest.of_all] if nearest else []
    known = [leader for leader in leaders if leader is not None]
    if not known:
        # What is not among the results nobody has looked at.
        best = min(_of_results(results), key=lambda result: result.dE, default=None)
        if best is not None and best.dE > threshold:
            yield f"None of the results lies within {limit}: the nearest is {_named(best, threshold)}."
        return
    of_all = min(known, key=lambda leader: leader.dE)
    of_resin = nearest.of_resin if nearest else None
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
        like = f"near in kind: {', '.join(nearest.near_in_kind[:_MOST_NAMED])}"
        yield (
            f"There is no {resin.code} in the catalogue; "
            f"{like if nearest.near_in_kind else 'nothing in it is near in kind'}."
        )
    asked = [each for each in (resin.filler, *resin.attributes) if each]
    if asked:
        yield (
            f"Asked for beside the resin: {', '.join(asked)}. "
            "The catalogue does not tell it of its materials: check their data sheets."
        )


def _on_words(block: RequestBlock, nearest: Nearest | None, results: Sequence[RankedResult]) -> Iterator[str]:
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
        if nearest is not None:
            yield from _on_what_passes(block, nearest, words.colours, quoted, results)
        return
    asked = [RankedResult(id="asked", search_score=0.0, lab=block.request.lab)]
    if (reaches_from(words.colours, asked)[0] or 0.0) >= _CONTRADICTS_FROM:
        yield f"The words {quoted} speak of another colour than the Lab values, which decide."


def _on_what_passes(
    block: RequestBlock,
    found: Nearest,
    colours: Sequence[MeantColour],
    quoted: str,
    results: Sequence[RankedResult],
) -> Iterator[str]:
    """Say what the nearest is where nothing of what was asked for passes for the words."""
    code = block.resin.code if block.resin else None
    of_resin = [each for each in results if code and resin_kind(code, (), found.stand_ins, each.resin) == "exact"]
    pool = of_resin or results
    reaches = [math.inf if reach is None else reach for reach in reaches_from(colours, pool)]
    if not 1 < min(reaches, default=0.0) < math.inf:
        return
    nearest = pool[reaches.index(min(reaches))]
    meant = min(colours, key=lambda colour: reaches_from([colour], [nearest])[0] or 0.0)
    away = distances_from(meant.lab, [nearest])[0] or 0.0
    # A stand-in goes by its own name, as where a tolerance is not met.
    what = (nearest.resin or code) if of_resin else "material"
    yield f"No {what} passes for {quoted}: the nearest is {_shown(nearest)}, dE {away:.1f} from it."


def _on_wishes(block: RequestBlock, results: Sequence[RankedResult]) -> Iterator[str]:
    """Name the wishes that were not understood, and those that none of the results is known to meet."""
    # Runs of `steps` 1 know of wishes from the flags alone.
    judged = [result.wishes for result in results if result.wishes is not None]
    for wish in wishes_of(block.request) if judged else ():
        name = _WISHES[flag_of(wish)]
        answers = {wishes.get(flag_of(wish), "unknown") for wishes in judged}
        if not is_readable(wish):
            yield f"The wish for {name} was not understood: {_quoted(wish.text)}."
        elif answers == {"unknown"}:
            yield f"No result tells whether it meets the wish for {name}: {_quoted(wish.text)}."
        elif "met" not in answers:
            how = "meets in full" if "partly" in answers else "is known to meet"
            yield f"No result {how} the wish for {name}: {_quoted(wish.text)}."


def _quoted(text: str) -> str:
    # Whoever reads a note must see where somebody else's words end.
    return f'"{_cut(text.replace(chr(34), chr(39)))}"'


def _cut(text: str | None) -> str:
    return shown(text or "", _LONGEST_QUOTE)
