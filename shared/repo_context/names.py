"""Names of accounts and repositories, checked against GitHub's rules before anything is asked of it."""

import re

from shared.errors import InvalidRequest
from shared.http import json_type

MAX_ACCOUNT_CHARACTERS = 39
MAX_REPOSITORY_CHARACTERS = 100

# Single hyphens inside; an account that an enterprise manages ends in an underscore and the enterprise's short code.
_ACCOUNT = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?:_[A-Za-z0-9]+)?")
_REPOSITORY = re.compile(r"[A-Za-z0-9._-]+")
_ACCOUNT_RULE = f"1 to {MAX_ACCOUNT_CHARACTERS} letters, digits and single hyphens, which neither begin nor end it"
_REPOSITORY_RULE = f"1 to {MAX_REPOSITORY_CHARACTERS} letters, digits, '.', '-' and '_'"
_SHOWN_CHARACTERS = 60


def is_account(name: str) -> bool:
    """Whether GitHub could have an account of this name."""
    return len(name) <= MAX_ACCOUNT_CHARACTERS and _ACCOUNT.fullmatch(name) is not None


def is_repository(name: str) -> bool:
    """Whether GitHub could have a repository of this name."""
    return (
        len(name) <= MAX_REPOSITORY_CHARACTERS and name not in {".", ".."} and _REPOSITORY.fullmatch(name) is not None
    )


def read_account(value: object, field: str = "username") -> str:
    """Return the name of an account as GitHub compares it: in lower case.

    Raises:
        InvalidRequest: GitHub allows no such name.
    """
    if isinstance(value, str) and is_account(value):
        return value.lower()
    raise InvalidRequest(f"Field '{field}' must be a GitHub account: {_ACCOUNT_RULE}; got {_shown(value)}")


def read_repository(value: object, field: str = "repo") -> str:
    """Return the name of a repository as it was given.

    Raises:
        InvalidRequest: GitHub allows no such name.
    """
    if isinstance(value, str) and is_repository(value):
        return value
    raise InvalidRequest(f"Field '{field}' must be a GitHub repository: {_REPOSITORY_RULE}; got {_shown(value)}")


def _shown(value: object) -> str:
    return repr(value[:_SHOWN_CHARACTERS]) if isinstance(value, str) else json_type(value)
