"""Where installed packages lie whose files are read and whose code is not run."""

from importlib.util import find_spec
from pathlib import Path


def folder_of(package: str, what: str) -> Path:
    """Return the folder of an installed package that carries ``what``.

    Raises:
        FileNotFoundError: It is not installed.
    """
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"the package {package}, which carries {what}, is not installed")
    return Path(next(iter(spec.submodule_search_locations)))
