"""Every finding of cdk-nag that is meant to be, with its reason in one line: the only place where one is silenced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aws_cdk import Acknowledgment, Stack, Validations
from constructs import IConstruct

from infra.constructs.http_api import STAGE
from infra.constructs.http_producer import UPLOAD_KEYS
from infra.constructs.task_function import PAYLOAD_KEYS
from infra.http_routes import ROUTES
from infra.placeholders import fill
from infra.stacks.api import ApiStack
from infra.stacks.storage import StorageStack
from infra.worker_config import WorkerConfig

__all__ = ["acknowledge"]

LOGS_POLICY = "arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
STORAGE = {
    "AwsSolutions-S1": "Access logs would need a third bucket; who needs them has CloudTrail's data events.",
}
QUEUES = {
    "Serverless-SQSRedrivePolicy": "Said of the dead-letter queues themselves, where messages wait for a person.",
}
FUNCTIONS = {
    "AwsSolutions-L1": "The runtime is cdk.json's `python`, the one that the wheels and the tests are for.",
    "Serverless-LambdaLatestVersion": "As AwsSolutions-L1.",
    "Serverless-LambdaDLQ": "For asynchronous invocations; these come from SQS and HTTP, and the queues have theirs.",
    "Serverless-LambdaEventSourceMappingDestination": "Not supported for SQS sources: the queue has its dead letters.",
    "Serverless-LambdaTracing": "Tracing every task costs more than running it, so it is off by default.",
}
API = {
    "AwsSolutions-APIG2": "The function checks requests itself and answers in problem JSON, as a validator cannot.",
    "AwsSolutions-APIG3": "A WAF costs more than all the rest when idle, and every call is signed.",
    "AwsSolutions-COG4": "Authorization is IAM: callers are programs with roles, not a Cognito pool's users.",
    f"AwsSolutions-IAM4[Policy::{LOGS_POLICY}]": "API Gateway accepts no less of the role that writes its logs.",
    "Serverless-APIGWXrayEnabled": "As Serverless-LambdaTracing.",
}
CONSOLE = {
    "AwsSolutions-APIG4": "The page must be loaded to sign in by; there is nothing in it, and its calls need a token.",
}
TASK_IDS = "A path has the id of a task; what else it says, and the method, are as narrow as a right to call can be."
OPERATING = "Mappings are made without a name, but the right says whose; lists and figures are allowed for all or none."
STREAMS = "The star is a group's streams: CloudWatch Logs takes a right to search a group only when it ends so."
TRACES = "X-Ray takes segments for no resource: its two actions know only all."
OBJECT_KEYS = "Objects have no names before they exist: a prefix is as narrow as a right on them can be."
PEOPLE = "A managed policy has room for 6,144 characters, so it is about all that bears the deployment's name."
SCHEDULES = "A schedule is named after its task; the group is as narrow as a right to make one can be."
DECLARED = "The worker's own worker.toml asks for it, where it is reviewed with the code that needs it."


def acknowledge(
    deployment: str,
    storage: StorageStack,
    workers: Stack,
    api: ApiStack,
    configs: Sequence[WorkerConfig],
    is_traced: bool,
) -> None:
    """Silence what is justified above, each finding on the stack it is about."""
    _silence(storage, STORAGE | QUEUES)
    _silence(workers, QUEUES | FUNCTIONS)
    _silence(api, FUNCTIONS | API)
    if page := api.rest_api.root.get_resource("console"):
        _silence(page, CONSOLE)
    payloads, files = _exported(storage, storage.payloads.bucket_arn), _exported(storage, storage.files.bucket_arn)
    for stack in (workers, api):
        _silence_wildcards(stack, (f"{payloads}/{keys}" for keys in PAYLOAD_KEYS), OBJECT_KEYS)
        group = f"arn:<AWS::Partition>:scheduler:<AWS::Region>:<AWS::AccountId>:schedule/{deployment}-etas/*"
        _silence_wildcards(stack, [group], SCHEDULES)
    _silence_wildcards(api, (f"{files}/{keys}" for keys in UPLOAD_KEYS), OBJECT_KEYS)
    http = f"arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<{_logical_id(api)}>/{STAGE}"
    _silence_wildcards(api, (f"{http}/{route.method}{route.pattern}" for route in ROUTES), TASK_IDS)
    mappings = "arn:<AWS::Partition>:lambda:<AWS::Region>:<AWS::AccountId>:event-source-mapping:*"
    _silence_wildcards(api, [mappings, "*"], OPERATING)
    logs = "arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:/aws/lambda"
    _silence_wildcards(api, (f"{logs}/{deployment}-{config.name}:*" for config in configs), STREAMS)
    people = workers.node.find_child("Operators")
    _silence_wildcards(people, [mappings, "*"], OPERATING)
    _silence_wildcards(people, [*_all_of(deployment), f"{logs}/{deployment}-*:*"], PEOPLE)
    for stack in (workers, api):
        _silence(stack, {"AwsSolutions-IAM5[Resource::*]": TRACES} if is_traced else {})
    timetable = f"arn:<AWS::Partition>:scheduler:<AWS::Region>:<AWS::AccountId>:schedule/{deployment}"
    for scope in (api, people):
        _silence_wildcards(scope, [f"{timetable}/*", f"{timetable}-schedules/*"], SCHEDULES)
    names = _placeholders_in_findings(storage, deployment)
    for config in configs:
        if config.beat:
            rights = ["*", f"{timetable}/*", f"{timetable}-schedules/*"]
            _silence_wildcards(workers.node.find_child(config.name), rights, SCHEDULES)
        declared = (fill(resource, names) for permission in config.permissions for resource in permission.resources)
        _silence_wildcards(workers.node.find_child(config.name), declared, DECLARED)


def _silence(scope: IConstruct, reasons: dict[str, str]) -> None:
    rules = [Acknowledgment(id=rule, reason=reason) for rule, reason in reasons.items()]
    Validations.of(scope).acknowledge(*rules)


def _silence_wildcards(scope: IConstruct, resources: Iterable[str], reason: str) -> None:
    _silence(scope, {f"AwsSolutions-IAM5[Resource::{resource}]": reason for resource in resources if "*" in resource})


def _all_of(deployment: str) -> list[str]:
    """Queues, functions and the Scheduler's roles, by the name that all of a deployment's begin with."""
    here = "<AWS::Region>:<AWS::AccountId>"
    return [
        *(f"arn:<AWS::Partition>:sqs:{here}:{deployment}-*{kind}" for kind in ("", "-dead", "-dead.fifo")),
        f"arn:<AWS::Partition>:lambda:{here}:function:{deployment}-*",
        *(f"arn:<AWS::Partition>:iam::<AWS::AccountId>:role/{deployment}-*-{kind}" for kind in ("etas", "cron")),
    ]


def _placeholders_in_findings(storage: StorageStack, deployment: str) -> dict[str, str]:
    return {
        "deployment": deployment,
        "partition": "<AWS::Partition>",
        "region": "<AWS::Region>",
        "account": "<AWS::AccountId>",
        "files_bucket": _exported(storage, storage.files.bucket_name),
        "users_table": _exported(storage, storage.users.table_name),
        "results_table": _exported(storage, storage.results.table_name),
    }


def _logical_id(api: ApiStack) -> str:
    return str(api.resolve(api.rest_api.rest_api_id)["Ref"])


def _exported(storage: StorageStack, value: str) -> str:
    # How cdk-nag writes a value of another stack: the name of the export that the reference becomes.
    return str(storage.resolve(storage.export_value(value))["Fn::ImportValue"])
