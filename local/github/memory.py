"""Answers given before, so that a benchmark measures its client and not this endpoint's JSON."""

from collections import OrderedDict
from typing import Any

from local.github.accounts import Directory
from local.github.routes import Answer, Asked, Route

ENTRIES = 4096
# Larger ones are made anew: a few of them would outweigh all the rest.
ANSWER_BYTES = 1024 * 1024


class Memory:
    """The newest answers of one state of the accounts; refusals are never kept."""

    def __init__(self) -> None:
        self._answers: OrderedDict[tuple[Any, ...], Answer] = OrderedDict()
        self._version = -1

    def answer(self, directory: Directory, route: Route, asked: Asked) -> Answer:
        """Return the route's answer.

        Raises:
            Refusal: There is none.
        """
        if self._version != directory.version:
            self._answers.clear()
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
                self._answers[key] = answer
                if len(self._answers) > ENTRIES:
                    self._answers.popitem(last=False)
        else:
            self._answers.move_to_end(key)
        return answer
