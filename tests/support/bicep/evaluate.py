"""Evaluates Bicep as Azure would, as far as our files go: which resources, with which properties, come of parameters.

A closed subset: what a file uses beyond it is an error, not a guess. Names that do not exist, parameters that a module
does not have or misses, values that are not allowed, and outputs or properties that nothing has, are errors too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tree_sitter import Node

from tests.support.bicep.runtime import ARITHMETIC, OPERATIONS, SUBSCRIPTION, call, identity, read_only, typed_path
from tests.support.bicep.sources import Sources, exists_in_this_case, plain
from tests.support.bicep.syntax import (
    BicepError,
    BicepFile,
    Declaration,
    is_safe,
    literal,
    read_bicep,
    text,
    unescaped,
    values,
)

_TYPES: dict[str, type | tuple[type, ...]] = {"string": str, "int": int, "bool": bool, "object": dict, "array": list}
_TOP_LEVEL_SCOPES = {"Microsoft.Resources/resourceGroups": SUBSCRIPTION}


@dataclass(frozen=True)
class Resource:
    """``id`` is whole; ``scope`` that of what an extension, such as a role assignment, applies to."""

    type: str
    api_version: str
    symbol: str
    file: str
    name: str
    id: str
    body: dict[str, Any]
    scope: str | None = None

    @property
    def properties(self) -> dict[str, Any]:
        return self.body.get("properties", {})


@dataclass
class Deployment:
    resources: list[Resource] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)

    def of(self, type_: str) -> list[Resource]:
        return [each for each in self.resources if each.type == type_]

    def one(self, type_: str) -> Resource:
        """Return the only resource of a type."""
        (found,) = self.of(type_)
        return found


@dataclass(frozen=True)
class _Properties:
    """Properties of a resource that has yet to be made, or a part of them."""

    resource: Resource
    path: str = ""


@dataclass(frozen=True)
class _Outputs:
    module: str
    outputs: Mapping[str, Any]


def evaluate(main: Path, parameters: Mapping[str, Any], sources: Sources | None = None) -> Deployment:
    """Return what deploying ``main`` with ``parameters`` would make; nobody may change it.

    ``sources``: the files, for those who evaluate them more than once as they are.

    Raises:
        BicepError: It could not be deployed.
    """
    return _evaluated(main, parameters, sources or Sources())


def _evaluated(path: Path, parameters: Mapping[str, Any], sources: Sources) -> Deployment:
    # The checks evaluate copies that differ in one edit, each in many ways: nearly all modules come out as before.
    known = (sources.digest(path), plain(parameters))
    if known not in _evaluated_before:
        deployment = Deployment()
        deployment.outputs = _Evaluator(read_bicep(path), parameters, deployment, sources).run()
        _evaluated_before[known] = deployment
    return _evaluated_before[known]


_evaluated_before: dict[tuple[bytes, str], Deployment] = {}


class _Evaluator:
    """One file with one set of parameters. Resources are added to the deployment in the order of the file."""

    def __init__(
        self, file: BicepFile, parameters: Mapping[str, Any], deployment: Deployment, sources: Sources
    ) -> None:
        self._file = file
        self._deployment = deployment
        self._sources = sources
        self._made: dict[str, Any] = {}
        self._making: set[str] = set()
        declared = file.of("parameter")
        if unknown := set(parameters) - set(declared):
            raise BicepError(f"{file.path.name} has no parameter {', '.join(sorted(unknown))}")
        self._parameters = {name: self._parameter(each, parameters) for name, each in declared.items()}

    def run(self) -> dict[str, Any]:
        for declaration in self._file.declarations.values():
            if declaration.kind in ("resource_declaration", "module_declaration", "variable_declaration"):
                self._symbol(declaration.name, declaration.node)
        return {name: self._output(each) for name, each in self._file.of("output").items()}

    # Declarations

    def _parameter(self, declaration: Declaration, given: Mapping[str, Any]) -> Any:
        _, declared, *default = values(declaration.node)
        if declaration.name in given:
            value = given[declaration.name]
        elif default:
            value = self._value(default[0], {})
        else:
            raise BicepError(f"{self._file.path.name} needs parameter {declaration.name}")
        kind = _TYPES[text(declared)]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
            raise BicepError(f"{self._file.path.name}: {declaration.name} must be {text(declared)}, not {value!r}")
        self._check_allowed(declaration, value)
        return value

    def _check_allowed(self, declaration: Declaration, value: Any) -> None:
        measured = len(value) if isinstance(value, str) else value
        for rule, node in declaration.decorators.items():
            limit: Any = self._value(node, {}) if node is not None and rule != "metadata" else None
            refused = (
                (rule == "allowed" and value not in limit)
                or (rule in ("minValue", "minLength") and measured < limit)
                or (rule in ("maxValue", "maxLength") and measured > limit)
            )
            if refused:
                raise BicepError(f"{self._file.path.name}: {declaration.name} is {value!r}; {rule} is {limit!r}")

    def _output(self, declaration: Declaration) -> Any:
        _, declared, value = values(declaration.node)
        result = self._value(value, {})
        if not isinstance(result, _TYPES[text(declared)]):
            raise BicepError(f"{self._file.where(declaration.node)}: output {declaration.name} is {result!r}")
        return result

    def _symbol(self, name: str, at: Node) -> Any:
        if name in self._made:
            return self._made[name]
        if name in self._parameters:
            return self._parameters[name]
        declaration = self._file.declarations.get(name)
        if declaration is None:
            raise BicepError(f"{self._file.where(at)}: there is no {name}")
        if name in self._making:
            raise BicepError(f"{self._file.where(at)}: {name} depends on itself")
        self._making.add(name)
        if declaration.kind == "variable_declaration":
            made = self._value(values(declaration.node)[1], {})
        else:
            made = (self._module if declaration.kind == "module_declaration" else self._resource)(declaration.node)
        self._making.discard(name)
        self._made[name] = made
        return made

    # Resources and modules

    def _resource(self, node: Node, parent: Resource | None = None) -> Any:
        _, _, body = values(node)
        if body.type == "for_statement":
            return [self._one_resource(node, inner, local, parent) for inner, local in self._rounds(body, {})]
        if body.type == "if_statement":
            condition, body = values(body)
            kept = self._truth(values(condition)[0], {})
            return self._one_resource(node, body, {}, parent, kept=kept)
        # One that another file makes is only named here.
        made_elsewhere = any(child.type == "existing" for child in node.children)
        return self._one_resource(node, body, {}, parent, kept=not made_elsewhere)

    def _one_resource(
        self, node: Node, body: Node, local: Mapping[str, Any], parent: Resource | None, *, kept: bool = True
    ) -> Resource:
        symbol, spec = values(node)[:2]
        type_, _, version = literal(spec).partition("@")
        if parent is not None:
            type_, version = f"{parent.type}/{type_}", parent.api_version
        document = self._object(body, local)
        parent = document.pop("parent", parent)
        scope = document.pop("scope", None)
        document.pop("dependsOn", None)
        if "name" not in document:
            raise BicepError(f"{self._file.where(node)}: {text(symbol)} has no name")
        made = Resource(
            type=type_,
            api_version=version,
            symbol=text(symbol),
            file=self._file.path.name,
            name=document["name"],
            id=self._id(type_, document["name"], parent, scope),
            body=document,
            scope=scope.id if isinstance(scope, Resource) else None,
        )
        if kept:
            self._deployment.resources.append(made)
            for child in self._nested(body):
                self._made[text(values(child)[0])] = self._resource(child, made)
        return made

    def _id(self, type_: str, name: str, parent: Resource | None, scope: Any) -> str:
        if parent is not None:
            return f"{parent.id}/{type_.rsplit('/', 1)[1]}/{name}"
        if isinstance(scope, Resource):
            return f"{scope.id}/providers/{typed_path(type_, (name,))}"
        if type_ in _TOP_LEVEL_SCOPES:
            return f"{SUBSCRIPTION}/resourceGroups/{name}"
        return f"{SUBSCRIPTION}/resourceGroups/rg/providers/{typed_path(type_, (name,))}"

    def _nested(self, body: Node) -> list[Node]:
        found = [values(each)[0] for each in body.named_children if each.type == "object_property"]
        return [node for node in found if node.type == "resource_declaration"]

    def _module(self, node: Node) -> Any:
        body = values(node)[2]
        if body.type == "for_statement":
            return [self._one_module(node, inner, local) for inner, local in self._rounds(body, {})]
        if body.type == "if_statement":
            condition, body = values(body)
            if not self._truth(values(condition)[0], {}):
                return None
        return self._one_module(node, body, {})

    def _one_module(self, node: Node, body: Node, local: Mapping[str, Any]) -> _Outputs:
        symbol, source = values(node)[:2]
        path = self._file.path.parent / literal(source)
        if not exists_in_this_case(path):
            raise BicepError(f"{self._file.where(node)}: there is no file {literal(source)}, in this case")
        arguments = self._object(body, local)
        if unknown := set(arguments) - {"name", "scope", "params", "dependsOn"}:
            raise BicepError(f"{self._file.where(node)}: a module has no {', '.join(sorted(unknown))}")
        made = _evaluated(path, arguments.get("params", {}), self._sources)
        self._deployment.resources += made.resources
        return _Outputs(text(symbol), made.outputs)

    def _rounds(self, node: Node, local: Mapping[str, Any]) -> list[tuple[Node, Mapping[str, Any]]]:
        each, collection, body = values(node)
        names = [text(part) for part in values(each)] if each.type == "for_loop_parameters" else [text(each)]
        return [
            (body, {**local, **dict(zip(names, (item, index), strict=False))})
            for index, item in enumerate(self._value(collection, local))
        ]

    # Expressions

    def _value(self, node: Node, local: Mapping[str, Any]) -> Any:
        method = getattr(self, f"_on_{node.type}", None)
        if method is None:
            raise BicepError(f"{self._file.where(node)}: {node.type} is not in the subset: {text(node)[:60]}")
        return method(node, local)

    def _on_number(self, node: Node, _: Mapping[str, Any]) -> int:
        return int(text(node))

    def _on_boolean(self, node: Node, _: Mapping[str, Any]) -> bool:
        return text(node) == "true"

    def _on_null(self, *_: Any) -> None:
        return None

    def _on_string(self, node: Node, local: Mapping[str, Any]) -> str:
        if "\\$" in text(node):
            # The parser drops it without a word.
            raise BicepError(f"{self._file.where(node)}: an escaped $ is not in the subset")
        parts: list[str] = []
        for part in node.named_children:
            if part.type != "interpolation":
                parts.append(unescaped(part))
                continue
            value = self._value(values(part)[0], local)
            if not isinstance(value, (str, int)):
                raise BicepError(f"{self._file.where(node)}: {text(part)} is {value!r}, which no text can hold")
            parts.append(str(value))
        return "".join(parts)

    def _on_array(self, node: Node, local: Mapping[str, Any]) -> list[Any]:
        return [self._value(each, local) for each in values(node)]

    def _on_for_statement(self, node: Node, local: Mapping[str, Any]) -> list[Any]:
        return [self._value(body, inner) for body, inner in self._rounds(node, local)]

    def _on_object(self, node: Node, local: Mapping[str, Any]) -> dict[str, Any]:
        # As Azure does, what is null is left out.
        return {key: value for key, value in self._object(node, local).items() if value is not None}

    def _object(self, node: Node, local: Mapping[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for each in values(node):
            if values(each)[0].type == "resource_declaration":
                continue
            key_node, value = values(each)
            key = self._value(key_node, local) if key_node.type == "string" else text(key_node)
            if key in made:
                raise BicepError(f"{self._file.where(each)}: {key} is given twice")
            made[key] = self._value(value, local)
        return made

    def _on_ternary_expression(self, node: Node, local: Mapping[str, Any]) -> Any:
        condition, yes, no = values(node)
        return self._value(yes if self._truth(condition, local) else no, local)

    def _on_parenthesized_expression(self, node: Node, local: Mapping[str, Any]) -> Any:
        return self._value(values(node)[0], local)

    def _on_unary_expression(self, node: Node, local: Mapping[str, Any]) -> bool:
        return not self._truth(values(node)[0], local)

    def _on_binary_expression(self, node: Node, local: Mapping[str, Any]) -> Any:
        left, right = values(node)
        sign = next(text(child) for child in node.children if not child.is_named)
        if sign == "&&":
            return self._truth(left, local) and self._truth(right, local)
        if sign == "||":
            return self._truth(left, local) or self._truth(right, local)
        if sign == "??":
            found = self._value(left, local)
            return self._value(right, local) if found is None else found
        if sign in ARITHMETIC:
            return self._sum(ARITHMETIC[sign], left, right, local)
        if sign not in OPERATIONS:
            raise BicepError(f"{self._file.where(node)}: operator {sign} is not in the subset")
        return OPERATIONS[sign](self._value(left, local), self._value(right, local))

    def _sum(self, operation: Callable[[int, int], int], left: Node, right: Node, local: Mapping[str, Any]) -> int:
        given = [self._value(each, local) for each in (left, right)]
        if not all(isinstance(each, int) and not isinstance(each, bool) for each in given):
            raise BicepError(f"{self._file.where(left)}: {given} are not two numbers")
        return operation(*given)

    def _truth(self, node: Node, local: Mapping[str, Any]) -> bool:
        value = self._value(node, local)
        if not isinstance(value, bool):
            raise BicepError(f"{self._file.where(node)}: {text(node)} is {value!r}, not true or false")
        return value

    def _on_identifier(self, node: Node, local: Mapping[str, Any]) -> Any:
        name = text(node)
        return local[name] if name in local else self._symbol(name, node)

    def _on_lambda_expression(self, node: Node, local: Mapping[str, Any]) -> Callable[[Any], Any]:
        name, body = values(node)
        if name.type != "identifier":
            raise BicepError(f"{self._file.where(node)}: only lambdas of one name are in the subset")
        return lambda item: self._value(body, {**local, text(name): item})

    def _on_call_expression(self, node: Node, local: Mapping[str, Any]) -> Any:
        function, arguments = values(node)
        given = [self._value(each, local) for each in values(arguments)]
        return call(text(function), given, self._file.path.parent)

    def _on_subscript_expression(self, node: Node, local: Mapping[str, Any]) -> Any:
        container, key = values(node)
        owner, wanted = self._value(container, local), self._value(key, local)
        if owner is None:
            if is_safe(node) or is_safe(container, whole_chain=True):
                return None
            raise BicepError(f"{self._file.where(node)}: {text(container)} is None, which has no {wanted}")
        if is_safe(node) and (wanted not in owner if isinstance(owner, dict) else not 0 <= wanted < len(owner)):
            return None
        if isinstance(owner, dict):
            return _found(owner, wanted, f"{self._file.where(node)}: {text(container)}")
        return owner[wanted]

    def _on_member_expression(self, node: Node, local: Mapping[str, Any]) -> Any:
        owner, name_node = values(node)
        value, name = self._value(owner, local), text(name_node)
        where = f"{self._file.where(node)}: {text(owner)}"
        if value is None and (is_safe(node) or is_safe(owner, whole_chain=True)):
            return None
        if isinstance(value, Resource):
            return self._of_resource(value, name, where)
        if isinstance(value, _Properties):
            return self._of_properties(value, name, where)
        if isinstance(value, _Outputs):
            return _found({"outputs": value.outputs}, name, f"{where}, a module,")
        if isinstance(value, Mapping):
            if is_safe(node) and name not in value:
                return None
            return _found(value, name, where)  # pyright: ignore[reportUnknownArgumentType]
        raise BicepError(f"{where} is {value!r}, which has no {name}")

    def _of_resource(self, resource: Resource, name: str, where: str) -> Any:
        if name in ("id", "name"):
            return getattr(resource, name)
        if name == "properties":
            return _Properties(resource)
        if name == "identity":
            return identity(resource.body)
        return _found(resource.body, name, where)

    def _of_properties(self, properties: _Properties, name: str, where: str) -> Any:
        path = f"{properties.path}.{name}" if properties.path else name
        value = read_only(properties.resource.type, path, properties.resource.name)
        if value is None:
            raise BicepError(f"{where}: {properties.resource.type} has no property {path} to read")
        return value or _Properties(properties.resource, path)


def _found(mapping: Mapping[str, Any], name: str, where: str) -> Any:
    if name not in mapping:
        raise BicepError(f"{where} has no {name}; it has {', '.join(map(str, mapping))}")
    return mapping[name]
