"""What deployments of reasoning models take and refuse, by their names and the API version."""

from collections.abc import Mapping

from local.openai.refusals import Refusal

# How hard a model can be told to think, by how its name begins; the first that fits.
_EFFORTS = {
    "gpt-5.1": ("none", "low", "medium", "high"),
    "gpt-5.": ("none", "low", "medium", "high", "xhigh"),
    "gpt-5": ("minimal", "low", "medium", "high"),
    "o1": ("low", "medium", "high"),
    "o3": ("low", "medium", "high"),
    "o4": ("low", "medium", "high"),
}
_FIRST_VERSION = "2024-12-01-preview"
# The limit's newer name came with API version 2024-09-01-preview.
_FIRST_VERSION_WITH_NEW_LIMIT = "2024-09-01"


def check_version(model: str, api_version: str | None) -> None:
    """Refuse a reasoning model to whoever speaks an API version older than all of them; None: the newest.

    Raises:
        Refusal: It is too old.
    """
    if _efforts(model) and api_version is not None and api_version < _FIRST_VERSION:
        raise Refusal(
            400,
            f"Model {model} is enabled only for api versions {_FIRST_VERSION} and later",
            kind=None,
            code="BadRequest",
        )


def is_known(name: str, model: str, api_version: str | None) -> bool:
    """Whether a field of a request means something to ``model`` at that version."""
    if name == "max_completion_tokens":
        return api_version is None or api_version >= _FIRST_VERSION_WITH_NEW_LIMIT
    return name != "reasoning_effort" or bool(_efforts(model))


def check_thinking(model: str, given: Mapping[str, object]) -> None:
    """Refuse what a reasoning model does not take: the older limit, a temperature, an effort that it does not know.

    Raises:
        Refusal: It was given such a thing.
    """
    efforts = _efforts(model)
    if not efforts:
        return
    if "max_tokens" in given:
        raise Refusal(
            400,
            "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead.",
            param="max_tokens",
            code="unsupported_parameter",
        )
    if given.get("temperature", 1) != 1:
        raise _unsupported("temperature", given["temperature"], "Only the default (1) value is supported.")
    effort = given.get("reasoning_effort")
    if effort is not None and effort not in efforts:
        named = ", ".join(map(repr, efforts[:-1])) + f", and {efforts[-1]!r}"
        raise _unsupported("reasoning_effort", repr(effort)[:80], f"Supported values are: {named}.")


def _efforts(model: str) -> tuple[str, ...]:
    return next((efforts for name, efforts in _EFFORTS.items() if model.startswith(name)), ())


def _unsupported(name: str, value: object, supported: str) -> Refusal:
    return Refusal(
        400,
        f"Unsupported value: '{name}' does not support {value} with this model. {supported}",
        param=name,
        code="unsupported_value",
    )
