"""How each material differs from the colour that was asked for."""

from shared.colour.difference import LabDifference, lab_differences
from shared.colour.lab import Lab
from shared.resources import Resources
from shared.search.contracts import LabDiff, LabDiffs, LabDiffTask, LabValues


async def compute_lab_diffs(task: LabDiffTask, resources: Resources) -> LabDiffs:  # noqa: ARG001
    """Return material minus request for every material that has a colour, rounded to 4 decimals."""
    colours = {material.id: _lab(material.lab) for material in task.materials if material.lab}
    found = lab_differences(_lab(task.lab), list(colours.values()))
    return LabDiffs(lab_diffs=tuple(map(_diff, colours, found)))


def _diff(name: str, found: LabDifference) -> LabDiff:
    numbers = {key: round(value, 4) for key, value in found._asdict().items() if key != "words"}
    return LabDiff.model_validate({"id": name, "words": found.words, **numbers})


def _lab(values: LabValues) -> Lab:
    return Lab(values.L, values.a, values.b)
