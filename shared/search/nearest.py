"""Which materials are nearest to a colour: of the resin asked for, of its kin, of all, and among those that meet every
wish. Pure: what the index says of each row of the Lab table is given.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from shared.search.contracts import NearestTask, RequestText
from shared.search.flags import answered_wishes, flag_of, is_readable, resin_kind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# How many of each group. Of the resin asked for as many as somebody compares; of the others enough to say that they
# are there.
OF_RESIN, OF_KIN, OF_ALL, MEETING_WISHES = 10, 3, 3, 3

FIELDS = ("resin", "opacity", "heat_stability", "light_fastness", "regulatory")
"""Fields of the index that a group depends on."""

UNKNOWN, ABSENT = -1, -2
"""Places of a row of which nothing is known yet, and of one that the index does not have."""

_KIN = ("synonym", "family")

Value = str | tuple[str, ...] | None
Condition = Callable[[Value], bool]


@dataclass(frozen=True)
class Learnt:
    """What is known of the rows of a Lab table, by field of the index.

    ``values``: values that differ, few in every field; ``places``: shape (n,), for each row the place of its value
    among them, UNKNOWN or ABSENT. A row is known in all fields or in none.
    """

    values: Mapping[str, Sequence[Value]]
    places: Mapping[str, "NDArray[np.int32]"]


@dataclass(frozen=True)
class Group:
    """Materials of which the nearest ``wanted`` are looked for. ``conditions``: what each field's value has to be."""

    name: str
    wanted: int
    conditions: Mapping[str, Condition]


class Chosen(NamedTuple):
    """The nearest rows of each group, nearest first; ``short``: groups of which fewer were found than were wanted."""

    rows: Mapping[str, tuple[int, ...]]
    short: tuple[str, ...]


def groups_of(task: NearestTask, stand_ins: Collection[str] = ()) -> tuple[Group, ...]:
    """Return the groups of a search, in the order in which their results are listed.

    ``stand_ins``: codes that take the place of a resin that the catalogue does not have. Without a resin all materials
    take its place. The group of the wishes has those that meet every wish that can be read; it is of the
    resin, or of all where none was asked for.
    """
    asked = task.resin
    if asked is None:
        of_resin: dict[str, Condition] = {}
        others: list[Group] = []
    else:

        def kind(resin: Value) -> str:
            return resin_kind(asked, task.synonyms, stand_ins, _text(resin))

        of_resin = {"resin": lambda resin: kind(resin) == "exact"}
        of_kin: dict[str, Condition] = {"resin": lambda resin: kind(resin) in _KIN}
        others = [Group("kin", OF_KIN, of_kin), Group("all", OF_ALL, {})]
    groups = [Group("resin", OF_RESIN, of_resin)]
    meeting = {flag_of(wish): _meets(wish) for wish in task.wishes if is_readable(wish)}
    if meeting:
        groups.append(Group("wishes", MEETING_WISHES, of_resin | meeting))
    return (*groups, *others)


def choose(groups: Sequence[Group], order: "NDArray[np.intp]", learnt: Learnt) -> Chosen:
    """Return the nearest rows of each group among those of ``order`` (rows, nearest first) that are known."""
    import numpy as np

    order = order[learnt.places[FIELDS[0]][order] >= 0]
    rows: dict[str, tuple[int, ...]] = {}
    for group in groups:
        fits = np.ones(len(order), dtype=bool)
        for field, condition in group.conditions.items():
            values = learnt.values[field]
            fits &= np.fromiter(map(condition, values), bool, len(values))[learnt.places[field][order]]
        rows[group.name] = tuple(order[np.flatnonzero(fits)[: group.wanted]].tolist())
    return Chosen(rows, tuple(group.name for group in groups if len(rows[group.name]) < group.wanted))


def _meets(wish: RequestText) -> Condition:
    flag = flag_of(wish)

    def condition(value: Value) -> bool:
        attribute = list(value) if isinstance(value, tuple) else value
        return answered_wishes([wish], {flag: attribute})[flag] == "met"

    return condition


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None
