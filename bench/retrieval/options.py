"""What a run may vary, from the environment: ``CHUNK_MODE=code LOCAL_EMBEDDING=minilm make bench retrieval``."""

from collections.abc import Mapping
from dataclasses import dataclass

# What a setting means is the product's to say; the bench hands it on.
HANDED_ON = ("CHUNK_MODE", "CHUNK_SIZE", "LOCAL_EMBEDDING")
FILES = "BENCH_FILES"


@dataclass(frozen=True)
class Options:
    """``settings``: over those of the sample. ``files``: only so many files of the corpus."""

    settings: Mapping[str, str]
    files: int | None = None


def read_options(environment: Mapping[str, str]) -> Options:
    """Read the options.

    Raises:
        ValueError: ``BENCH_FILES`` is no positive integer.
    """
    settings = {name: environment[name] for name in HANDED_ON if environment.get(name)}
    wanted = environment.get(FILES)
    if not wanted:
        return Options(settings)
    if not (wanted.isascii() and wanted.isdigit() and int(wanted)):
        raise ValueError(f"{FILES} must be a positive integer, got {wanted!r}")
    return Options(settings, int(wanted))
