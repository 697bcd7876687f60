"""The HTTP API: the routes, who may call them, and what reaches the function."""

import json
import re
from fnmatch import fnmatchcase
from typing import Any

import pytest

FUNCTIONS = {
    "POST /tasks": "api",
    "GET /tasks/{id}": "api",
    "POST /images": "api",
    "POST /pdfs": "api",
    "GET /openapi.json": "api",
    "GET /tasks": "operator",
    "GET /queues": "operator",
    "GET /workers": "operator",
    "GET /metrics": "operator",
    **{f"POST /queues/{{name}}/{action}": "operator" for action in ("pause", "resume", "purge", "redrive")},
    **dict.fromkeys(("GET /schedules", "POST /schedules", "PATCH /schedules/{name}"), "operator"),
    "DELETE /schedules/{name}": "operator",
    "POST /schedules/{name}/pause": "operator",
    "POST /schedules/{name}/resume": "operator",
    "DELETE /tasks/{id}": "operator",
    "POST /tasks/{id}/retry": "operator",
    "POST /tasks/{id}/drop": "operator",
    "GET /stories/{id}": "operator",
    "GET /logs/{id}": "operator",
}
ROUTES = FUNCTIONS.keys()
OPENED = {
    "submit": {"POST /tasks", "POST /images", "POST /pdfs", "GET /tasks/*", "GET /openapi.json"},
    "read": {
        *("GET /tasks", "GET /tasks/*", "GET /stories/*", "GET /logs/*"),
        *("GET /queues", "GET /schedules", "GET /workers", "GET /metrics", "GET /openapi.json"),
    },
    "operate": {
        "DELETE /tasks/*",
        "POST /tasks/*/retry",
        "POST /tasks/*/drop",
        *(f"POST /queues/*/{action}" for action in ("pause", "resume", "purge", "redrive")),
        *("POST /schedules", "PATCH /schedules/*", "DELETE /schedules/*"),
        *("POST /schedules/*/pause", "POST /schedules/*/resume"),
        "GET /openapi.json",
    },
}


def routes(resources: Any) -> dict[str, dict[str, Any]]:
    """The methods by "METHOD /path"."""
    parts = resources("api", "ApiGateway::Resource")

    def path(reference: dict[str, Any]) -> str:
        part = parts.get(reference.get("Ref", ""))
        return f"{path(part['ParentId'])}/{part['PathPart']}" if part else ""

    methods = resources("api", "ApiGateway::Method").values()
    return {f"{method['HttpMethod']} {path(method['ResourceId'])}": method for method in methods}


def test_the_routes_are_those_of_the_design(resources: Any) -> None:
    assert set(routes(resources)) == ROUTES


def test_every_method_needs_a_signature(resources: Any) -> None:
    assert {method["AuthorizationType"] for method in routes(resources).values()} == {"AWS_IAM"}


def test_no_other_origin_is_let_in(templates: Any) -> None:
    assert "OPTIONS" not in json.dumps(templates["api"])
    assert "Access-Control" not in json.dumps(templates["api"])


def test_every_method_reaches_its_function(resources: Any, flat: Any) -> None:
    for name, method in routes(resources).items():
        integration = flat(method["Integration"])
        assert integration["Type"] == "AWS_PROXY"
        assert f"${{{FUNCTIONS[name]}TasksFunction" in integration["Uri"]


@pytest.mark.parametrize("permission", OPENED)
def test_a_permission_opens_its_own_routes_of_this_api_only(resources: Any, flat: Any, permission: str) -> None:
    policies = {p["ManagedPolicyName"]: flat(p) for p in resources("api", "IAM::ManagedPolicy").values()}
    statement, *more = policies[f"celeriac-dev-api-{permission}"]["PolicyDocument"]["Statement"]

    assert (statement["Effect"], statement["Action"]) == ("Allow", "execute-api:Invoke")
    calls = [resource.partition("/v1/") for resource in statement["Resource"]]
    assert {call.replace("/", " /", 1) for _, _, call in calls} == OPENED[permission]
    assert len({start for start, _, _ in calls}) == 1
    assert calls[0][0].startswith("arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${HttpApi")
    assert set(policies) == {f"celeriac-dev-api-{name}" for name in OPENED}
    assert [right["Action"] for right in more] == (["ssm:GetParameter"] if permission == "read" else [])


def test_who_may_read_finds_the_api_by_the_parameter_that_names_it(resources: Any, flat: Any) -> None:
    (parameter,) = resources("api", "SSM::Parameter").values()
    policies = {p["ManagedPolicyName"]: flat(p) for p in resources("api", "IAM::ManagedPolicy").values()}
    *_, right = policies["celeriac-dev-api-read"]["PolicyDocument"]["Statement"]
    told = json.loads(flat(parameter["Value"]))

    assert parameter["Name"] == "/celeriac/celeriac-dev/api"
    assert right["Resource"].endswith(":parameter/celeriac/celeriac-dev/api")
    assert told["stage"] == "v1"
    assert told["url"].startswith(f"https://{told['id']}.execute-api.")


def test_no_permission_opens_a_route_of_another_by_a_star() -> None:
    """In a policy a star matches slashes, too."""
    calls = [route.replace("{id}", "a").replace("{name}", "a") for route in ROUTES]

    for permission, patterns in OPENED.items():
        opened = {call for call in calls if any(fnmatchcase(call, pattern) for pattern in patterns)}
        meant = {call for call in calls if re.sub("/a(?=/|$)", "/*", call) in patterns}
        assert opened == meant, permission


def test_only_the_api_may_invoke_the_function_each_route_by_its_own_right(resources: Any, flat: Any) -> None:
    rights = [flat(right) for right in resources("api", "Lambda::Permission").values()]

    assert {right["Principal"] for right in rights} == {"apigateway.amazonaws.com"}
    assert len({right["SourceArn"] for right in rights}) == len(rights) == len(ROUTES)


def test_operators_are_told_which_workers_list_all_their_tasks(resources: Any) -> None:
    functions = {f["FunctionName"]: f for f in resources("api", "Lambda::Function").values()}
    told = {name: f["Environment"]["Variables"].get("HTTP_LISTED_WORKERS") for name, f in functions.items()}

    assert told == {"celeriac-dev-api": None, "celeriac-dev-arrivals": None, "celeriac-dev-operator": "notify"}


def test_images_and_pdfs_arrive_whole(resources: Any) -> None:
    (api,) = resources("api", "ApiGateway::RestApi").values()

    assert {"image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf"} <= set(api["BinaryMediaTypes"])
    # With */* every JSON body would arrive in base64, too.
    assert "*/*" not in api["BinaryMediaTypes"]


def test_access_is_logged_and_throttled(resources: Any, flat: Any) -> None:
    (stage,) = (flat(stage) for stage in resources("api", "ApiGateway::Stage").values())
    (settings,) = stage["MethodSettings"]

    assert stage["StageName"] == "v1"
    assert stage["AccessLogSetting"]["DestinationArn"]
    assert json.loads(stage["AccessLogSetting"]["Format"])["status"] == "$context.status"
    assert (settings["ResourcePath"], settings["HttpMethod"]) == ("/*", "*")
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (100, 200)
    assert settings["DataTraceEnabled"] is False
    assert "TracingEnabled" not in stage


def test_what_the_gateway_refuses_is_problem_json(resources: Any) -> None:
    answers = {answer["ResponseType"]: answer for answer in resources("api", "ApiGateway::GatewayResponse").values()}

    assert set(answers) == {"DEFAULT_4XX", "DEFAULT_5XX"}
    for answer in answers.values():
        assert "problem+json" in answer["ResponseParameters"]["gatewayresponse.header.Content-Type"]
        body = answer["ResponseTemplates"]["application/json"].replace("$context.error.messageString", '"Forbidden"')
        assert json.loads(body) == {"type": "about:blank", "title": "Forbidden"}


def test_the_http_side_knows_every_workers_queues_by_name(resources: Any, flat: Any) -> None:
    start = "https://sqs.${AWS::Region}.${AWS::URLSuffix}/${AWS::AccountId}/celeriac-dev"
    for function in map(flat, resources("api", "Lambda::Function").values()):
        queues = json.loads(function["Environment"]["Variables"]["CELERIAC_QUEUES"])
        assert queues == {
            **{worker: f"{start}-{worker}" for worker in ("notify", "process_pdf", "thumbnail")},
            "thumbnail.bulk": {"url": f"{start}-thumbnail-bulk", "max_receives": 8},
            "thumbnail.fast": {"url": f"{start}-thumbnail-fast", "priority": 5},
            "thumbnail.ordered": f"{start}-thumbnail-ordered.fifo",
        }


def test_the_http_side_has_functions_for_calls_for_operators_and_for_arrivals(resources: Any) -> None:
    functions = {f["FunctionName"]: f for f in resources("api", "Lambda::Function").values()}

    assert functions["celeriac-dev-api"]["Handler"] == "api.handler.handler"
    assert functions["celeriac-dev-operator"]["Handler"] == "api.handler.handler"
    assert functions["celeriac-dev-arrivals"]["Handler"] == "api.arrivals.handler"
    assert {f["Environment"]["Variables"]["CELERIAC_WORKER"] for f in functions.values()} == {
        "api",
        "arrivals",
        "operator",
    }
    # API Gateway gives up after 29 seconds, and an answer may be held for 20.
    assert 20 < functions["celeriac-dev-api"]["Timeout"] <= 29
    assert functions["celeriac-dev-operator"]["Timeout"] <= 29


def test_the_outputs_are_named_as_documented(templates: Any) -> None:
    assert set(templates["api"]["Outputs"]) == {"ApiUrl", "ApiId"}
