import pytest

from tests.support.worker import ROOT, Verdict, sample_settings, worker_verdict


@pytest.fixture(scope="session")
def app() -> Verdict:
    """The app as Azure's worker loads it with the sample's settings, and the auth level left at its default."""
    settings = sample_settings()
    del settings["HTTP_AUTH_LEVEL"]
    return worker_verdict(ROOT, settings)
