"""What ``up`` starts and what it uses as it finds it, decided before anything is started."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from local.azurite.launcher import ACCOUNT
from local.openai.models import choice
from local.processes.ports import LOOPBACK
from local.stack.addresses import connection_string, is_loopback, service_bus_connection, service_bus_endpoint
from local.stack.errors import BadSettings

DEFAULT_PORTS = {
    "host": 7071,
    "cosmos": 8081,
    "openai": 8082,
    "search": 8083,
    "github": 8084,
    "servicebus": 5672,
    "storage": 10000,
}


class Part(StrEnum):
    """A part of the stack, in the order of the table."""

    HOST = "host"
    COSMOS = "cosmos"
    OPENAI = "openai"
    SEARCH = "search"
    GITHUB = "github"
    SERVICEBUS = "servicebus"
    STORAGE = "storage"


_DEPLOYMENT = "EMBEDDING_MODEL_DEPLOYMENT_NAME"
_MINILM_DEPLOYMENT = "text-embedding-3-small-minilm"
KEEP_NOTHING = (Part.OPENAI, Part.GITHUB)
GITHUB_APP = ("GITHUB_APP_ID", "GITHUB_APP_INSTALLATION_ID", "GITHUB_APP_PRIVATE_KEY")


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line of ``up`` says. A port of None: the one in the setting, else the default."""

    data: Path
    off: frozenset[Part] = frozenset()
    ports: Mapping[Part, int] = field(default_factory=dict[Part, int])
    ready_file: Path | None = None
    openai_switches: tuple[str, ...] = ()
    github_switches: tuple[str, ...] = ()
    catalogue: Path | None = None
    """Folder of the materials that search finds; None loads none."""


@dataclass(frozen=True, slots=True)
class Started:
    """A part that ``up`` starts."""

    part: Part
    port: int
    url: str
    data: Path | None


@dataclass(frozen=True, slots=True)
class Used:
    """A part that is somewhere else; ``up`` uses it and leaves it alone."""

    part: Part
    url: str


@dataclass(frozen=True, slots=True)
class Off:
    """A part that this run does without."""

    part: Part
    reason: str


Decision = Started | Used | Off


@dataclass(frozen=True, slots=True)
class Plan:
    """Every part's decision, the settings that children get and those that were found."""

    decisions: Mapping[Part, Decision]
    environment: Mapping[str, str]
    """What differs from the environment and local.settings.json: the real addresses of what is started."""
    settings: Mapping[str, str]
    """The settings as children see them."""
    options: Options

    def started(self, part: Part) -> Started | None:
        """Return how ``part`` is started, None when it is not."""
        decision = self.decisions[part]
        return decision if isinstance(decision, Started) else None

    @property
    def loads_catalogue(self) -> bool:
        """Whether materials are loaded: never into a service that is somewhere else."""
        no_model = isinstance(self.decisions[Part.OPENAI], Off) and not mock_mode(self.settings)
        wanted = self.options.catalogue is not None and not no_model
        return wanted and all(self.started(part) for part in (Part.SEARCH, Part.STORAGE))

    @property
    def queue_ports(self) -> tuple[int, int] | None:
        """Ports for queues and tables, which only Core Tools' own host needs."""
        storage = self.started(Part.STORAGE)
        if storage is None or Part.HOST not in self.options.off:
            return None
        return storage.port + 1, storage.port + 2


def make_plan(options: Options, settings: Mapping[str, str], sample: Mapping[str, str]) -> Plan:
    """Decide every part; ``sample`` gives the keys of what is started when ``settings`` have none.

    Raises:
        BadSettings: An endpoint is not an http or https address, or there is no such embedding model.
    """
    decisions: dict[Part, Decision] = {
        Part.HOST: _host(options),
        Part.COSMOS: _endpoint(Part.COSMOS, options, settings, "COSMOS_ENDPOINT"),
        Part.OPENAI: _openai(options, settings),
        Part.SEARCH: _endpoint(Part.SEARCH, options, settings, "AI_SEARCH_ENDPOINT"),
        Part.GITHUB: _endpoint(Part.GITHUB, options, settings, "GITHUB_API_URL"),
        Part.SERVICEBUS: _service_bus(options, settings),
        Part.STORAGE: _endpoint(Part.STORAGE, options, settings, "STORAGE_ENDPOINT"),
    }
    environment: dict[str, str] = {}
    for decision in decisions.values():
        if isinstance(decision, Started):
            environment |= _addresses(decision, settings, sample)
    return Plan(decisions, environment, dict(settings) | environment, options)


def mock_mode(settings: Mapping[str, str]) -> bool:
    """Tell whether the app does without OpenAI."""
    return settings.get("DISABLE_OPENAI", "").lower() in ("1", "true", "yes", "on")


def _embedding(settings: Mapping[str, str]) -> dict[str, str]:
    try:
        model = choice.chosen(settings.get(choice.SETTING))
    except ValueError as error:
        raise BadSettings(str(error)) from error
    found = {choice.SETTING: str(model)}
    if model is choice.Choice.MINILM and not settings.get(_DEPLOYMENT):
        # The app keeps vectors by the deployment's name: those of the default model must not pass for this one's.
        found[_DEPLOYMENT] = _MINILM_DEPLOYMENT
    return found


def _host(options: Options) -> Decision:
    if Part.HOST in options.off:
        return Off(Part.HOST, "--no-host")
    return _start(Part.HOST, options, None)


def _openai(options: Options, settings: Mapping[str, str]) -> Decision:
    if mock_mode(settings):
        return Off(Part.OPENAI, "DISABLE_OPENAI is set")
    # The app asks the account when its endpoint is set, and the project only otherwise.
    project = next((n for n in ("PROJECT_ENDPOINT", "PROJECT_CONNECTION_STRING") if settings.get(n)), None)
    setting = "AZURE_OPENAI_ENDPOINT" if settings.get("AZURE_OPENAI_ENDPOINT") or project is None else project
    return _endpoint(Part.OPENAI, options, settings, setting)


def _endpoint(part: Part, options: Options, settings: Mapping[str, str], setting: str) -> Decision:
    configured = settings.get(setting)
    if part in options.off:
        return Used(part, configured) if configured else Off(part, f"--no-{part}, and {setting} is not set")
    if configured and not is_loopback(configured, setting):
        return Used(part, configured)
    return _start(part, options, configured)


def _service_bus(options: Options, settings: Mapping[str, str]) -> Decision:
    connection = settings.get("SERVICEBUS")
    namespace = settings.get("SERVICEBUS__fullyQualifiedNamespace")
    endpoint = service_bus_endpoint(connection) if connection else f"sb://{namespace}" if namespace else None
    if Part.SERVICEBUS in options.off:
        return (
            Used(Part.SERVICEBUS, endpoint)
            if endpoint
            else Off(Part.SERVICEBUS, "--no-servicebus, and SERVICEBUS is not set")
        )
    if endpoint and not is_loopback(endpoint, "SERVICEBUS"):
        return Used(Part.SERVICEBUS, endpoint)
    return _start(Part.SERVICEBUS, options, endpoint)


def _start(part: Part, options: Options, configured: str | None) -> Started:
    port = options.ports.get(part)
    if port is None:
        port = (urlsplit(configured).port if configured else None) or DEFAULT_PORTS[part]
    url = f"{'sb' if part is Part.SERVICEBUS else 'http'}://{LOOPBACK}:{port}"
    if part is Part.STORAGE:
        return Started(part, port, f"{url}/{ACCOUNT}", options.data / "azurite")
    return Started(part, port, url, None if part in KEEP_NOTHING else options.data / part)


def _addresses(started: Started, settings: Mapping[str, str], sample: Mapping[str, str]) -> dict[str, str]:
    def key(name: str) -> str:
        return settings.get(name) or sample[name]

    match started.part:
        case Part.HOST:
            return {}
        case Part.COSMOS:
            return {"COSMOS_ENDPOINT": started.url, "COSMOS_KEY": key("COSMOS_KEY")}
        case Part.OPENAI:
            address = {"AZURE_OPENAI_ENDPOINT": started.url, "AZURE_OPENAI_API_KEY": key("AZURE_OPENAI_API_KEY")}
            return address | _embedding(settings)
        case Part.SEARCH:
            return {"AI_SEARCH_ENDPOINT": started.url, "AI_SEARCH_KEY": key("AI_SEARCH_KEY")}
        case Part.GITHUB:
            # What is started here knows the token and no GitHub App.
            token = {"GITHUB_API_URL": started.url, "GITHUB_TOKEN": key("GITHUB_TOKEN")}
            return token | {name: "" for name in GITHUB_APP if settings.get(name)}
        case Part.SERVICEBUS:
            return {"SERVICEBUS": service_bus_connection(started.url, key("SERVICEBUS"))}
        case Part.STORAGE:
            found = {"STORAGE_ENDPOINT": started.url, "STORAGE_KEY": key("STORAGE_KEY")}
            connection = settings.get("AzureWebJobsStorage", "")
            if not connection or LOOPBACK in connection or "UseDevelopmentStorage" in connection:
                found["AzureWebJobsStorage"] = connection_string(started.port, found["STORAGE_KEY"])
            return found
