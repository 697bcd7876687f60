"""botocore clients, and its errors in our words."""

from __future__ import annotations

import threading

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from celeriac import aws
from celeriac.exceptions import ImproperlyConfigured, ObjectNotFound, OperationalError

pytestmark = pytest.mark.usefixtures("moto")


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "GetObject")


def test_a_process_has_one_client_a_service() -> None:
    clients: list[object] = []
    threads = [threading.Thread(target=lambda: clients.append(aws.client("sqs"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(client) for client in clients}) == 1
    assert aws.client("s3") is not clients[0]


def test_clients_are_patient_and_have_connections_for_a_whole_batch() -> None:
    config = aws.client("sqs").meta.config
    assert config.retries == {"mode": "standard", "total_max_attempts": 3}
    assert (config.connect_timeout, config.read_timeout, config.max_pool_connections) == (3, 8, 32)


def test_links_are_signed_with_version_4_in_every_region() -> None:
    assert aws.client("s3").meta.config.signature_version == "s3v4"


def test_a_local_cloud_is_spoken_to_by_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    aws.forget_clients()
    try:
        client = aws.client("s3")
        assert client.meta.endpoint_url == "http://127.0.0.1:4566"
        assert client.meta.config.s3 == {"addressing_style": "path"}
    finally:
        aws.forget_clients()


def test_a_parameter_is_read_and_its_absence_named() -> None:
    aws.client("ssm").put_parameter(Name="/celeriac/celeriac-dev", Value="{}", Type="String")
    assert aws.parameter("/celeriac/celeriac-dev") == "{}"
    with pytest.raises(ImproperlyConfigured, match="there is no SSM parameter /celeriac/other: no deployment"):
        aws.parameter("/celeriac/other")


@pytest.mark.parametrize("address", ["nonsense", "http://127.0.0.1:99999"])
def test_an_address_that_is_none_is_named(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    aws.forget_clients()
    try:
        with pytest.raises(ImproperlyConfigured, match=r"SSM parameter /celeriac/other: (Invalid endpoint|Port out)"):
            aws.parameter("/celeriac/other")
    finally:
        aws.forget_clients()


@pytest.mark.parametrize("error", [refusal("AccessDenied"), NoCredentialsError()])
def test_botocores_errors_become_ours_with_what_was_done(error: Exception) -> None:
    with pytest.raises(OperationalError, match=r"reading 'k': ") as caught, aws.translated("reading 'k'"):
        raise error
    assert caught.value.__cause__ is error


def test_some_codes_have_errors_of_their_own() -> None:
    with pytest.raises(ObjectNotFound), aws.translated("reading", {"NoSuchKey": ObjectNotFound}):
        raise refusal("NoSuchKey")


def test_other_errors_pass_as_they_are() -> None:
    with pytest.raises(KeyError), aws.translated("reading"):
        raise KeyError("x")


def test_the_code_of_an_error_without_one_is_nothing() -> None:
    assert aws.error_code(refusal("NoSuchKey")) == "NoSuchKey"
    assert [aws.error_code(error) for error in (KeyError("x"), NoCredentialsError(), None)] == ["", "", ""]
