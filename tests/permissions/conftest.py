"""An embedded AWS that enforces IAM, with the API's gateway and permissions as they are deployed."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_lambda as lambda_

from infra.constructs.api_parameter import ApiParameter
from infra.constructs.http_api import HttpApi
from infra.constructs.http_permissions import HttpPermissions
from infra.http_access import HttpAccess
from infra.names import API, OPERATOR, Names
from local.api import Api
from local.cloud import Cloud
from local.endpoint import Endpoint
from tests.permissions.enforcing import key_of_user
from tests.ports import reserved_port

NAMES = Names("celeriac-auth")
# The gateway has decided before it: what reaches it says by which function it was reached.
ECHO = """
import json
def handler(event, context):
    headers = {"content-type": "application/json"}
    return {"statusCode": 200, "headers": headers, "body": json.dumps(context.function_name)}
"""


@dataclass(frozen=True)
class Gateway:
    """The gateway's URL on this machine, and who signs."""

    endpoint: Endpoint
    api_id: str

    def signed_by(self, key: dict[str, str] | None) -> Api:
        """The API as a holder of an access key calls it."""
        url = f"{self.endpoint.url}/_aws/execute-api/{self.api_id}/v1"
        return Api(url, key["AWS_ACCESS_KEY_ID"], key["AWS_SECRET_ACCESS_KEY"]) if key else Api(url)


@pytest.fixture(scope="session")
def enforcing_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """A MiniStack that refuses what IAM does not allow."""
    cloud = Cloud(tmp_path_factory.mktemp("enforcing-aws"))
    try:
        yield cloud.start(port=reserved_port(), environment={"AUTH": "true"})
    finally:
        cloud.stop()


@pytest.fixture(scope="session")
def gateway(enforcing_aws: Endpoint, tmp_path_factory: pytest.TempPathFactory) -> Gateway:
    """The API's routes and permissions in a stack of their own, before functions that say their names."""
    cloudformation: Any = enforcing_aws.client("cloudformation")
    template = _template(tmp_path_factory.mktemp("cdk.out"))
    capabilities = ["CAPABILITY_NAMED_IAM"]
    cloudformation.create_stack(StackName="auth", TemplateBody=json.dumps(template), Capabilities=capabilities)
    cloudformation.get_waiter("stack_create_complete").wait(StackName="auth", WaiterConfig={"Delay": 1})
    (api,) = enforcing_aws.client("apigateway").get_rest_apis()["items"]
    return Gateway(enforcing_aws, api["id"])


def _template(folder: Path) -> dict[str, Any]:
    app = App(outdir=str(folder))
    stack = Stack(app, "auth")
    functions = {
        name: lambda_.Function(
            stack,
            name,
            function_name=NAMES.function(name),
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_inline(ECHO),
        )
        for name in (API, OPERATOR)
    }
    http = HttpApi(
        stack, "Http", name=NAMES.function(API), functions=functions, access=HttpAccess(NAMES.deployment), tracing=False
    )
    HttpPermissions(stack, "Permissions", names=NAMES, rest_api=http.rest_api)
    ApiParameter(stack, "Address", names=NAMES, rest_api=http.rest_api)
    template: dict[str, Any] = app.synth().get_stack_by_name("auth").template
    # The bootstrap's version is asked for by `cdk deploy`, which is not at work here.
    return {key: value for key, value in template.items() if key not in {"Parameters", "Rules"}}


@pytest.fixture(scope="session")
def key_of(gateway: Gateway) -> Callable[..., dict[str, str]]:
    """The access key of a user who has these permissions and no others."""

    @functools.cache
    def create(*permissions: str) -> dict[str, str]:
        policies = [NAMES.http_policy(permission) for permission in permissions]
        return key_of_user(gateway.endpoint, "-".join(("user", *permissions)), policies)

    return create


@pytest.fixture(scope="session")
def holder(gateway: Gateway, key_of: Callable[..., dict[str, str]]) -> Callable[..., Api]:
    """The API, called by the holder of these permissions."""
    return lambda *permissions: gateway.signed_by(key_of(*permissions))
