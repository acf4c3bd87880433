"""The materials nearest to the colour that was asked for, however their words read."""

import asyncio
from collections.abc import Mapping, Sequence

from activities.runner import log_progress
from shared.clients.ai_search import Document
from shared.resources import Resources
from shared.search.candidates import candidate_of
from shared.search.catalogue import Found
from shared.search.contracts import Candidate, Nearest, NearestTask, NearMaterial
from shared.search.distances import distances_from_any
from shared.search.flags import resin_match
from shared.search.fusion import NEAREST
from shared.search.nearest import OF_RESIN, groups_of
from shared.search.resins import is_variant


async def nearest_colours(task: NearestTask, resources: Resources) -> Nearest:
    """Return the nearest of the resin, of its kin, of all, and of those that meet every wish, by dE CMC(2:1).

    Without a colour, some of the resin are returned.

    Raises:
        Unavailable: The index throttled, failed or could not be reached, or the Lab values are not loaded and storage
            does not answer.
        Rejected: There are no Lab values, or they cannot be used, or the index refused the query.
    """
    kinds = {} if task.resin is None else _kinds(task.resin, task, await resources.catalogue.resins())
    stand_ins = tuple(kinds.get("stand_in", {}))
    facts = Nearest(
        in_catalogue=None if task.resin is None else bool(kinds["exact"]),
        stand_ins=stand_ins,
        near_in_kind=(*stand_ins, *kinds.get("kin", {})),
    )
    own = [text for kind in ("exact", "stand_in") for texts in kinds.get(kind, {}).values() for text in texts]
    if not task.standards:
        some = await resources.materials.of_resins(own, task.query, OF_RESIN)
        return facts.model_copy(update={"results": tuple((await asyncio.to_thread(_candidates, some, task)).values())})
    data = await resources.lab_data.current()
    standards = [(standard.L, standard.a, standard.b) for standard in task.standards]
    kin = [text for texts in kinds.get("kin", {}).values() for text in texts]
    resins = {} if task.resin is None else {"resin": own, "wishes": own, "kin": kin}
    # Nothing has to be looked for among resins that no material is of.
    wanted = [group for group in groups_of(task, stand_ins) if resins.get(group.name) != []]
    groups = await resources.catalogue.nearest(data, standards, wanted, resins)
    ids = list(dict.fromkeys(name for group in groups.values() for name in group))
    documents = {document["id"]: document for document in await resources.materials.by_id(ids)}
    in_order = [documents[name] for name in ids if name in documents]
    results = await asyncio.to_thread(_candidates, in_order, task)
    log_progress("nearest", materials=len(results), **{f"of_{name}": len(group) for name, group in groups.items()})
    return facts.model_copy(update={"results": tuple(results.values()), **_leaders(task, groups, results)})


def _candidates(documents: Sequence[Document], task: NearestTask) -> dict[str, Candidate]:
    found = (candidate_of(document, NEAREST, task.wishes) for document in documents)
    return {candidate.id: candidate for candidate in found if candidate is not None}


def _leaders(task: NearestTask, groups: Found, results: dict[str, Candidate]) -> dict[str, NearMaterial]:
    """The nearest of each group by the colours that the index has, which results are ordered by and shown with.

    Without a resin the group that takes its place is that of all.
    """
    far = dict(zip(results, distances_from_any(task.standards, list(results.values())), strict=True))
    fields = {"of_resin": "resin", "of_kin": "kin", "of_all": "all"} if task.resin is not None else {"of_all": "resin"}
    leaders: dict[str, NearMaterial] = {}
    for field, group in fields.items():
        known = [(distance, name) for name in groups.get(group, {}) if (distance := far.get(name)) is not None]
        if known:
            distance, name = min(known)
            leaders[field] = NearMaterial(id=name, name=results[name].name, resin=results[name].resin, dE=distance)
    return leaders


def _kinds(asked: str, task: NearestTask, resins: Mapping[str, Sequence[str]]) -> dict[str, dict[str, Sequence[str]]]:
    """The catalogue's resins by how they relate to the one asked for: codes with the texts of the index.

    Of its kin the synonyms come first, as the language model ordered them; then the family by code.
    """
    kinds: dict[str, dict[str, Sequence[str]]] = {"exact": {}, "stand_in": {}, "kin": {}}
    order = {synonym.casefold(): place for place, synonym in enumerate(task.synonyms)}
    for code in sorted(resins, key=lambda code: (order.get(code.casefold(), len(order)), code)):
        match = resin_match(asked, task.synonyms, code)
        kind = "exact" if match == "exact" else "stand_in" if is_variant(asked, code) else "kin"
        if kind == "stand_in" or match != "none":
            kinds[kind][code] = resins[code]
    if kinds["exact"]:
        # What the catalogue has needs nothing in its place.
        kinds["kin"] = kinds["stand_in"] | kinds["kin"]
        kinds["stand_in"] = {}
    return kinds
