"""Vectors of repositories, as they are kept and as they are compared.

NumPy is imported where it is used: 0.1 s that a cold start need not pay.
"""

import base64
import binascii
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from shared.snippets.identifiers import content_key
from shared.snippets.vectors import to_base64

if TYPE_CHECKING:
    import numpy as np

    Row = np.ndarray[Any, np.dtype[np.float32]]

# Under this name a bundle carries the document that ``vector_document`` made.
FIELD = "embedding"


def vector_document(vector: Sequence[float], model: str, text: str, stored_at: str) -> dict[str, Any]:
    """Return what is kept of a vector: with model and dimensions, and a key that tells whether the text has changed."""
    return {
        "model": model,
        "dimensions": len(vector),
        "key": content_key(text, model, len(vector)),
        "stored_at": stored_at,
        "vector": to_base64(vector),
    }


def row_of(document: object, dimensions: int, model: str | None = None) -> "Row | None":
    """Return the unit vector of a document, None where it is of other dimensions or another model, or damaged.

    Vectors of two models cannot be compared, not even where they have as many dimensions.
    """
    import numpy as np

    if not isinstance(document, Mapping):
        return None
    stored = cast("Mapping[str, Any]", document)
    if stored.get("dimensions") != dimensions or (model is not None and stored.get("model") != model):
        return None
    try:
        row = np.frombuffer(base64.b64decode(stored["vector"], validate=True), dtype="<f4")
    except (KeyError, TypeError, ValueError, binascii.Error):
        return None
    return unit(row) if row.shape == (dimensions,) else None


def unit(vector: "Sequence[float] | Row") -> "Row | None":
    """Return ``vector`` at length 1, None where it has no direction or holds no numbers."""
    import numpy as np

    row = np.asarray(vector, dtype=np.float32)
    length = float(np.linalg.norm(row.astype(np.float64)))
    return row / np.float32(length) if math.isfinite(length) and length > 0 else None
