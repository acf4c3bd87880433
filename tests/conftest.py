"""For every test: hypothesis counts examples, not milliseconds; how fast a machine is decides no test."""

import gc

import pytest
from hypothesis import settings

settings.register_profile("fanwise", deadline=None, max_examples=50)
settings.load_profile("fanwise")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection():
    """Collect without looking for garbage: what is imported and collected stays, and looking takes a third of the time.

    Nor is it looked through afterwards, with each full collection while tests run.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log):
    """Run in parallel, tests that share what is slow to start stay together; ``--dist`` asks for something else."""
    from tests.support.scheduling import UnitScheduling

    return UnitScheduling(config, log) if config.getoption("dist") == "load" else None
