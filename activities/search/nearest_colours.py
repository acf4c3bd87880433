"""The materials nearest to the colour that was asked for, however their words read."""

import asyncio

from activities.runner import log_progress
from shared.resources import Resources
from shared.search.candidates import candidate_of
from shared.search.catalogue import Found
from shared.search.contracts import Candidate, Nearest, NearestTask, NearMaterial
from shared.search.flags import resin_match
from shared.search.fusion import NEAREST
from shared.search.nearest import groups_of


async def nearest_colours(task: NearestTask, resources: Resources) -> Nearest:
    """Return the nearest of the resin, of its kin, of all, and of those that meet every wish, by dE CMC(2:1).

    Raises:
        Unavailable: The index throttled, failed or could not be reached, or the Lab values are not loaded and storage
            does not answer.
        Rejected: There are no Lab values, or they cannot be used, or the index refused the query.
    """
    data = await resources.lab_data.current()
    of_resin: list[str] = []
    of_kin: list[str] = []
    codes: list[str] = []
    if task.resin is not None:
        for code, texts in (await resources.catalogue.resins(data)).items():
            match = resin_match(task.resin, task.synonyms, code)
            if match == "exact":
                of_resin += texts
            elif match != "none":
                of_kin += texts
                codes.append(code)
    facts = {"in_catalogue": None if task.resin is None else bool(of_resin), "near_in_kind": _in_order(codes, task)}
    if not task.standards:
        return Nearest.model_validate(facts)
    standards = [(standard.L, standard.a, standard.b) for standard in task.standards]
    resins = {"resin": of_resin, "wishes": of_resin, "kin": of_kin}
    groups = await resources.catalogue.nearest(data, standards, groups_of(task), resins)
    ids = list(dict.fromkeys(name for group in groups.values() for name in group))
    documents = {document["id"]: document for document in await resources.materials.by_id(ids)}
    found = await asyncio.to_thread(
        lambda: {name: candidate_of(documents[name], NEAREST, task.wishes) for name in ids if name in documents}
    )
    results = {name: candidate for name, candidate in found.items() if candidate is not None}
    log_progress("nearest", materials=len(results), **{f"of_{name}": len(group) for name, group in groups.items()})
    return Nearest.model_validate(facts | {"results": tuple(results.values()), **_leaders(task, groups, results)})


def _leaders(task: NearestTask, groups: Found, results: dict[str, Candidate]) -> dict[str, NearMaterial]:
    """The nearest of each group; without a resin the group that takes its place is that of all."""
    fields = {"of_resin": "resin", "of_kin": "kin", "of_all": "all"} if task.resin is not None else {"of_all": "resin"}
    leaders: dict[str, NearMaterial] = {}
    for field, group in fields.items():
        for name, far in groups[group].items():
            if name in results:
                found = results[name]
                leaders[field] = NearMaterial(id=name, name=found.name, resin=found.resin, dE=round(far, 4))
                break
    return leaders


def _in_order(codes: list[str], task: NearestTask) -> tuple[str, ...]:
    """Synonyms first, as the language model ordered them; then the family by code."""
    known = {code.casefold(): code for code in codes}
    first = [known[synonym.casefold()] for synonym in task.synonyms if synonym.casefold() in known]
    return tuple(dict.fromkeys([*first, *sorted(codes)]))
