import os

import pytest

from local.endpoint import Endpoint, ForeignEndpointError
from tests.ports import reserved_port


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:4566", "http://localhost:4566", "https://[::1]:4566", "http://127.8.8.8"]
)
def test_an_address_of_this_machine_is_an_endpoint(url: str) -> None:
    assert Endpoint(url).url == url


@pytest.mark.parametrize(
    "url",
    [
        "https://sqs.eu-central-1.amazonaws.com",
        "http://192.168.0.10:4566",
        "http://localhost.example.com:4566",
        "http://127.0.0.1.example.com",
        "http://user@10.0.0.1",
        "http://127.0.0.1@example.com/",
        "127.0.0.1:4566",
        "file:///etc/passwd",
        "",
    ],
)
def test_any_other_address_is_refused_with_what_to_do_instead(url: str) -> None:
    with pytest.raises(ForeignEndpointError, match="npx cdk deploy"):
        Endpoint(url)


def test_a_trailing_slash_makes_no_difference() -> None:
    assert Endpoint("http://127.0.0.1:4566/") == Endpoint("http://127.0.0.1:4566")


def test_no_credentials_or_profiles_of_the_person_are_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3", "AWS_ROLE_ARN"):
        monkeypatch.setenv(name, "the-person's")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "the-person's")

    environment = Endpoint("http://127.0.0.1:4566").environment()

    assert "the-person's" not in environment.values()
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert environment["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull


def test_the_rest_of_the_environment_and_its_proxy_exceptions_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "intranet.example.com")
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.example.com/simple")

    environment = Endpoint("http://127.0.0.1:4566").environment()

    assert environment["NO_PROXY"] == "intranet.example.com,127.0.0.1,localhost"
    assert environment["PIP_INDEX_URL"] == "https://packages.example.com/simple"


def test_a_client_ignores_a_profile_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")

    client = Endpoint("http://127.0.0.1:4566").client("sqs")

    assert client.meta.endpoint_url == "http://127.0.0.1:4566"
    client.close()


def test_where_nobody_says_so_schedules_do_not_fire() -> None:
    assert not Endpoint(f"http://127.0.0.1:{reserved_port()}").fires_schedules()
