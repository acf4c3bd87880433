"""Policy files to what runs: for each operation its sections, with those of the API where ``<base />`` stands."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from local.gateway.errors import Refused
from local.gateway.markup import Element, read_markup
from local.gateway.operations import Operation
from local.gateway.policies import access, caching, flow, forwarding, messages
from local.gateway.policies.scope import SECTIONS, Rule, Scope, Step, check_attributes, check_children

API = "api"
_MAX_BYTES = 256 * 1024

RULES: dict[str, Rule] = {
    **flow.RULES,
    **messages.RULES,
    **access.RULES,
    **caching.RULES,
    **forwarding.RULES,
}

#: The steps of each section.
Pipeline = Mapping[str, list[Step]]


def read_pipelines(
    folder: Path, operations: Iterable[Operation], named_values: Mapping[str, str], backends: frozenset[str]
) -> dict[str, Pipeline]:
    """Return the pipeline of each operation by its name. ``backends``: names that exist.

    Raises:
        Refused: A file is not there, or holds what this gateway does not do exactly.
    """
    scope = Scope(RULES, named_values, backends)
    api = _compiled(folder / f"{API}.xml", scope, {section: [] for section in SECTIONS})
    _check_forwards(folder / f"{API}.xml")
    pipelines: dict[str, Pipeline] = {}
    for operation in operations:
        path = folder / f"{operation.policy}.xml"
        pipelines[operation.name] = _compiled(path, scope, api) if operation.policy else api
    return pipelines


def read_document(path: Path) -> Element:
    """Return the root of a policy file.

    Raises:
        Refused: It is none.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(path, 1, f"cannot be read: {error}") from None
    if len(text) > _MAX_BYTES:
        raise Refused(path, 1, f"has {len(text)} characters; API Management takes {_MAX_BYTES}")
    root = read_markup(text, path)
    if root.name != "policies":
        raise root.refused("is no <policies>")
    check_attributes(root, {})
    check_children(root, *SECTIONS)
    if [child.name for child in root.children] != list(SECTIONS):
        raise root.refused(f"holds one each of {', '.join(SECTIONS)}")
    return root


def _compiled(path: Path, scope: Scope, base: Pipeline) -> Pipeline:
    sections: dict[str, list[Step]] = {}
    for section in read_document(path).children:
        check_attributes(section, {})
        _check_once(section)
        sections[section.name] = scope.within(section.name, base[section.name]).steps(section.children)
    return sections


def _check_forwards(path: Path) -> None:
    """See that the API asks the app itself: ``<base />`` leaves it to the policy of all APIs, which is not here."""
    backend = read_document(path).children[SECTIONS.index("backend")]
    for element in backend.children:
        if element.name == "base":
            raise element.refused("stands for the global policy, which this gateway does not read")


def _check_once(section: Element) -> None:
    seen: set[str] = set()
    for element in _inside(section):
        rule = RULES.get(element.name)
        if rule and rule.once and element.name in seen:
            raise element.refused(f"stands in <{section.name}> twice")
        seen.add(element.name)


def _inside(element: Element) -> Iterable[Element]:
    for child in element.children:
        yield child
        yield from _inside(child)
