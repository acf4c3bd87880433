"""What Azure would know: functions of Bicep, and properties that a resource has only once it exists."""

import json
import operator
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from tests.support.bicep.syntax import BicepError

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-00000000000a"
TENANT_ID = "00000000-0000-0000-0000-00000000000b"
APP_PRINCIPAL_ID = "00000000-0000-0000-0000-00000000000c"
APP_CLIENT_ID = "00000000-0000-0000-0000-00000000000d"
SYSTEM_PRINCIPAL_ID = "00000000-0000-0000-0000-00000000000f"

# Read-only properties in use, by type and path. Each was looked up in the service's REST reference.
_READ_ONLY: dict[tuple[str, str], str] = {
    ("Microsoft.ManagedIdentity/userAssignedIdentities", "principalId"): APP_PRINCIPAL_ID,
    ("Microsoft.ManagedIdentity/userAssignedIdentities", "clientId"): APP_CLIENT_ID,
    ("Microsoft.Insights/components", "ConnectionString"): "InstrumentationKey=00000000-0000-0000-0000-00000000000e",
    ("Microsoft.Storage/storageAccounts", "primaryEndpoints.blob"): "https://{name}.blob.core.windows.net/",
    ("Microsoft.DocumentDB/databaseAccounts", "documentEndpoint"): "https://{name}.documents.azure.com:443/",
    ("Microsoft.DurableTask/schedulers", "endpoint"): "https://{name}-a1b2.northeurope.durabletask.io",
    ("Microsoft.Web/sites", "defaultHostName"): "{name}.azurewebsites.net",
    ("Microsoft.ApiManagement/service", "gatewayUrl"): "https://{name}.azure-api.net",
    ("Microsoft.KeyVault/vaults", "vaultUri"): "https://{name}.vault.azure.net/",
    ("Microsoft.SignalRService/SignalR", "hostName"): "{name}.service.signalr.net",
}


def read_only(type_: str, path: str, name: str) -> str | None:
    """Return a property that exists once the resource does; "" where ``path`` leads to one, None where to nothing."""
    if (value := _READ_ONLY.get((type_, path))) is not None:
        return value.format(name=name)
    return "" if any(known == type_ and each.startswith(f"{path}.") for known, each in _READ_ONLY) else None


def identity(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ``identity`` of a resource as it is once the resource exists: with a principal if it has its own."""
    given: dict[str, Any] = body.get("identity", {})
    own = {"principalId": SYSTEM_PRINCIPAL_ID, "tenantId": TENANT_ID} if given.get("type") == "SystemAssigned" else {}
    return {**given, **own}


def _unique_string(*parts: str) -> str:
    # Thirteen characters of a-z and 2-7 in Azure; hexadecimal digits that are among them do as well.
    return sha256("\0".join(parts).encode()).hexdigest().translate(str.maketrans("0189", "ghij"))[:13]


def _guid(*parts: str) -> str:
    digits = sha256("\0".join(parts).encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:32]}"


def _items(mapping: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": mapping[key]} for key in sorted(mapping)]


def _union(*parts: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for part in parts for key, value in part.items()}


def _concat(*parts: Any) -> Any:
    return [each for part in parts for each in part] if isinstance(parts[0], list) else "".join(parts)


def _filter(given: list[Any], keep: Callable[[Any], bool]) -> list[Any]:
    return [each for each in given if keep(each)]


def _map(given: list[Any], change: Callable[[Any], Any]) -> list[Any]:
    return [change(each) for each in given]


def _string(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _resource_id(type_: str, *names: str) -> str:
    return f"{SUBSCRIPTION}/resourceGroups/rg/providers/{typed_path(type_, names)}"


def _subscription_resource_id(type_: str, *names: str) -> str:
    return f"{SUBSCRIPTION}/providers/{typed_path(type_, names)}"


def typed_path(type_: str, names: tuple[str, ...]) -> str:
    """Return ``Microsoft.X/a/b`` with names ``1``, ``2`` as ``Microsoft.X/a/1/b/2``."""
    provider, *kinds = type_.split("/")
    if len(kinds) != len(names):
        raise BicepError(f"{type_} needs {len(kinds)} names, not {len(names)}")
    return "/".join([provider, *(part for pair in zip(kinds, names, strict=True) for part in pair)])


OPERATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
ARITHMETIC: dict[str, Callable[[int, int], int]] = {"+": operator.add, "-": operator.sub}


def _fail(message: str) -> None:
    raise BicepError(message)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "concat": _concat,
    "contains": operator.contains,
    "empty": operator.not_,
    "fail": _fail,
    "filter": _filter,
    "environment": lambda: {
        "suffixes": {"storage": "core.windows.net"},
        "authentication": {"loginEndpoint": "https://login.microsoftonline.com/"},
    },
    "guid": _guid,
    "items": _items,
    "length": len,
    "map": _map,
    "replace": str.replace,
    "split": str.split,
    "startsWith": str.startswith,
    "resourceId": _resource_id,
    "string": _string,
    "subscription": lambda: {"id": SUBSCRIPTION},
    "subscriptionResourceId": _subscription_resource_id,
    "tenant": lambda: {"tenantId": TENANT_ID},
    "toLower": str.lower,
    "union": _union,
    "uniqueString": _unique_string,
}
_LOADERS: dict[str, Callable[[str], Any]] = {
    "loadJsonContent": json.loads,
    "loadTextContent": str,
    "loadYamlContent": yaml.safe_load,
}


@cache
def _loaded(loader: str, content: str) -> Any:
    return _LOADERS[loader](content)


def call(name: str, arguments: list[Any], folder: Path) -> Any:
    """Return what a function of Bicep answers; files are looked for from ``folder``.

    Raises:
        BicepError: There is no such function or file, or it does not take these arguments.
    """
    if name in _LOADERS:
        path = folder / arguments[0]
        if not path.is_file():
            raise BicepError(f"{name}: there is no file {arguments[0]}")
        return _loaded(name, path.read_text(encoding="utf-8"))
    if name not in _FUNCTIONS:
        raise BicepError(f"function {name} is not among those in use: {', '.join(sorted(_FUNCTIONS))}")
    try:
        return _FUNCTIONS[name](*arguments)
    except (TypeError, AttributeError, KeyError) as error:
        raise BicepError(f"{name}({', '.join(map(repr, arguments))}): {error}") from error
