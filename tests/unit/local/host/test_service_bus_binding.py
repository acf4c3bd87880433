"""What a Service Bus trigger asks for, and where the settings say that its queue is."""

from collections.abc import Callable, Sequence
from typing import Any, List  # noqa: UP035 - the worker takes List, not list

import azure.functions as func
import pytest

from local.host.app_loader import LoadedFunction
from local.host.errors import AppError
from local.host.service_bus.binding import QueueBinding, read_binding
from local.host.service_bus.connection import Connection, find_connection
from local.host.settings import ServiceBusSettings
from local.host.worker_rules import check_function

KEY = "c2VjcmV0"
STRING = f"Endpoint=sb://localhost:5673;SharedAccessKeyName=k;SharedAccessKey={KEY};UseDevelopmentEmulator=true"


def registered(function: Callable[..., Any] | None = None, **properties: Any) -> Any:
    app = func.FunctionApp()
    trigger = app.service_bus_queue_trigger(
        **{"arg_name": "message", "queue_name": "q", "connection": "C"} | properties
    )
    trigger(function if function is not None else lambda message: None)
    return app.get_functions()[0]


def loaded(**properties: Any) -> LoadedFunction:
    trigger = registered(**properties).get_trigger()
    return LoadedFunction("f", print, False, trigger.type, trigger.name, trigger.get_dict_repr(), {}, {}, None, False)


def binding(settings: ServiceBusSettings | None = None, **properties: Any) -> QueueBinding:
    return read_binding(loaded(**properties), settings or ServiceBusSettings())


def test_binding_with_nothing_but_queue_and_connection() -> None:
    read = binding()
    assert (read.queue, read.connection) == ("q", "C")
    assert (read.sessions, read.many, read.binary, read.auto_complete) == (False, False, False, True)


def test_binding_with_everything() -> None:
    read = binding(
        is_sessions_enabled=True, cardinality="many", data_type="binary", auto_complete_messages=False,
        access_rights="listen",
    )  # fmt: skip
    assert (read.sessions, read.many, read.binary, read.auto_complete) == (True, True, True, False)


def test_binding_overrules_host_json() -> None:
    settings = ServiceBusSettings(auto_complete_messages=False)
    assert not binding(settings).auto_complete
    assert binding(settings, auto_complete_messages=True).auto_complete


@pytest.mark.parametrize(
    ("properties", "named"),
    [
        ({"queue_name": " "}, "queue_name is ' '"),
        ({"is_sessions_enabled": "yes"}, "isSessionsEnabled is 'yes'"),
        ({"auto_complete_messages": 1}, "autoCompleteMessages is 1"),
    ],
)
def test_property_that_is_wrong_is_named(properties: dict[str, Any], named: str) -> None:
    with pytest.raises(AppError, match=named):
        binding(**properties)


def test_topic_is_refused_by_name() -> None:
    app = func.FunctionApp()
    app.service_bus_topic_trigger(arg_name="message", topic_name="t", subscription_name="s", connection="C")(print)
    trigger = app.get_functions()[0].get_trigger()
    function = LoadedFunction("f", print, False, trigger.type, "message", trigger.get_dict_repr(), {}, {}, None, False)
    with pytest.raises(AppError, match="topics are not supported"):
        read_binding(function, ServiceBusSettings())


def unchecked(message): ...
def one(message: func.ServiceBusMessage) -> None: ...
def listed(message: List[func.ServiceBusMessage]) -> None: ...  # noqa: UP006
def other_list(message: List[str]) -> None: ...  # noqa: UP006
def sequence(message: Sequence[str]) -> None: ...


@pytest.mark.parametrize("function", [unchecked, one, listed])
def test_annotation_is_accepted(function: Callable[..., Any]) -> None:
    found = registered(function)
    assert check_function("f", found.get_user_function(), found.get_bindings()) is False


@pytest.mark.parametrize("function", [other_list, sequence])
def test_annotation_is_refused(function: Callable[..., Any]) -> None:
    found = registered(function)
    with pytest.raises(AppError, match="parameter message"):
        check_function("f", found.get_user_function(), found.get_bindings())


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({"C": STRING}, Connection(connection_string=STRING)),
        ({"AzureWebJobsC": STRING, "C": "not looked at"}, Connection(connection_string=STRING)),
        ({"c": f" {STRING}\n"}, Connection(connection_string=STRING)),
        ({"C__fullyQualifiedNamespace": "n.servicebus.windows.net"}, Connection(namespace="n.servicebus.windows.net")),
        (
            {"C__fullyQualifiedNamespace": "n", "C__credential": "managedidentity", "C__clientId": "id"},
            Connection(namespace="n", client_id="id"),
        ),
        ({"C": STRING, "C__fullyQualifiedNamespace": "n"}, Connection(connection_string=STRING)),
    ],
)
def test_connection_is_found(environment: dict[str, str], found: Connection) -> None:
    assert find_connection(binding(), environment) == found


def test_no_connection_name_stands_for_the_default() -> None:
    found = find_connection(binding(connection=""), {"AzureWebJobsServiceBus": STRING})
    assert found.connection_string == STRING


def test_missing_setting_is_named() -> None:
    with pytest.raises(AppError, match=r"function f: connection is 'C', but no such setting.*C__fullyQualifiedNamesp"):
        find_connection(binding(), {"Other": STRING, "C": ""})


@pytest.mark.parametrize(
    "value",
    [
        "nonsense",
        f"SharedAccessKeyName=k;SharedAccessKey={KEY}",
        "Endpoint=sb://localhost;SharedAccessKeyName=k",
        f"Endpoint=localhost;SharedAccessKeyName=k;SharedAccessKey={KEY}",
        f"{STRING};EntityPath=another",
    ],
)
def test_malformed_connection_string_is_refused_without_being_shown(value: str) -> None:
    with pytest.raises(AppError, match="function f: the setting C is no connection string for the queue q") as refused:
        find_connection(binding(), {"C": value})
    assert KEY not in str(refused.value)


def test_connection_string_in_place_of_its_setting_is_not_shown() -> None:
    with pytest.raises(AppError, match="expected the name of the setting") as refused:
        find_connection(binding(connection=STRING), {})
    assert KEY not in str(refused.value)
