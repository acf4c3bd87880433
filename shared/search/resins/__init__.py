"""What people call a plastic, and its ISO 1043-1 code. Pure but for its own vocabulary files, read on first use."""

from shared.search.resins.resolving import Resin, is_variant, resins, resolve_resin, same_family

__all__ = ["Resin", "is_variant", "resins", "resolve_resin", "same_family"]
