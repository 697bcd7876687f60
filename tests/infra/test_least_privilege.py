"""What every function may do: this list, and nothing beside it."""

from collections import defaultdict
from typing import Any

import pytest

SQS = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}"


@pytest.fixture
def rights(resources: Any, flat: Any) -> dict[str, dict[str, set[str]]]:
    """By function: every action allowed to its role, and on what."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for stack in ("workers", "api"):
        roles = {f"${{{key}}}": role.get("RoleName", "unnamed") for key, role in resources(stack, "IAM::Role").items()}
        for policy in map(flat, resources(stack, "IAM::Policy").values()):
            for role in policy["Roles"]:
                for statement in policy["PolicyDocument"]["Statement"]:
                    assert statement["Effect"] == "Allow"
                    for action in as_list(statement["Action"]):
                        found[roles[role]][action].update(readable(r) for r in as_list(statement["Resource"]))
    return found


def as_list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def readable(resource: str) -> str:
    """Logical ids and export names without their hashes: ${Payloads}/results/*."""
    for name in ("Payloads", "Files", "Results", "Users", "Arrivals", "Logs"):
        if name in resource:
            return "${" + name + "}" + resource.partition("}")[2]
    return resource


def queue(name: str) -> str:
    return "".join(word for word in name.split("_")) + "queueQueue"


LANES = ("bulk", "fast", "ordered")


def is_lane(target: str) -> bool:
    return any(f"thumbnail{lane}queue" in target or f"-thumbnail-{lane}" in target for lane in LANES)


OWN_QUEUE = {"sqs:ReceiveMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueUrl", "sqs:DeleteMessage"}
OWN_QUEUE |= {"sqs:GetQueueAttributes"}
UPLOADS = ("images", "pdfs", "incoming")
RESULTS = {"GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem"}


def test_a_worker_without_a_word_in_its_toml_may_only_work(rights: Any) -> None:
    may = rights["celeriac-dev-process_pdf"]

    assert set(may) == {
        "sqs:SendMessage",
        *OWN_QUEUE,
        *(f"dynamodb:{action}" for action in RESULTS),
        "s3:GetObject",
        "s3:PutObject",
        "s3:ListBucket",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "scheduler:CreateSchedule",
        "iam:PassRole",
    }


@pytest.mark.parametrize(
    ("worker", "may_send_to"),
    [("notify", {"notify"}), ("process_pdf", {"process_pdf", "notify"}), ("thumbnail", {"thumbnail"})],
)
def test_a_worker_may_send_to_its_own_queue_and_to_those_it_uses(
    rights: Any, worker: str, may_send_to: set[str]
) -> None:
    targets = {t for t in rights[f"celeriac-dev-{worker}"]["sqs:SendMessage"] if not is_lane(t)}

    assert len(targets) == len(may_send_to)
    assert all(any(target.startswith("${" + queue(name)) for target in targets) for name in may_send_to)


@pytest.mark.parametrize("worker", ["notify", "process_pdf", "thumbnail"])
def test_a_worker_consumes_its_own_queue_only(rights: Any, worker: str) -> None:
    for action in OWN_QUEUE:
        (target,) = (t for t in rights[f"celeriac-dev-{worker}"][action] if not is_lane(t))
        assert target.startswith("${" + queue(worker))
        assert "DeadLetters" not in target


def test_only_its_own_worker_and_the_http_side_may_send_to_a_lane(rights: Any) -> None:
    lanes = {name: {t for t in may["sqs:SendMessage"] if is_lane(t)} for name, may in rights.items()}

    assert {name: len(targets) for name, targets in lanes.items() if targets and not name.endswith("-etas")} == {
        "celeriac-dev-thumbnail": 3,
        "celeriac-dev-api": 3,
        "celeriac-dev-arrivals": 3,
        "celeriac-dev-dead_letters": 3,
        "celeriac-dev-operator": 3,
    }


def test_a_worker_consumes_its_own_lanes_only(rights: Any) -> None:
    for action in OWN_QUEUE:
        # An operator looks at lanes, and it and the function for dead letters take what is dead.
        consumed = {w: {t for t in may.get(action, ()) if is_lane(t)} for w, may in rights.items()}
        consumed.pop("celeriac-dev-dead_letters")
        consumed.pop("celeriac-dev-operator")
        assert [worker for worker, targets in consumed.items() if targets] == ["celeriac-dev-thumbnail"]
        assert len(consumed["celeriac-dev-thumbnail"]) == len(LANES)


def test_the_function_for_dead_letters_consumes_them_and_nothing_else(rights: Any) -> None:
    may = rights["celeriac-dev-dead_letters"]

    for action in OWN_QUEUE:
        assert len(may[action]) == 3 + len(LANES)
        assert all("DeadLetters" in target for target in may[action])
    assert not [target for target in may["sqs:SendMessage"] if "DeadLetters" in target]


@pytest.mark.parametrize("function", ["notify", "process_pdf", "thumbnail", "dead_letters", "operator"])
def test_every_function_records_results_and_nothing_else_in_the_table(rights: Any, function: str) -> None:
    may = rights[f"celeriac-dev-{function}"]

    lists = {"Query"} if function == "operator" else set()
    assert {action for action in may if action.startswith("dynamodb:")} == {
        f"dynamodb:{action}" for action in RESULTS | lists
    }
    assert {target for action in RESULTS for target in may[f"dynamodb:{action}"]} == {"${Results}"}


def test_the_api_takes_nothing_out_of_the_table(rights: Any) -> None:
    may = rights["celeriac-dev-api"]

    assert {action for action in may if action.startswith("dynamodb:")} == {
        f"dynamodb:{what}Item" for what in ("Get", "Put", "Update")
    }
    assert {target for action in may if action.startswith("dynamodb:") for target in may[action]} == {"${Results}"}


def test_what_sends_the_tasks_of_arrivals_knows_no_results(rights: Any) -> None:
    may = rights["celeriac-dev-arrivals"]

    assert not [action for action in may if action.startswith("dynamodb:")]
    assert {t for action in may if action.startswith("s3:") for t in may[action] if "Payloads" in t} == {
        "${Payloads}/messages/*"
    }
    assert may["s3:PutObject"] == {"${Payloads}/messages/*"}


@pytest.mark.parametrize(
    "function", ["notify", "process_pdf", "thumbnail", "dead_letters", "api", "operator", "arrivals"]
)
def test_every_function_writes_to_its_own_log_group_only(rights: Any, function: str) -> None:
    may = rights[f"celeriac-dev-{function}"]

    assert may["logs:PutLogEvents"] == may["logs:CreateLogStream"] == {"${Logs}"}


def test_payloads_are_reached_under_their_two_prefixes(rights: Any) -> None:
    may = rights["celeriac-dev-process_pdf"]

    assert may["s3:GetObject"] == may["s3:PutObject"] == {"${Payloads}/messages/*", "${Payloads}/results/*"}
    assert may["s3:ListBucket"] == {"${Payloads}"}


def test_a_declared_permission_is_granted_as_it_is_written(rights: Any) -> None:
    assert "${Files}/images/*" in rights["celeriac-dev-thumbnail"]["s3:GetObject"]
    assert "${Files}/images/*" not in rights["celeriac-dev-thumbnail"]["s3:PutObject"]
    sending = rights["celeriac-dev-notify"]["ses:SendEmail"]
    assert sending == {"arn:aws:ses:${AWS::Region}:${AWS::AccountId}:identity/*"}


def test_the_function_for_operators_reads_the_list_and_stores_no_uploads(rights: Any) -> None:
    may = rights["celeriac-dev-operator"]

    assert may["dynamodb:Query"] == {"${Results}/index/listed"}
    assert not [t for action in may if action.startswith("s3:") for t in may[action] if "Files" in t]


def test_the_function_for_operators_operates_the_workers_queues_and_functions_only(
    rights: Any, resources: Any, flat: Any
) -> None:
    may = rights["celeriac-dev-operator"]
    workers, lanes = ("notify", "process_pdf", "thumbnail"), ("bulk", "fast")
    queues = {f"{SQS}:celeriac-dev-{worker}" for worker in workers}
    queues |= {f"{SQS}:celeriac-dev-thumbnail-{lane}" for lane in (*lanes, "ordered.fifo")}
    dead = {f"{SQS}:celeriac-dev-{worker}-dead" for worker in workers}
    dead |= {f"{SQS}:celeriac-dev-thumbnail-{lane}" for lane in ("bulk-dead", "fast-dead", "ordered-dead.fifo")}

    assert may["sqs:PurgeQueue"] == queues
    assert may["sqs:GetQueueAttributes"] == queues | dead
    for action in ("StartMessageMoveTask", "ListMessageMoveTasks", "ReceiveMessage", "DeleteMessage"):
        assert may[f"sqs:{action}"] == dead
    here = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}"
    assert may["lambda:GetFunctionConfiguration"] == {f"{here}:function:celeriac-dev-{worker}" for worker in workers}
    assert may["lambda:GetFunctionConcurrency"] == may["lambda:GetFunctionConfiguration"]
    logs = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/celeriac-dev"
    assert may["logs:FilterLogEvents"] == {f"{logs}-{worker}:*" for worker in workers}
    assert {action for action in may if may[action] == {"*"}} == {
        "lambda:ListEventSourceMappings",
        "cloudwatch:GetMetricData",
        "scheduler:ListSchedules",
    }
    statements = [
        statement
        for policy in map(flat, resources("api", "IAM::Policy").values())
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    (switching,) = (s for s in statements if s["Action"] == "lambda:UpdateEventSourceMapping")
    of = switching["Condition"]["ArnLike"]["lambda:FunctionArn"]
    assert set(as_list(of)) == may["lambda:GetFunctionConfiguration"]


def test_the_function_that_takes_files_in_may_operate_nothing(rights: Any) -> None:
    for function in ("api", "arrivals"):
        may = rights[f"celeriac-dev-{function}"]
        assert not [action for action in may if action.startswith(("lambda:", "cloudwatch:")) or "Purge" in action]


@pytest.mark.parametrize("function", ["api", "operator", "arrivals"])
def test_the_http_side_may_send_to_every_worker_but_consume_none(rights: Any, function: str) -> None:
    may = rights[f"celeriac-dev-{function}"]

    assert {target for target in may["sqs:SendMessage"] if not is_lane(target)} == {
        f"{SQS}:celeriac-dev-{worker}" for worker in ("notify", "process_pdf", "thumbnail")
    }
    received = {t for t in may.get("sqs:ReceiveMessage", set()) if not t.partition(".fifo")[0].endswith("-dead")}
    assert received == ({"${Arrivals}"} if function == "arrivals" else set())


def test_the_api_stores_uploads_and_reads_none(rights: Any) -> None:
    may = rights["celeriac-dev-api"]

    assert {t for t in may["s3:PutObject"] if "Files" in t} == {f"${{Files}}/{key}/*" for key in UPLOADS}
    assert not [t for t in may["s3:GetObject"] | may["s3:ListBucket"] if "Files" in t]


def test_arrivals_are_read_and_nothing_else_is(rights: Any) -> None:
    may = rights["celeriac-dev-arrivals"]

    assert {t for t in may["s3:GetObject"] if "Files" in t} == {"${Files}/incoming/*"}
    assert not [t for t in may["s3:PutObject"] if "Files" in t]


@pytest.mark.parametrize(
    ("function", "workers"),
    [
        ("notify", {"notify"}),
        ("process_pdf", {"process_pdf", "notify"}),
        ("api", {"notify", "process_pdf", "thumbnail"}),
        ("arrivals", {"notify", "process_pdf", "thumbnail"}),
        ("operator", {"notify", "process_pdf", "thumbnail"}),
    ],
)
def test_who_may_send_to_a_worker_may_do_it_later_and_with_no_other_role(
    rights: Any, function: str, workers: set[str]
) -> None:
    may = rights[f"celeriac-dev-{function}"]

    iam = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role"
    kinds = ("etas", "cron") if function == "operator" else ("etas",)
    assert may["iam:PassRole"] == {f"{iam}/celeriac-dev-{worker}-{kind}" for worker in workers for kind in kinds}
    schedules = "arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule"
    kept = {f"{schedules}/celeriac-dev-schedules/*"} if function == "operator" else set()
    assert may["scheduler:CreateSchedule"] == {f"{schedules}/celeriac-dev-etas/*"} | kept
    also = {"UpdateSchedule", "DeleteSchedule", "GetSchedule", "ListSchedules"} if kept else set()
    assert {action for action in may if action.startswith(("scheduler:", "iam:"))} == {
        "scheduler:CreateSchedule",
        "iam:PassRole",
        *(f"scheduler:{action}" for action in also),
    }
    if kept:
        assert may["scheduler:DeleteSchedule"] == kept
        # What a worker.toml declares can be paused.
        assert may["scheduler:UpdateSchedule"] == kept | {f"{schedules}/celeriac-dev/*"}


def test_a_role_is_passed_to_the_scheduler_only(resources: Any, flat: Any) -> None:
    policies = [*resources("workers", "IAM::Policy").values(), *resources("api", "IAM::Policy").values()]
    statements = [s for policy in map(flat, policies) for s in policy["PolicyDocument"]["Statement"]]
    passing = [s for s in statements if "iam:PassRole" in as_list(s["Action"])]

    assert len(passing) == 7
    for statement in passing:
        assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}


def test_what_fires_late_etas_may_send_to_its_own_workers_queues_only(rights: Any, resources: Any) -> None:
    for worker, queues in {"notify": 1, "process_pdf": 1, "thumbnail": 3}.items():
        may = rights[f"celeriac-dev-{worker}-etas"]
        assert set(may) == {"sqs:SendMessage"}
        assert len(may["sqs:SendMessage"]) == 2 * queues
        assert all(t.startswith("${" + worker.replace("_", "")) for t in may["sqs:SendMessage"])
        assert not [t for t in may["sqs:SendMessage"] if "ordered" in t]


def test_no_other_accounts_schedule_fires_with_a_role_of_ours(resources: Any) -> None:
    roles = resources("workers", "IAM::Role").values()
    statements = [statement for role in roles for statement in role["AssumeRolePolicyDocument"]["Statement"]]
    trusts = [each for each in statements if each["Principal"] == {"Service": "scheduler.amazonaws.com"}]

    assert [trust.get("Condition") for trust in trusts] == [
        {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    ] * 4


def test_a_scheduler_may_send_to_its_workers_queues_and_do_nothing_else(rights: Any) -> None:
    may = rights["celeriac-dev-notify-cron"]

    assert set(may) == {"sqs:SendMessage"}
    assert len(may["sqs:SendMessage"]) == 2
    assert all(target.startswith("${notifyqueue") for target in may["sqs:SendMessage"])


def test_no_worker_has_a_managed_policy(resources: Any) -> None:
    assert not [role for role in resources("workers", "IAM::Role").values() if "ManagedPolicyArns" in role]


def test_a_role_is_taken_by_its_own_service_only(resources: Any) -> None:
    for stack in ("workers", "api"):
        for role in resources(stack, "IAM::Role").values():
            (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
            assert set(statement["Principal"]) == {"Service"}
