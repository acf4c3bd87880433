"""Addresses and connection strings: which are of this machine, and those of the parts that are started."""

import ipaddress
from urllib.parse import urlsplit

from local.azurite.launcher import ACCOUNT
from local.processes.ports import LOOPBACK
from local.stack.errors import BadSettings

_SCHEMES = ("http", "https", "sb")


def is_loopback(url: str, setting: str) -> bool:
    """Tell whether ``url``, the value of ``setting``, is on this machine.

    Raises:
        BadSettings: It is not an http, https or sb address.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as error:
        raise BadSettings(f"{setting} is {url!r}: {error}") from error
    if parts.scheme not in _SCHEMES or not host:
        raise BadSettings(f"{setting} is {url!r}, expected an http or https address")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def connection_string(blob_port: int, key: str) -> str:
    """Return the connection string of the local account whose blobs are on ``blob_port``."""
    services = {"Blob": blob_port, "Queue": blob_port + 1, "Table": blob_port + 2}
    endpoints = "".join(f"{name}Endpoint=http://{LOOPBACK}:{port}/{ACCOUNT};" for name, port in services.items())
    return f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={key};{endpoints}"


def service_bus_endpoint(connection: str) -> str:
    """Return the ``sb://`` address of a connection string, without the slash at its end.

    Raises:
        BadSettings: It names none.
    """
    for field in connection.split(";"):
        name, _, value = field.partition("=")
        if name.strip().lower() == "endpoint" and value.strip().lower().startswith("sb://"):
            return value.strip().rstrip("/")
    raise BadSettings("SERVICEBUS holds no Endpoint=sb://..., which every Service Bus connection string begins with")


def service_bus_connection(url: str, connection: str) -> str:
    """Return ``connection`` with the broker at ``url`` in place of its own."""
    kept = [f for f in connection.split(";") if f and f.partition("=")[0].strip().lower() != "endpoint"]
    return ";".join([f"Endpoint={url}", *kept, ""])
