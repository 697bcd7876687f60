"""Where a process finds its deployment."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta

import pytest

from celeriac import config as configuration
from celeriac.backend import DynamoDBBackend
from celeriac.broker import SQSBroker
from celeriac.config import Config
from celeriac.exceptions import CeleriacError, ImproperlyConfigured, OperationalError
from celeriac.lanes import Lane
from celeriac.services import Services
from celeriac.storage import Bucket

IN_LAMBDA = {
    "CELERIAC_DEPLOYMENT": "celeriac-dev",
    "CELERIAC_WORKER": "thumbnail",
    "CELERIAC_TABLE": "results",
    "CELERIAC_PAYLOADS": "payloads",
    "CELERIAC_QUEUES": '{"thumbnail":"https://sqs/thumbnail","notify":"https://sqs/notify"}',
    "CELERIAC_CONCURRENCY": "4",
}
STORED = {"table": "stored-results", "payloads": "stored-payloads", "queues": {"notify": "https://sqs/notify"}}


class Parameters:
    """SSM with one parameter, which counts how often it is read."""

    def __init__(self, value: str = json.dumps(STORED)) -> None:
        self.value, self.names = value, list[str]()

    def __call__(self, name: str) -> str:
        self.names.append(name)
        return self.value


def test_in_lambda_the_environment_says_everything_and_ssm_is_not_asked() -> None:
    ssm = Parameters()
    assert Config.load(ssm, IN_LAMBDA) == Config(
        deployment="celeriac-dev",
        table="results",
        payloads="payloads",
        queues={"thumbnail": "https://sqs/thumbnail", "notify": "https://sqs/notify"},
        worker="thumbnail",
        concurrency=4,
    )
    assert ssm.names == []


def test_elsewhere_the_name_of_the_deployment_is_enough() -> None:
    ssm = Parameters()
    assert Config.load(ssm, {"CELERIAC_DEPLOYMENT": "celeriac-dev"}) == Config(
        deployment="celeriac-dev",
        table="stored-results",
        payloads="stored-payloads",
        queues={"notify": "https://sqs/notify"},
        worker="",
        concurrency=1,
    )
    assert ssm.names == ["/celeriac/celeriac-dev"], "asked once"


def test_the_environment_goes_before_what_is_stored() -> None:
    environ = {"CELERIAC_DEPLOYMENT": "celeriac-dev", "CELERIAC_TABLE": "mine", "CELERIAC_PAYLOADS": ""}
    loaded = Config.load(Parameters(), environ)
    assert (loaded.table, loaded.payloads) == ("mine", "stored-payloads")


def test_everything_that_is_missing_is_listed_at_once() -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        Config.load(Parameters(), {})
    assert str(caught.value) == (
        "set CELERIAC_DEPLOYMENT to a deployment's name, such as celeriac-dev, "
        "or set CELERIAC_TABLE, CELERIAC_PAYLOADS, CELERIAC_QUEUES"
    )


@pytest.mark.parametrize("missing", ["CELERIAC_TABLE", "CELERIAC_PAYLOADS", "CELERIAC_QUEUES"])
def test_only_what_is_missing_is_listed(missing: str) -> None:
    environ = {key: value for key, value in IN_LAMBDA.items() if key not in {missing, "CELERIAC_DEPLOYMENT"}}
    with pytest.raises(ImproperlyConfigured, match=f"or set {missing}$"):
        Config.load(Parameters(), environ)


@pytest.mark.parametrize("queues", ["thumbnail", "[]", "null", '"https://sqs"', "{"])
def test_queues_that_are_no_object_of_addresses_are_refused_with_an_example(queues: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r'CELERIAC_QUEUES must be a JSON object .* {"thumbnail": "https://'):
        Config.load(Parameters(), {**IN_LAMBDA, "CELERIAC_QUEUES": queues})


def test_a_lane_with_more_to_say_is_an_object() -> None:
    queues = {"a": "https://sqs/a", "a.x": {"url": "https://sqs/a-x", "priority": 5, "max_receives": 2}}
    loaded = Config.load(Parameters(), {**IN_LAMBDA, "CELERIAC_QUEUES": json.dumps(queues)})
    assert loaded.queues == {"a": "https://sqs/a", "a.x": "https://sqs/a-x"}
    assert loaded.lanes == {"a.x": Lane(priority=5, max_receives=2)}
    assert Services.of(loaded, timedelta(days=1)).broker.lanes == loaded.lanes


@pytest.mark.parametrize(
    ("lane", "wrong"),
    [
        (1, "'a.x' must be a queue's URL or an object with its \"url\", not 1"),
        (None, "must be a queue's URL"),
        ({}, "must be a queue's URL"),
        ({"url": 1}, "must be a queue's URL"),
        ({"url": "u", "fifo": True, "colour": 1}, "'a.x' has unknown keys: colour, fifo"),
        ({"url": "u", "priority": 10}, "'a.x': priority must be a whole number from 0 to 9"),
        ({"url": "u", "priority": True}, "priority must be"),
        ({"url": "u", "priority": None}, "priority must be"),
        ({"url": "u", "max_receives": 0}, "max_receives must be a whole number from 1 to 1000"),
    ],
)
def test_what_is_wrong_with_a_lane_is_said_with_its_name(lane: object, wrong: str) -> None:
    queues = json.dumps({"a": "https://sqs/a", "a.x": lane})
    with pytest.raises(ImproperlyConfigured, match="CELERIAC_QUEUES") as caught:
        Config.load(Parameters(), {**IN_LAMBDA, "CELERIAC_QUEUES": queues})
    assert wrong in str(caught.value)


@pytest.mark.parametrize("concurrency", ["0", "-1", "two", "1.5", "", " 1", "\u00b2"])
def test_a_concurrency_that_is_no_number_of_tasks_is_refused(concurrency: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="CELERIAC_CONCURRENCY must be a whole number of 1 or more, not"):
        Config.load(Parameters(), {**IN_LAMBDA, "CELERIAC_CONCURRENCY": concurrency})


@pytest.mark.parametrize("value", ["", "nonsense", "[]", "null", '"celeriac-dev"'])
def test_a_parameter_that_is_not_the_stacks_is_refused_by_name(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SSM parameter /celeriac/celeriac-dev must be a JSON object"):
        Config.load(Parameters(value), {"CELERIAC_DEPLOYMENT": "celeriac-dev"})


def test_a_parameter_that_cannot_be_read_is_an_error_of_ours() -> None:
    def denied(name: str) -> str:
        raise OperationalError(f"SSM parameter {name}: AccessDenied")

    with pytest.raises(CeleriacError, match="AccessDenied"):
        Config.load(denied, {"CELERIAC_DEPLOYMENT": "celeriac-dev"})


def test_a_configuration_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Config.load(Parameters(), IN_LAMBDA).table = "other"  # type: ignore[misc]  # it is frozen


def test_the_environment_of_this_process_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    configuration.of_this_process.cache_clear()
    for key, value in IN_LAMBDA.items():
        monkeypatch.setenv(key, value)
    try:
        first = configuration.of_this_process()
        monkeypatch.setenv("CELERIAC_TABLE", "another")
        assert configuration.of_this_process() is first
        assert first.table == "results"
    finally:
        configuration.of_this_process.cache_clear()


def test_the_services_of_a_configuration_are_those_of_aws_and_nothing_is_called_yet() -> None:
    services = Services.of(Config.load(Parameters(), IN_LAMBDA), timedelta(days=3))
    assert isinstance(services.broker, SQSBroker)
    assert isinstance(services.backend, DynamoDBBackend)
    assert isinstance(services.broker.payloads, Bucket)
    assert services.broker.payloads.name == "payloads"
    assert (services.broker.worker, services.broker.queues["notify"]) == ("thumbnail", "https://sqs/notify")
    assert (services.backend.table, services.backend.result_expires) == ("results", timedelta(days=3))
    assert services.concurrency == 4


def test_a_deployment_with_a_group_of_schedules_says_so() -> None:
    stored = Parameters(json.dumps({**STORED, "etas": "celeriac-dev-etas"}))
    assert Config.load(stored, {"CELERIAC_DEPLOYMENT": "celeriac-dev"}).etas == "celeriac-dev-etas"
    assert Config.load(Parameters(), {"CELERIAC_DEPLOYMENT": "celeriac-dev"}).etas == "", "an older one has none"
    assert Config.load(Parameters(), {**IN_LAMBDA, "CELERIAC_ETAS": "group"}).etas == "group"
    here = {"CELERIAC_DEPLOYMENT": "celeriac-dev", "CELERIAC_ETAS": ""}
    assert Config.load(stored, here).etas == "", "a process may do without"


@pytest.mark.parametrize("name", ["a/b", "x" * 65, "ä", "a b"])
def test_what_can_be_no_group_of_schedules_is_refused(name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="CELERIAC_ETAS"):
        Config.load(Parameters(), {**IN_LAMBDA, "CELERIAC_ETAS": name})


def test_outcomes_are_listed_where_the_function_is_told_so() -> None:
    assert Config.load(Parameters(), IN_LAMBDA).list_tasks is False
    for told, is_on in (("on", True), ("off", False)):
        config = Config.load(Parameters(), {**IN_LAMBDA, "CELERIAC_LIST_TASKS": told})
        assert config.list_tasks is is_on
        assert Services.of(config, timedelta(days=1)).backend.lists_all is is_on


@pytest.mark.parametrize("told", ["", "true", "ON", "1"])
def test_a_switch_is_on_or_off(told: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="CELERIAC_LIST_TASKS must be on or off"):
        Config.load(Parameters(), {**IN_LAMBDA, "CELERIAC_LIST_TASKS": told})
