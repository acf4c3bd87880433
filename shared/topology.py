"""What Fanwise needs around it, read from ``shared/topology.yaml``: settings, containers, queues, blobs, indexes."""

import json
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

TOPOLOGY_FILE = Path(__file__).with_name("topology.yaml")


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class VectorPath(_Entry):
    path: Annotated[str, Field(pattern=r"^/\w+$")]
    dimensions: Annotated[int, Field(ge=1, le=4096)]


class FullTextPath(_Entry):
    """A property whose words can be searched. ``language``: of its text, as Cosmos DB names it."""

    path: Annotated[str, Field(pattern=r"^/\w+$")]
    language: Annotated[str, Field(pattern=r"^[a-z]{2}-[A-Z]{2}$")]


class Container(_Entry):
    """A Cosmos DB container. ``ttl_s``: seconds that items live; None: for ever; -1: only as an item says itself.

    ``unindexed``: scalars that no query filters or sorts by, so that a write does not pay for them.
    """

    name: str
    partition_key: Annotated[str, Field(pattern=r"^/\w+$")]
    ttl_s: int | None = None
    vector: VectorPath | None = None
    full_text: FullTextPath | None = None
    unindexed: tuple[Annotated[str, Field(pattern=r"^/\w+$")], ...] = ()
    purpose: str

    @property
    def excluded_paths(self) -> list[str]:
        """What the ordinary index leaves out: the vector, whose numbers would be an entry each, and long texts."""
        texts = [self.full_text.path] if self.full_text else []
        return [
            *([f"{self.vector.path}/*"] if self.vector else []),
            *(f"{path}/?" for path in (*texts, *self.unindexed)),
        ]


class Queue(_Entry):
    """A Service Bus queue. A message that is not settled within ``lock_duration_s`` is delivered again.

    After ``max_delivery_count`` deliveries, or ``ttl_s`` where ``dead_letter_on_expiry``, it is dead-lettered. A
    message id that was seen within ``duplicate_detection_s`` is dropped; 0 turns that off.
    """

    name: str
    lock_duration_s: Annotated[int, Field(ge=1, le=300)]
    max_delivery_count: Annotated[int, Field(ge=1, le=2000)]
    duplicate_detection_s: Annotated[int, Field(ge=0, le=604800)] = 0
    ttl_s: Annotated[int, Field(ge=1)]
    dead_letter_on_expiry: bool = False
    requires_session: bool = False
    purpose: str


class SearchIndex(_Entry):
    """An Azure AI Search index. ``definition``: the file beside ``topology.yaml`` that holds its fields."""

    name: str
    definition: str
    purpose: str

    def body(self) -> dict[str, Any]:
        """Return the body of the call that creates the index."""
        return json.loads(TOPOLOGY_FILE.with_name(self.definition).read_text(encoding="utf-8")) | {"name": self.name}


class BlobContainer(_Entry):
    name: str
    purpose: str


class Setting(_Entry):
    """An app setting. Without ``default`` it is required, unless ``optional``."""

    type: Literal["str", "int", "bool", "url", "key", "connection", "choice"]
    default: str | int | bool | None = None
    optional: bool = False
    choices: tuple[str, ...] = ()
    min: int | None = None
    max: int | None = None
    secret: bool = False
    read_by: Literal["app", "platform"] = "app"
    meaning: str

    @property
    def required(self) -> bool:
        return self.default is None and not self.optional


class Topology(_Entry):
    database: str
    containers: dict[str, Container]
    queues: dict[str, Queue]
    blob_containers: dict[str, BlobContainer]
    search_indexes: dict[str, SearchIndex]
    settings: dict[str, Setting]


@cache
def topology() -> Topology:
    """Return the topology that this checkout names.

    Raises:
        pydantic.ValidationError: ``topology.yaml`` has a field that is missing, unknown or of the wrong type.
    """
    return Topology.model_validate(yaml.safe_load(TOPOLOGY_FILE.read_text(encoding="utf-8")))
