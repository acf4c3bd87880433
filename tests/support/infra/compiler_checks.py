"""What the Bicep compiler and its formatter would say of the sources, as far as it has been seen to."""

import json
from collections.abc import Iterator

from tree_sitter import Node

from tests.support.bicep.syntax import BicepFile, text, values, walk
from tests.support.infra.project import Project

# Where the formatter breaks what can be broken.
_WIDTH = 120
_BREAKABLE = {"array", "call_expression", "for_statement", "object", "ternary_expression"}
# The rules of the compiler's linter that are on by themselves: none was broken when it was last run.
_RULES = {
    *("adminusername-should-not-be-literal", "artifacts-parameters", "decompiler-cleanup", "max-asserts"),
    *("max-outputs", "max-params", "max-resources", "max-variables", "nested-deployment-template-scoping"),
    *("no-conflicting-metadata", "no-deployments-resources", "no-hardcoded-env-urls", "no-unnecessary-dependson"),
    *("no-unused-existing-resources", "no-unused-imports", "no-unused-params", "no-unused-vars"),
    *("outputs-should-not-contain-secrets", "prefer-interpolation", "prefer-unquoted-property-names"),
    *("protect-commandtoexecute-secrets", "secure-parameter-default", "secure-params-in-nested-deploy"),
    *("secure-secrets-in-params", "simplify-interpolation", "simplify-json-null", "use-parent-property"),
    *("use-resource-symbol-reference", "use-safe-access"),
    *("use-secure-value-for-secure-inputs", "use-stable-resource-identifiers", "use-stable-vm-image"),
}


def linter_rules(project: Project) -> list[str]:
    """What the compiler's linter finds ends a deployment: `azd provision` compiles with the file beside main.bicep."""
    linter = json.loads(project.text("infra/bicepconfig.json"))["analyzers"]["core"]
    levels = {name: rule["level"] for name, rule in linter["rules"].items()}
    found = ["bicepconfig.json: the linter is off"] * (linter.get("enabled") is not True)
    found += [f"bicepconfig.json: {name} is {level}" for name, level in levels.items() if level != "error"]
    return found + [f"bicepconfig.json: {name}" for name in sorted(_RULES ^ set(levels))]


def outputs_that_may_not_be_there(project: Project) -> list[str]:
    """A module under a condition is asked with `.?` or `!`: BCP318."""
    found: list[str] = []
    for file in project.bicep:
        modules = file.of("module").items()
        conditional = {name for name, each in modules if values(each.node)[2].type == "if_statement"}
        for node in _of(file, "member_expression"):
            asked = text(node.children[0]) in conditional and not any(
                each.type in (".?", "!") for each in node.children
            )
            found += [f"{file.where(node)}: {text(node)} may not be there"] * asked
    return found


def names_that_hide_a_type(project: Project) -> list[str]:
    """Resources of known names are written out: the name tells the compiler which properties they have. BCP225."""
    return [
        f"{file.where(each.node)}: {each.name} goes over names that are known"
        for file in project.bicep
        for each in file.of("resource").values()
        if (body := values(each.node)[-1]).type == "for_statement" and values(body)[1].type == "array"
    ]


def lookups_that_may_fail(project: Project) -> list[str]:
    """A table is asked for what it has: what stops a deployment is `fail()`, what may be null has a `??`. BCP321."""
    return [
        f"{file.where(node)}: looks up {text(values(node)[1])}"
        for file in project.bicep
        for node in _of(file, "subscript_expression")
        if values(node)[1].type == "ternary_expression"
    ]


def unsafe_access(project: Project) -> list[str]:
    """What may be missing is asked for with `.?`: use-safe-access."""
    found: list[str] = []
    for file in project.bicep:
        for node in _of(file, "ternary_expression"):
            condition, yes, _ = values(node)
            if condition.type != "call_expression" or text(values(condition)[0]) != "contains":
                continue
            owner, key = values(values(condition)[1])
            wanted = f"{text(owner)}.{text(key).strip(chr(39))}"
            found += [f"{file.where(node)}: {wanted} without .?"] * (text(yes) == wanted)
    return found


def compilers_format(project: Project) -> list[str]:
    """Sources are as `bicep format` leaves them, in what it was seen to change."""
    found: list[str] = []
    for file in project.bicep:
        source = file.path.read_text(encoding="utf-8")
        lines = source.split("\n")
        found += [f"{file.path.name}: ends with {source[-2:]!r}"] * (not source.endswith("\n") or lines[-2] == "")
        found += [f"{file.path.name}:{i}: space at its end" for i, line in enumerate(lines, 1) if line != line.rstrip()]
        found += [f"{file.where(node)}: longer than {_WIDTH}" for node in _too_long(file)]
        for node in _of(file, "for_statement"):
            word = next(child for child in node.children if child.type == "for")
            hangs = node.start_point[0] == word.start_point[0] != node.end_point[0]
            found += [f"{file.where(node)}: for is not on a line of its own"] * hangs
    return found


def _too_long(file: BicepFile) -> Iterator[Node]:
    for declaration in file.declarations.values():
        for node in walk(declaration.node):
            on_one_line = node.start_point[0] == node.end_point[0]
            # The head of a resource is never broken.
            head = node.parent is not None and _in_condition(node)
            if node.type in _BREAKABLE and on_one_line and node.end_point[1] > _WIDTH and not head:
                yield node


def _in_condition(node: Node) -> bool:
    above: Node | None = node
    while above is not None and above.type not in ("object", "if_statement"):
        above = above.parent
    return above is not None and above.type == "if_statement"


def _of(file: BicepFile, type_: str) -> list[Node]:
    return [node for node in walk(file.root) if node.type == type_]
