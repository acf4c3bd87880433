"""How each material differs from the colour that was asked for."""

from shared.colour.difference import lab_difference
from shared.colour.lab import Lab
from shared.resources import Resources
from shared.search.contracts import LabDiff, LabDiffs, LabDiffTask, LabValues


async def compute_lab_diffs(task: LabDiffTask, resources: Resources) -> LabDiffs:  # noqa: ARG001
    """Return material minus request for every material that has a colour, rounded to 4 decimals."""
    diffs = [
        _difference(task.lab, material.id, material.lab) for material in task.materials if material.lab is not None
    ]
    return LabDiffs(lab_diffs=tuple(diffs))


def _difference(request: LabValues, name: str, material: LabValues) -> LabDiff:
    found = lab_difference(Lab(request.L, request.a, request.b), Lab(material.L, material.a, material.b))
    numbers = {key: round(value, 4) for key, value in found._asdict().items() if key != "words"}
    return LabDiff.model_validate({"id": name, "words": found.words, **numbers})
