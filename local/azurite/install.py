"""``python -m local.azurite.install``: bring Azurite, as package-lock.json pins it, into ``node_modules``."""

import subprocess
import sys

from local.azurite.launcher import REPOSITORY, is_installed
from local.azurite.node import find_node


def install() -> None:
    """Install what package-lock.json names.

    Raises:
        FileNotFoundError: There is no Node.
        subprocess.CalledProcessError: npm failed; it has said why.
    """
    node = find_node()
    print(f"Installing Azurite with npm ({node.origin}) ...", flush=True)
    # Nothing that Azurite needs has an install script, so none is run.
    subprocess.run(
        [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=REPOSITORY,
        env=node.environment(),
        check=True,
    )
    if not is_installed():
        raise FileNotFoundError("npm ended well, but node_modules holds no Azurite; does package.json name it?")


def main() -> None:
    """Run the command line."""
    try:
        install()
    except FileNotFoundError as error:
        sys.exit(f"local.azurite.install: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"local.azurite.install: npm ended with exit code {error.returncode}")


if __name__ == "__main__":
    main()
