"""Expression text to something that can be evaluated, or to the reason why it is none of the forms that are known."""

from functools import lru_cache
from importlib.resources import files

from lark import Lark, UnexpectedInput
from lark.exceptions import VisitError

from local.gateway.expressions.forms import Forms, Mistyped
from local.gateway.expressions.values import Expression

_SHOWN_CHARACTERS = 30
# Every level of brackets is a level of Python's stack; no policy needs more.
_MOST_CHARACTERS = 2000


class UnknownForm(Exception):
    """An expression that is none of the closed list, or that C# would not compile; the text says where."""


def compiled(text: str) -> Expression:
    """Return the expression of ``@(...)``.

    Raises:
        UnknownForm: It is not among the forms that this gateway knows.
    """
    if text.startswith("@{"):
        raise UnknownForm("expression with statements, '@{...}'")
    source = text.removeprefix("@(").removesuffix(")")
    if not text.startswith("@(") or len(text) - len(source) != len("@()"):
        raise UnknownForm(f"expression {text[:_SHOWN_CHARACTERS]!r} is not the whole of the value")
    if len(source) > _MOST_CHARACTERS:
        raise UnknownForm(f"expression of {len(source)} characters; at most {_MOST_CHARACTERS} are read")
    try:
        found = Forms().transform(_grammar().parse(source))
    except UnexpectedInput as error:
        raise UnknownForm(f"expression form {_around(source, error.pos_in_stream)} is not known") from None
    except VisitError as error:
        if isinstance(error.orig_exc, Mistyped):
            raise UnknownForm(f"expression does not compile: {error.orig_exc}") from None
        raise
    return found


def _around(source: str, position: int | None) -> str:
    """Return what stands where the parser gave up, from the member that it belongs to."""
    at = len(source) if position is None or position < 0 else position
    return repr(source[max(0, at - _SHOWN_CHARACTERS) : at + _SHOWN_CHARACTERS])


@lru_cache(maxsize=1)
def _grammar() -> Lark:
    grammar = files("local.gateway.expressions").joinpath("csharp.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual", maybe_placeholders=False)
