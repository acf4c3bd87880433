"""The only reader of the environment: app settings, typed, checked all at once when the app loads.

Names, types, defaults and meanings stand in ``shared/topology.yaml``; this module turns them into ``Settings``.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from shared.chunking import ChunkMode
from shared.setting_types import PARSERS
from shared.topology import Container, Setting, topology

_Value = str | int | bool | None


class SettingsError(Exception):
    """App settings are missing or wrong. The message lists every fault, a line each."""


@dataclass(frozen=True)
class Service:
    """Where a service is and how to sign in: with ``key`` when set, else with the managed identity."""

    endpoint: str
    key: str | None


@dataclass(frozen=True)
class ModelAccount:
    """``api``: ``azure`` speaks to an Azure OpenAI account, ``project`` to the account behind a Foundry project."""

    api: Literal["azure", "project"]
    service: Service
    api_version: str


@dataclass(frozen=True)
class EmbeddingModel:
    account: ModelAccount
    deployment: str
    dimensions: int


@dataclass(frozen=True)
class LanguageModel:
    """``temperature`` None: what the model does by itself; ``effort``: how hard it then thinks."""

    account: ModelAccount
    deployment: str
    temperature: float | None
    effort: str


@dataclass(frozen=True)
class ServiceBus:
    """A namespace: by ``connection_string``, else by its host ``namespace`` with the managed identity."""

    connection_string: str | None
    namespace: str | None


@dataclass(frozen=True)
class Searches:
    """How searches are run. ``status_requires_owner``: only whoever sent a search may read it."""

    status_requires_owner: bool
    deadline_s: int
    patience_s: int
    reconciler_schedule: str
    resend_after_s: int


@dataclass(frozen=True)
class GitHubApp:
    app_id: str
    installation_id: str
    private_key: str


@dataclass(frozen=True)
class GitHubAccess:
    """Signed in by ``token``, else as ``app``, else not at all."""

    api_url: str
    token: str | None
    app: GitHubApp | None


@dataclass(frozen=True)
class RepoContext:
    """Which accounts are gathered, in lower case, and how long what was gathered counts."""

    users: tuple[str, ...]
    allow_any: bool
    schedule: str
    fresh_minutes: int
    ttl_hours: int


@dataclass(frozen=True)
class Settings:
    """Every app setting. Both models are None in mock mode (``DISABLE_OPENAI=1``)."""

    http_auth_level: str
    trust_user_id_header: bool
    trust_easy_auth: bool
    app_colour: Literal["blue", "green"]
    chunk_size: int
    chunk_mode: ChunkMode
    embedding_model: EmbeddingModel | None
    language_model: LanguageModel | None
    cosmos: Service
    storage: Service
    ai_search: Service
    service_bus: ServiceBus
    client_id: str | None
    application_insights: str | None
    snippet_sweep_schedule: str
    snippet_sweep_after_hours: int
    searches: Searches
    github: GitHubAccess
    repo_context: RepoContext
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
    ai_search = _service("AI_SEARCH_ENDPOINT", "AI_SEARCH_KEY", values, faults)
    mock = bool(values["DISABLE_OPENAI"])
    containers = topology().containers
    chunks = containers["offline_chunks" if mock else "chunks"]
    account = None if mock else _model_account(values, faults)
    if not mock:
        _check_dimensions(values, chunks, faults)
    service_bus = _service_bus(values, faults)
    github = _github(values, faults)
    if faults:
        raise SettingsError("Fanwise cannot start:\n" + "\n".join(f"  - {fault}" for fault in faults))
    return Settings(
        http_auth_level=str(values["HTTP_AUTH_LEVEL"]),
        trust_user_id_header=bool(values["TRUST_USER_ID_HEADER"]),
        trust_easy_auth=bool(values["TRUST_EASY_AUTH"]),
        app_colour="green" if values["APP_COLOUR"] == "green" else "blue",
        chunk_size=_int(values, "CHUNK_SIZE"),
        chunk_mode=_chunk_mode(values),
        embedding_model=_embedding_model(values, account) if account else None,
        language_model=_language_model(values, account) if account else None,
        cosmos=cosmos,
        storage=storage,
        ai_search=ai_search,
        service_bus=service_bus,
        client_id=_str(values, "AZURE_CLIENT_ID"),
        application_insights=_str(values, "APPLICATIONINSIGHTS_CONNECTION_STRING"),
        snippet_sweep_schedule=str(values["SNIPPET_SWEEP_SCHEDULE"]),
        snippet_sweep_after_hours=_int(values, "SNIPPET_SWEEP_AFTER_HOURS"),
        searches=Searches(
            status_requires_owner=bool(values["STATUS_REQUIRES_OWNER"]),
            deadline_s=_int(values, "SEARCH_DEADLINE_S"),
            patience_s=_int(values, "SEARCH_PATIENCE_S"),
            reconciler_schedule=str(values["SEARCH_RECONCILER_SCHEDULE"]),
            resend_after_s=_int(values, "SEARCH_RESEND_AFTER_S"),
        ),
        github=github,
        repo_context=RepoContext(
            users=tuple(user.strip().lower() for user in str(values["REPO_CONTEXT_USERS"]).split(",") if user.strip()),
            allow_any=bool(values["REPO_CONTEXT_ALLOW_ANY"]),
            schedule=str(values["REPO_CONTEXT_SCHEDULE"]),
            fresh_minutes=_int(values, "REPO_CONTEXT_FRESH_MINUTES"),
            ttl_hours=_int(values, "REPO_CONTEXT_TTL_HOURS"),
        ),
        snippets=containers["offline_snippets" if mock else "snippets"],
        chunks=chunks,
    )


def _parse(name: str, setting: Setting, text: str | None, faults: list[str]) -> _Value:
    if text is None or (text == "" and setting.type != "bool"):
        if setting.required:
            faults.append(f"{name} is not set: {setting.meaning}")
        return setting.default
    try:
        return PARSERS[setting.type](setting, text.strip())
    except ValueError as error:
        shown = "its value" if setting.secret else repr(text)
        faults.append(f"{name} must be {error}, not {shown}.")
        return setting.default


def _chunk_mode(values: Mapping[str, _Value]) -> ChunkMode:
    value = values["CHUNK_MODE"]
    return value if value in ("lines", "code") else "chars"


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


def _service_bus(values: Mapping[str, _Value], faults: list[str]) -> ServiceBus:
    bus = ServiceBus(_str(values, "SERVICEBUS"), _str(values, "SERVICEBUS__fullyQualifiedNamespace"))
    if not bus.connection_string and not bus.namespace:
        faults.append(
            "SERVICEBUS is not set: connection string of the Service Bus namespace. "
            "SERVICEBUS__fullyQualifiedNamespace will do, with a managed identity."
        )
    elif bus.connection_string and "endpoint=sb://" not in bus.connection_string.lower():
        faults.append("SERVICEBUS must be a connection string such as Endpoint=sb://name/;..., not its value.")
    return bus


def _github(values: Mapping[str, _Value], faults: list[str]) -> GitHubAccess:
    names = ("GITHUB_APP_ID", "GITHUB_APP_INSTALLATION_ID", "GITHUB_APP_PRIVATE_KEY")
    given = [_str(values, name) for name in names]
    if any(given) and not all(given):
        missing = [name for name, value in zip(names, given, strict=True) if not value]
        faults.append(f"{', '.join(missing)} not set: a GitHub App needs all of {', '.join(names)}.")
    app_id, installation_id, key = (value or "" for value in given)
    app = GitHubApp(app_id, installation_id, key.replace("\\n", "\n")) if all(given) else None
    return GitHubAccess(str(values["GITHUB_API_URL"]), _str(values, "GITHUB_TOKEN"), app)


def _check_dimensions(values: Mapping[str, _Value], chunks: Container, faults: list[str]) -> None:
    dimensions = _int(values, "EMBEDDING_DIMENSIONS")
    if chunks.vector and dimensions != chunks.vector.dimensions:
        faults.append(
            f"EMBEDDING_DIMENSIONS is {dimensions}, but container {chunks.name} holds vectors of "
            f"{chunks.vector.dimensions} dimensions (shared/topology.yaml)."
        )


def _embedding_model(values: Mapping[str, _Value], account: ModelAccount) -> EmbeddingModel:
    deployment = str(values["EMBEDDING_MODEL_DEPLOYMENT_NAME"])
    return EmbeddingModel(account, deployment, _int(values, "EMBEDDING_DIMENSIONS"))


def _language_model(values: Mapping[str, _Value], account: ModelAccount) -> LanguageModel:
    temperature = values["LLM_TEMPERATURE"]
    return LanguageModel(
        account,
        str(values["LLM_MODEL"]),
        None if temperature == "default" else float(str(temperature)),
        str(values["LLM_REASONING_EFFORT"]),
    )


def _model_account(values: Mapping[str, _Value], faults: list[str]) -> ModelAccount | None:
    api, endpoint_name = _model_api(values, faults)
    if not api:
        return None
    service = _service(endpoint_name, "AZURE_OPENAI_API_KEY", values, faults)
    return ModelAccount(api, service, str(values["OPENAI_API_VERSION"]))


def _model_api(values: Mapping[str, _Value], faults: list[str]) -> tuple[Literal["azure", "project"] | None, str]:
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
            "AZURE_OPENAI_ENDPOINT is not set: Azure OpenAI account of both models. "
            "PROJECT_ENDPOINT will do, and DISABLE_OPENAI=1 needs neither."
        )
    return None, ""
