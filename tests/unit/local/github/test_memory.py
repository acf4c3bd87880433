"""Answers that are kept."""

from datetime import UTC, datetime

from local.github.accounts import Account, Directory
from local.github.credentials import Caller
from local.github.memory import TOTAL_BYTES, Memory
from local.github.routes import Answer, Asked, Route

THEN = datetime(2026, 1, 1, tzinfo=UTC)


class Counted:
    def __init__(self, length: int) -> None:
        self.made = 0
        self._length = length
        self.route = Route("any", (), self.answer, "")

    def answer(self, _directory: Directory, _asked: Asked) -> Answer:
        self.made += 1
        return Answer(b" " * self._length)


def asked(page: int = 1, *, authenticated: bool = True) -> Asked:
    caller = Caller("x", "x", authenticated=authenticated)
    return Asked("http://h", {"login": "me"}, {"page": str(page)}, caller)


def test_answer_is_made_once_until_something_changes() -> None:
    directory, memory, counted = Directory([], []), Memory(), Counted(10)
    for _ in range(3):
        memory.answer(directory, counted.route, asked())
    assert counted.made == 1
    directory.add(Account(1, "me", "User", THEN))
    memory.answer(directory, counted.route, asked())
    assert counted.made == 2


def test_who_sees_less_gets_an_answer_of_its_own() -> None:
    directory, memory, counted = Directory([], []), Memory(), Counted(10)
    memory.answer(directory, counted.route, asked())
    memory.answer(directory, counted.route, asked(authenticated=False))
    assert counted.made == 2


def test_many_large_answers_do_not_fill_the_memory() -> None:
    directory, memory, counted = Directory([], []), Memory(), Counted(1024 * 1024)
    for page in range(100):
        memory.answer(directory, counted.route, asked(page))
    assert memory.size_bytes <= TOTAL_BYTES
    memory.answer(directory, counted.route, asked(99))
    assert counted.made == 100
