"""The console at `/console`: nothing of it unless the context asks for it, and nothing that its function may do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App

from infra.http_routes import CONSOLE_ROUTES, ROUTES
from infra.settings import Settings, SettingsError

POOL = "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_AbCdEfGhI"
DOMAIN = "celeriac.auth.eu-central-1.amazoncognito.com"
CONSOLE = {"console": "on", "user_pool": POOL, "user_pool_client": "1example23", "user_pool_domain": DOMAIN}
DEFAULTS = json.loads((Path(__file__).resolve().parents[2] / "cdk.json").read_text())["context"]


@pytest.fixture(scope="module")
def hosted(synthesize: Any, write_workers: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The API's resources with a console, and the alarms, without a finding that is not acknowledged."""
    functions = write_workers(tmp_path_factory.mktemp("functions") / "f", {"ping": ""})
    found: dict[str, dict[str, Any]] = synthesize(functions, checked=True, **CONSOLE)
    return {**found["api"]["Resources"], **found["monitoring"]["Resources"]}


def of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {key: resource["Properties"] for key, resource in resources.items() if resource["Type"] == f"AWS::{kind}"}


def test_the_page_alone_is_open_to_everybody(hosted: dict[str, Any]) -> None:
    parts = of_type(hosted, "ApiGateway::Resource")
    methods = of_type(hosted, "ApiGateway::Method").values()
    open_to_all = [method for method in methods if method["AuthorizationType"] == "NONE"]

    paths = {parts[method["ResourceId"]["Ref"]]["PathPart"] for method in open_to_all}
    assert (len(open_to_all), paths) == (2, {"console", "{file+}"})
    assert {method["HttpMethod"] for method in open_to_all} == {"GET"}
    assert len(methods) == len(ROUTES) + len(CONSOLE_ROUTES)


def test_what_everybody_may_call_may_write_its_log_and_nothing_else(hosted: dict[str, Any]) -> None:
    functions = of_type(hosted, "Lambda::Function")
    (name, function) = next((key, f) for key, f in functions.items() if f["FunctionName"] == "celeriac-dev-console")
    role = function["Role"]["Fn::GetAtt"][0]
    policies = [p for p in of_type(hosted, "IAM::Policy").values() if {"Ref": role} in p["Roles"]]
    statements = [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]

    assert [statement["Action"] for statement in statements] == [["logs:CreateLogStream", "logs:PutLogEvents"]]
    assert "ManagedPolicyArns" not in of_type(hosted, "IAM::Role")[role]
    opened = [method for method in of_type(hosted, "ApiGateway::Method").values() if name in json.dumps(method)]
    assert {method["AuthorizationType"] for method in opened} == {"NONE"}


def test_the_function_knows_where_visitors_sign_in(hosted: dict[str, Any]) -> None:
    functions = of_type(hosted, "Lambda::Function").values()
    (told,) = (f["Environment"]["Variables"] for f in functions if f["FunctionName"] == "celeriac-dev-console")

    assert told == {
        "CELERIAC_DEPLOYMENT": "celeriac-dev",
        "CONSOLE_AUTHORITY": f"https://{DOMAIN}",
        "CONSOLE_CLIENT": "1example23",
        "CONSOLE_SCOPES": "celeriac-dev/read celeriac-dev/operate",
    }


def test_the_function_has_alarms_as_the_others_have(hosted: dict[str, Any]) -> None:
    functions = {function["FunctionName"] for function in of_type(hosted, "Lambda::Function").values()}
    alarms = {alarm["AlarmName"] for alarm in of_type(hosted, "CloudWatch::Alarm").values()}

    assert "celeriac-dev-console" in functions
    assert {f"{name}-{what}" for name in functions for what in ("errors", "throttles")} <= alarms


def test_by_default_there_is_no_console(templates: Any) -> None:
    assert "console" not in json.dumps(templates["api"]).replace("Celeriac's console finds", "")


def problems(**context: object) -> str:
    with pytest.raises(SettingsError) as refused:
        Settings.from_context(App(context=DEFAULTS | context).node)
    return str(refused.value)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"console": "true"}, "console: must be one of on, off, not 'true'"),
        ({"user_pool": None}, "console: needs a user_pool"),
        ({"user_pool_client": None}, "user_pool_client: must be the id"),
        ({"user_pool_client": "a b"}, "user_pool_client: must be the id"),
        ({"user_pool_domain": None}, "user_pool_domain: must be the pool's domain"),
        ({"user_pool_domain": f"https://{DOMAIN}"}, "user_pool_domain: must be the pool's domain"),
        ({"user_pool_domain": f"{DOMAIN}; script-src *"}, "user_pool_domain: must be the pool's domain"),
        ({"user_pool_domain": "celeriac"}, "user_pool_domain: must be the pool's domain"),
    ],
)
def test_a_console_that_could_not_be_signed_in_to_is_refused(changed: dict[str, object], said: str) -> None:
    assert said in problems(**(CONSOLE | changed))


def test_all_that_is_missing_is_said_at_once() -> None:
    assert problems(console="on").count("\n") == 3
