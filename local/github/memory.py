"""Answers given before, so that a benchmark measures its client and not this endpoint's JSON."""

from collections import OrderedDict
from typing import Any

from local.github.accounts import Directory
from local.github.routes import Answer, Asked, Route

ENTRIES = 4096
TOTAL_BYTES = 64 * 1024 * 1024
# Larger ones are made anew: a few of them would outweigh all the rest.
ANSWER_BYTES = 1024 * 1024


class Memory:
    """The newest answers of one state of the accounts; refusals are never kept."""

    def __init__(self) -> None:
        self._answers: OrderedDict[tuple[Any, ...], Answer] = OrderedDict()
        self._bytes = 0
        self._version = -1

    @property
    def size_bytes(self) -> int:
        """Length of all bodies that are kept."""
        return self._bytes

    def answer(self, directory: Directory, route: Route, asked: Asked) -> Answer:
        """Return the route's answer.

        Raises:
            Refusal: There is none.
        """
        if self._version != directory.version:
            self._answers.clear()
            self._bytes = 0
            self._version = directory.version
        key = (
            route.name,
            asked.base,
            tuple(asked.names.items()),
            tuple(asked.query.items()),
            asked.caller.authenticated,
            asked.accept,
        )
        answer = self._answers.get(key)
        if answer is None:
            answer = route.answer(directory, asked)
            if len(answer.body) <= ANSWER_BYTES:
                self._keep(key, answer)
        else:
            self._answers.move_to_end(key)
        return answer

    def _keep(self, key: tuple[Any, ...], answer: Answer) -> None:
        self._answers[key] = answer
        self._bytes += len(answer.body)
        while len(self._answers) > ENTRIES or self._bytes > TOTAL_BYTES:
            _, oldest = self._answers.popitem(last=False)
            self._bytes -= len(oldest.body)
