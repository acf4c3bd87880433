"""What an evaluation depends on: a file, those that it loads, its modules and theirs, told apart by what is in them."""

import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.support.bicep.syntax import BicepError, literal, parsed, text, values, walk

LOADERS = frozenset({"loadJsonContent", "loadTextContent", "loadYamlContent"})


class Sources:
    """The files of one evaluation, each read once."""

    def __init__(self) -> None:
        self._digests: dict[Path, bytes] = {}

    def digest(self, path: Path) -> bytes:
        """Return the same for files of which the same comes, wherever they are, and for others another.

        Raises:
            BicepError: The file cannot be parsed, or does not say plainly what it loads.
        """
        if path not in self._digests:
            source = path.read_bytes()
            modules, loaded = _references(path.name, source)
            parts = [path.name.encode(), source]
            parts += [self._of_module(path.parent / each) for each in modules]
            parts += [file.read_bytes() if (file := path.parent / each).is_file() else b"" for each in loaded]
            self._digests[path] = sha256(b"".join(sha256(part).digest() for part in parts)).digest()
        return self._digests[path]

    def _of_module(self, path: Path) -> bytes:
        if not exists_in_this_case(path):
            return b"not there"
        try:
            return self.digest(path)
        except BicepError:
            # Told by whoever evaluates it: nobody may, where a condition leaves the module out.
            return path.read_bytes()


def plain(parameters: Mapping[str, Any]) -> str:
    """Return parameters as a text that is the same for equal ones.

    Raises:
        BicepError: One holds what only exists once a resource does.
    """
    try:
        return json.dumps(parameters)
    except TypeError as error:
        raise BicepError(f"parameters hold what is not plain: {error}") from error


def exists_in_this_case(path: Path) -> bool:
    """Whether a file is there with exactly this spelling: some file systems find it with another."""
    folder = path.parent.resolve()
    return folder.is_dir() and path.name in {each.name for each in folder.iterdir()}


@cache
def _references(name: str, source: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the modules of a file and the other files that it loads, as it spells them."""
    modules: list[str] = []
    loaded: list[str] = []
    for node in walk(parsed(name, source).root):
        if node.type == "module_declaration":
            modules.append(literal(values(node)[1]))
        elif node.type == "call_expression" and text(values(node)[0]) in LOADERS:
            loaded.append(literal(values(values(node)[1])[0]))
    return tuple(modules), tuple(loaded)
