"""What a wish of a request says and whether an attribute of a material answers it.

Wishes are read in English, German, French, Spanish and Italian. Pure but for a vocabulary file, read on first use.
"""

from shared.search.wishes.approvals import approvals_wanted, regulatory
from shared.search.wishes.heat import heat_stability, heat_wanted
from shared.search.wishes.light import light_fastness, light_wanted
from shared.search.wishes.opacity import opacity, opacity_wanted

__all__ = [
    "approvals_wanted",
    "heat_stability",
    "heat_wanted",
    "light_fastness",
    "light_wanted",
    "opacity",
    "opacity_wanted",
    "regulatory",
]
