"""The only reader of the environment: app settings, typed, checked all at once when the app loads.

Names, types, defaults and meanings stand in ``shared/topology.yaml``; this module turns them into ``Settings``.
"""

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal
from urllib.parse import urlsplit

from shared.topology import Container, Setting, topology

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off", ""})

_Value = str | int | bool | None


class SettingsError(Exception):
    """App settings are missing or wrong. The message lists every fault, a line each."""


@dataclass(frozen=True)
class Service:
    """Where a service is and how to sign in: with ``key`` when set, else with the managed identity."""

    endpoint: str
    key: str | None


@dataclass(frozen=True)
class EmbeddingModel:
    """``api``: ``azure`` speaks to an Azure OpenAI account, ``project`` to the account behind a Foundry project."""

    api: Literal["azure", "project"]
    service: Service
    api_version: str
    deployment: str
    dimensions: int


@dataclass(frozen=True)
class Settings:
    """Every app setting. ``embedding_model`` is None in mock mode (``DISABLE_OPENAI=1``)."""

    http_auth_level: str
    trust_user_id_header: bool
    trust_easy_auth: bool
    chunk_size: int
    chunk_mode: Literal["chars", "lines"]
    embedding_model: EmbeddingModel | None
    cosmos: Service
    storage: Service
    client_id: str | None
    snippet_sweep_schedule: str
    snippet_sweep_after_hours: int
    snippets: Container
    chunks: Container


@cache
def current_settings() -> Settings:
    """Return the settings of this process, read once.

    Raises:
        SettingsError: One or more settings are missing or wrong.
    """
    return load_settings(os.environ)


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Build ``Settings`` from ``environ``.

    Raises:
        SettingsError: One or more settings are missing or wrong; all of them are named.
    """
    faults: list[str] = []
    values = {
        name: _parse(name, setting, environ.get(name), faults)
        for name, setting in topology().settings.items()
        if setting.read_by == "app"
    }
    cosmos = _service("COSMOS_ENDPOINT", "COSMOS_KEY", values, faults)
    storage = _service("STORAGE_ENDPOINT", "STORAGE_KEY", values, faults)
    mock = bool(values["DISABLE_OPENAI"])
    containers = topology().containers
    chunks = containers["offline_chunks" if mock else "chunks"]
    model = None if mock else _embedding_model(values, chunks, faults)
    if faults:
        raise SettingsError("Fanwise cannot start:\n" + "\n".join(f"  - {fault}" for fault in faults))
    return Settings(
        http_auth_level=str(values["HTTP_AUTH_LEVEL"]),
        trust_user_id_header=bool(values["TRUST_USER_ID_HEADER"]),
        trust_easy_auth=bool(values["TRUST_EASY_AUTH"]),
        chunk_size=_int(values, "CHUNK_SIZE"),
        chunk_mode="lines" if values["CHUNK_MODE"] == "lines" else "chars",
        embedding_model=model,
        cosmos=cosmos,
        storage=storage,
        client_id=_str(values, "AZURE_CLIENT_ID"),
        snippet_sweep_schedule=str(values["SNIPPET_SWEEP_SCHEDULE"]),
        snippet_sweep_after_hours=_int(values, "SNIPPET_SWEEP_AFTER_HOURS"),
        snippets=containers["offline_snippets" if mock else "snippets"],
        chunks=chunks,
    )


def _parse(name: str, setting: Setting, text: str | None, faults: list[str]) -> _Value:
    if text is None or (text == "" and setting.type != "bool"):
        if setting.required:
            faults.append(f"{name} is not set: {setting.meaning}")
        return setting.default
    try:
        return _PARSERS[setting.type](setting, text.strip())
    except ValueError as error:
        shown = "its value" if setting.secret else repr(text)
        faults.append(f"{name} must be {error}, not {shown}.")
        return setting.default


def _parse_int(setting: Setting, text: str) -> int:
    expected = f"a whole number from {setting.min} to {setting.max}"
    try:
        number = int(text)
    except ValueError:
        raise ValueError(expected) from None
    if not (setting.min or 0) <= number <= (setting.max or number):
        raise ValueError(expected)
    return number


def _parse_bool(_: Setting, text: str) -> bool:
    if text.lower() not in TRUE_WORDS | FALSE_WORDS:
        raise ValueError("1 or 0")
    return text.lower() in TRUE_WORDS


def _parse_choice(setting: Setting, text: str) -> str:
    if text.lower() not in setting.choices:
        raise ValueError(" or ".join(setting.choices))
    return text.lower()


def _parse_url(_: Setting, text: str) -> str:
    if not _is_address(text):
        raise ValueError("an address such as https://name.example")
    parts = urlsplit(text)
    return parts._replace(scheme=parts.scheme.lower()).geturl().rstrip("/")


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a bracket that does not close, a port out of range
        return False


def _parse_key(_: Setting, text: str) -> str:
    try:
        base64.b64decode(text, validate=True)
    except ValueError:
        raise ValueError("the base64 text that the portal shows") from None
    return text


def _parse_str(_: Setting, text: str) -> str:
    return text


def _parse_connection(setting: Setting, text: str) -> str:
    # The older form of PROJECT_CONNECTION_STRING has no scheme; whether it will do is decided where it is used.
    return _parse_url(setting, text) if "://" in text else text


_PARSERS = {
    "int": _parse_int,
    "bool": _parse_bool,
    "choice": _parse_choice,
    "url": _parse_url,
    "key": _parse_key,
    "str": _parse_str,
    "connection": _parse_connection,
}


def _int(values: Mapping[str, _Value], name: str) -> int:
    value = values[name]
    return value if isinstance(value, int) else 0


def _str(values: Mapping[str, _Value], name: str) -> str | None:
    value = values[name]
    return value if isinstance(value, str) and value else None


def _service(endpoint_name: str, key_name: str, values: Mapping[str, _Value], faults: list[str]) -> Service:
    service = Service(_str(values, endpoint_name) or "", _str(values, key_name))
    # A token sent in the clear is a credential given away: the SDKs refuse it too, but only at the first call.
    if service.endpoint.startswith("http://") and not service.key:
        faults.append(
            f"{endpoint_name} is http:// ({service.endpoint}) and {key_name} is not set: "
            "a managed identity needs https. Set the key, or an https endpoint."
        )
    return service


def _embedding_model(values: Mapping[str, _Value], chunks: Container, faults: list[str]) -> EmbeddingModel | None:
    dimensions = _int(values, "EMBEDDING_DIMENSIONS")
    if chunks.vector and dimensions != chunks.vector.dimensions:
        faults.append(
            f"EMBEDDING_DIMENSIONS is {dimensions}, but container {chunks.name} holds vectors of "
            f"{chunks.vector.dimensions} dimensions (shared/topology.yaml)."
        )
    api, endpoint_name = _embedding_api(values, faults)
    if not api:
        return None
    return EmbeddingModel(
        api=api,
        service=_service(endpoint_name, "AZURE_OPENAI_API_KEY", values, faults),
        api_version=str(values["OPENAI_API_VERSION"]),
        deployment=str(values["EMBEDDING_MODEL_DEPLOYMENT_NAME"]),
        dimensions=dimensions,
    )


def _embedding_api(values: Mapping[str, _Value], faults: list[str]) -> tuple[Literal["azure", "project"] | None, str]:
    if values["AZURE_OPENAI_ENDPOINT"]:
        return "azure", "AZURE_OPENAI_ENDPOINT"
    if values["PROJECT_ENDPOINT"]:
        return "project", "PROJECT_ENDPOINT"
    connection = _str(values, "PROJECT_CONNECTION_STRING")
    if connection and "://" in connection:
        return "project", "PROJECT_CONNECTION_STRING"
    if connection:
        faults.append(
            "PROJECT_CONNECTION_STRING holds the form host;subscription;group;project, which azure-ai-projects "
            "2.x cannot use. Set PROJECT_ENDPOINT to https://<account>.services.ai.azure.com/api/projects/<project>, "
            "or AZURE_OPENAI_ENDPOINT to the account."
        )
    elif not any("AZURE_OPENAI_ENDPOINT" in fault or "PROJECT_ENDPOINT" in fault for fault in faults):
        faults.append(
            "AZURE_OPENAI_ENDPOINT is not set: Azure OpenAI account for embeddings. "
            "PROJECT_ENDPOINT will do, and DISABLE_OPENAI=1 needs neither."
        )
    return None, ""
