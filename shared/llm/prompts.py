"""The prompts in ``prompts/prompt_templates.yaml``, read and checked once."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any, cast

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from shared.errors import Rejected
from shared.llm.conversation import AnswerSchema, Message
from shared.llm.data_block import data_block

PROMPTS_FILE = Path(__file__).resolve().parents[2] / "prompts" / "prompt_templates.yaml"

# Some 60,000 tokens; a request with everything in it that may be in it comes to a third.
LONGEST_DATA = 240_000
_PLACES = ("{begin}", "{data}", "{end}")
# Of JSON schema, Azure's strict mode knows little more; bounds such as `maximum` it refuses (learn.microsoft.com,
# "Structured outputs"). The bounds are checked in answers.py.
_KEYWORDS = frozenset({"type", "description", "properties", "required", "additionalProperties", "items", "enum"})


class UnusablePrompts(Exception):
    """``prompt_templates.yaml`` is missing or wrong. The message names every fault, a line each."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MaxTokens(_Entry):
    """How long an answer may be, in tokens: ``base``, and ``per_item`` for each thing that it has to speak of."""

    base: Annotated[int, Field(ge=1, le=16_000)]
    per_item: Annotated[int, Field(ge=0, le=1_000)]


class Prompt(_Entry):
    """What a model is asked. ``version`` is part of the key under which answers are cached."""

    name: str
    version: Annotated[int, Field(ge=1)]
    max_tokens: MaxTokens
    system: Annotated[str, Field(min_length=1)]
    user: str
    schema_: Annotated[dict[str, Any], Field(alias="schema")]

    @field_validator("system")
    @classmethod
    def _holds_no_data(cls, system: str) -> str:
        if found := [place for place in _PLACES if place in system]:
            raise ValueError(f"holds {found[0]}: data belongs in `user`, never among the instructions")
        return system

    @field_validator("user")
    @classmethod
    def _holds_one_block(cls, user: str) -> str:
        lines = [line.strip() for line in user.splitlines()]
        if [line for line in lines if line in _PLACES] != list(_PLACES) or "\n".join(_PLACES) not in "\n".join(lines):
            raise ValueError("must hold {begin}, {data} and {end} once each, on consecutive lines of their own")
        if any(user.count(place) != 1 for place in _PLACES):
            raise ValueError("must hold {begin}, {data} and {end} once each")
        return user

    @field_validator("schema_")
    @classmethod
    def _is_strict(cls, schema: dict[str, Any]) -> dict[str, Any]:
        if schema.get("type") != "object":
            raise ValueError("must be of type object")
        if faults := list(_faults_of(schema, "schema")):
            raise ValueError("; ".join(faults))
        return schema

    @property
    def answer_schema(self) -> AnswerSchema:
        """The form that answers must have."""
        return AnswerSchema(self.name, self.schema_)

    def tokens_for(self, items: int) -> int:
        """Return how long an answer that speaks of so many things may be."""
        return self.max_tokens.base + self.max_tokens.per_item * items

    def messages(self, document: Any) -> list[Message]:
        """Return the conversation that asks about ``document``, which JSON can carry.

        Raises:
            Rejected: It is longer than any model should be asked to read.
        """
        block = data_block(document)
        if len(block.data) > LONGEST_DATA:
            raise Rejected(
                f"{len(block.data):,} characters for the language model; at most {LONGEST_DATA:,}", is_about_input=True
            )
        # In one pass: a place that the data names is not a place.
        values = {"{begin}": block.begin, "{data}": block.data, "{end}": block.end}
        user = re.sub("|".join(map(re.escape, _PLACES)), lambda found: values[found.group()], self.user)
        return [Message("system", self.system), Message("user", user)]


class Prompts(_Entry):
    synonym_resins: Prompt
    colour_words: Prompt
    score_chunk: Prompt
    overall_analysis: Prompt
    repo_answer: Prompt


@cache
def prompts() -> Prompts:
    """Return the prompts of this checkout.

    Raises:
        UnusablePrompts: The file is missing or wrong.
    """
    return load_prompts(PROMPTS_FILE)


def load_prompts(path: Path) -> Prompts:
    """Read and check a file of prompts.

    Raises:
        UnusablePrompts: It is missing or wrong.
    """
    try:
        document: object = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Prompts.model_validate(_named(document))
    except OSError as error:
        raise UnusablePrompts(f"Fanwise cannot start: the prompts cannot be read: {error}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UnusablePrompts(f"Fanwise cannot start: {path} is no YAML: {error}") from error
    except ValidationError as error:
        faults = "".join(f"\n  - {'.'.join(map(str, each['loc'])) or 'file'}: {each['msg']}" for each in error.errors())
        raise UnusablePrompts(f"Fanwise cannot start: {path} is wrong:{faults}") from error


def _named(document: object) -> object:
    """Tell every prompt its name."""
    if not isinstance(document, dict):
        return document
    entries = cast("dict[object, object]", document)
    return {
        name: {**cast("dict[object, object]", entry), "name": name} if isinstance(entry, dict) else entry
        for name, entry in entries.items()
    }


def _faults_of(node: object, place: str) -> Iterator[str]:
    """Yield what keeps a schema from being of the strict kind."""
    if not isinstance(node, dict):
        yield f"{place} must be an object"
        return
    schema = cast("dict[str, Any]", node)
    if refused := sorted(set(schema) - _KEYWORDS):
        yield f"{place} has {', '.join(refused)}; expected {', '.join(sorted(_KEYWORDS))}"
    properties = schema.get("properties") or {}
    if not isinstance(properties, dict):
        yield f"{place}.properties must be an object"
        return
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            yield f"{place} needs additionalProperties: false"
        if schema.get("required") != list(properties):
            yield f"{place} must require every property, in the order in which they stand"
    for name, child in cast("dict[str, Any]", properties).items():
        yield from _faults_of(child, f"{place}.{name}")
    if "items" in schema:
        yield from _faults_of(schema["items"], f"{place}[]")
