"""What requests to GitHub go out on."""

import pytest

from shared.clients.github_connections import Connections

ADDRESS = "https://api.github.com"
NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that says nothing of proxies and certificates."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return monkeypatch


def connections(address: str = ADDRESS) -> Connections:
    return Connections(address, limit=4, timeout_s=3)


@pytest.mark.usefixtures("environment")
def test_two_requests_share_open_connections_and_nothing_else() -> None:
    opened = connections()
    one, other = opened.one(), opened.one()

    one.request("GET", "/one", None, {"Accept": "one"})
    other.request("GET", "/other", None, {"Accept": "other"})

    assert (one.url, one.headers, other.url) == ("/one", {"Accept": "one"}, "/other")
    assert one.session is other.session


@pytest.mark.parametrize(
    ("address", "known"),
    [
        (ADDRESS, ("https", "api.github.com", 443)),
        ("https://github.example/api/v3", ("https", "github.example", 443)),
        ("http://127.0.0.1:8084", ("http", "127.0.0.1", 8084)),
    ],
)
def test_address_is_that_of_the_settings(address: str, known: tuple[str, str, int]) -> None:
    one = connections(address).one()
    assert (one.protocol, one.host, one.port) == known


@pytest.mark.usefixtures("environment")
def test_environment_that_wants_nothing_is_not_asked_again() -> None:
    assert not connections().one().session.trust_env


@pytest.mark.parametrize(
    ("name", "value"), [("HTTPS_PROXY", "http://proxy.example:3128"), ("REQUESTS_CA_BUNDLE", "/etc/ssl/ours.pem")]
)
def test_proxy_or_certificates_of_the_environment_are_heeded(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    environment.setenv(name, value)
    assert connections().one().session.trust_env


def test_proxy_that_is_not_for_github_is_not_asked_for_again(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    environment.setenv("NO_PROXY", "api.github.com")
    assert not connections().one().session.trust_env
