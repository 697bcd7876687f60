"""Pages of other origins and tokens: nothing of either unless the context asks for it."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App

from infra.http_routes import ROUTES
from infra.settings import Settings, SettingsError

POOL = "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_AbCdEfGhI"
PAGES = ["https://console.example.com", "http://localhost:3000"]
DEFAULTS = json.loads((Path(__file__).resolve().parents[2] / "cdk.json").read_text())["context"]


@pytest.fixture(scope="module")
def opened(synthesize: Any, write_workers: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The API's resources where both are configured, without a finding that is not acknowledged."""
    functions = write_workers(tmp_path_factory.mktemp("functions") / "f", {"ping": ""})
    found: dict[str, Any] = synthesize(functions, checked=True, cors_origins=PAGES, user_pool=POOL)["api"]["Resources"]
    return found


def methods(resources: dict[str, Any]) -> list[dict[str, Any]]:
    return [r["Properties"] for r in resources.values() if r["Type"] == "AWS::ApiGateway::Method"]


def test_a_token_needs_one_of_the_scopes_of_its_route(opened: dict[str, Any]) -> None:
    calls = [method for method in methods(opened) if method["HttpMethod"] != "OPTIONS"]

    assert {method["AuthorizationType"] for method in calls} == {"COGNITO_USER_POOLS"}
    assert sorted(tuple(method["AuthorizationScopes"]) for method in calls) == sorted(
        tuple(f"celeriac-dev/{permission}" for permission in route.permissions) for route in ROUTES
    )
    (authorizer,) = (r["Properties"] for r in opened.values() if r["Type"] == "AWS::ApiGateway::Authorizer")
    assert authorizer["ProviderARNs"] == [POOL]


def test_a_browser_is_told_of_the_named_origins_only(opened: dict[str, Any]) -> None:
    asked = [method for method in methods(opened) if method["HttpMethod"] == "OPTIONS"]
    text = json.dumps(asked)

    assert len(asked) == len({route.path for route in ROUTES})
    assert all(page in text for page in PAGES)
    assert "'*'" not in text


def test_the_functions_know_of_both(opened: dict[str, Any]) -> None:
    functions = {
        r["Properties"]["FunctionName"]: r["Properties"]["Environment"]["Variables"]
        for r in opened.values()
        if r["Type"] == "AWS::Lambda::Function"
    }

    for name in ("celeriac-dev-api", "celeriac-dev-operator"):
        assert functions[name]["HTTP_CORS_ORIGINS"] == " ".join(PAGES)
        assert functions[name]["HTTP_SCOPES"] == "celeriac-dev"


def settings(**context: object) -> Settings:
    return Settings.from_context(App(context=DEFAULTS | context).node)


def test_origins_can_be_given_on_the_command_line() -> None:
    assert (
        settings(cors_origins=" ".join(PAGES)).cors_origins == tuple(PAGES) == settings(cors_origins=PAGES).cors_origins
    )
    assert settings().cors_origins == ()


@pytest.mark.parametrize(
    "origin", ["*", "https://*.example.com", "example.com", "https://example.com/", "null", "https://EXAMPLE.com", 5]
)
def test_an_origin_that_is_not_exact_is_refused(origin: object) -> None:
    with pytest.raises(SettingsError, match="cors_origins: must be exact"):
        settings(cors_origins=[origin])


def test_a_user_pool_is_named_by_its_arn() -> None:
    with pytest.raises(SettingsError, match="user_pool: must be the ARN"):
        settings(user_pool="eu-central-1_AbCdEfGhI")
