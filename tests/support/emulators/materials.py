"""``python -m tests.support.emulators.materials FOLDER``: write the materials that the end-to-end tests look for."""

import sys
from pathlib import Path

from tests.support.catalogue import MATERIALS, small_catalogue

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    small_catalogue(folder, MATERIALS)
