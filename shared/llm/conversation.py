"""What goes to a language model and what comes back."""

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Message:
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True)
class AnswerSchema:
    """What an answer must look like: a JSON schema of the strict kind, by its name."""

    name: str
    schema: dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """``text``: as the model wrote it, unchecked; ``cut``: it was longer than allowed, and ends in the middle."""

    text: str
    cut: bool
    model: str
    prompt_tokens: int
    completion_tokens: int
