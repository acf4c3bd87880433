"""Whatever is logged, secrets do not stand in it."""

import io
import logging
from collections.abc import Iterator

import pytest

from shared.masked_logs import SecretsMask

OURS = "token-of-this-app"
THEIRS = "ghp_" + "z" * 36


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(message)s %(reason)s", defaults={"reason": ""}))
    handler.addFilter(SecretsMask((OURS,)))
    logger = logging.getLogger("test of masks")
    logger.propagate = False
    logger.addHandler(handler)
    yield logger, stream
    logger.removeHandler(handler)


@pytest.mark.parametrize("secret", [OURS, THEIRS])
def test_text_arguments_and_fields_are_masked(log, secret):
    logger, stream = log
    logger.warning(f"a {secret} b")
    logger.warning("a %s b", secret)
    logger.warning("a", extra={"reason": f"is {secret}"})
    logger.warning("a", extra={"reason": {"nested": [secret]}})
    assert secret not in stream.getvalue()
    assert stream.getvalue().count("***") == 4


def test_a_traceback_is_masked_and_keeps_its_frames(log):
    logger, stream = log

    def fails() -> None:
        raise ValueError(f"bad {OURS}") from KeyError(THEIRS)

    try:
        fails()
    except ValueError:
        logger.exception("request failed")
    assert OURS not in stream.getvalue()
    assert THEIRS not in stream.getvalue()
    assert "test_a_traceback_is_masked" in stream.getvalue()


def test_lines_without_secrets_stay_as_they_are(log):
    logger, stream = log
    logger.warning("%d of %d", 1, 2, extra={"reason": 5})
    assert stream.getvalue() == "1 of 2 5\n"
