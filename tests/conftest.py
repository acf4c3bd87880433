"""For every test: hypothesis counts examples, not milliseconds; how fast a machine is decides no test."""

import pytest
from hypothesis import settings

settings.register_profile("fanwise", deadline=None, max_examples=50)
settings.load_profile("fanwise")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log):
    """Run in parallel, tests that share what is slow to start stay together; ``--dist`` asks for something else."""
    from tests.support.scheduling import UnitScheduling

    return UnitScheduling(config, log) if config.getoption("dist") == "load" else None
