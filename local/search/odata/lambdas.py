"""What the service allows inside ``any`` and ``all`` over a collection of strings or booleans."""

from local.search.errors import bad_request
from local.search.fields import STRING, Field
from local.search.odata.syntax import Bare, Call, Comparison, Either, Every, Filter, Not, Quantified


def check(tree: Quantified, field: Field) -> None:
    """Refuse what the service's inverted index cannot answer, although an endpoint with columns could.

    Raises:
        SearchError: 400 naming the field.
    """
    if field.type == STRING and tree.inner is not None:
        _check_strings(tree.inner, field, is_any=tree.quantifier == "any", negated=False)


def _check_strings(tree: Filter, field: Field, *, is_any: bool, negated: bool) -> None:
    match tree:
        case Not(inner):
            _check_strings(inner, field, is_any=is_any, negated=not negated)
        case Either(parts) | Every(parts):
            # Behind `not` the two change places.
            joined_by_or = isinstance(tree, Either) != negated
            if joined_by_or != is_any:
                raise _refused(field, "'any' joins its conditions by 'or', 'all' by 'and'")
            for part in parts:
                _check_strings(part, field, is_any=is_any, negated=negated)
        case Comparison(_, sign, _) if sign not in ("eq", "ne"):
            raise _refused(field, f"the operator '{sign}' cannot be used on strings")
        case Comparison(_, sign, _):
            _check_polarity(field, positive=(sign == "eq") != negated, is_any=is_any)
        case Call():
            _check_polarity(field, positive=not negated, is_any=is_any)
        case Bare() | Quantified():
            pass


def _check_polarity(field: Field, *, positive: bool, is_any: bool) -> None:
    if positive != is_any:
        raise _refused(
            field,
            "found a test for equality or inequality where the opposite was expected. For 'any', use expressions of "
            "the form 'x eq y' or 'search.in(...)'. For 'all', use expressions of the form 'x ne y', "
            "'not (x eq y)', or 'not search.in(...)'",
        )


def _refused(field: Field, reason: str) -> Exception:
    return bad_request(
        f"Invalid expression: Invalid lambda expression over '{field.path}' of type {field.edm}: {reason}.\r\n"
        "Parameter name: $filter"
    )
