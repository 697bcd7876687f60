"""Every worker folder becomes a queue, a function, a role and a log group of one name."""

import json
from typing import Any

import pytest

from celeriac import lanes

WORKERS = ("notify", "process_pdf", "thumbnail")
LANES = ("bulk", "fast", "ordered")
FOURTEEN_DAYS_S = 14 * 24 * 3600


def is_dead(name: str) -> bool:
    return name.partition(".")[0].endswith("-dead")


@pytest.fixture
def queues(resources: Any, flat: Any) -> dict[str, dict[str, Any]]:
    every = {**resources("workers", "SQS::Queue"), **resources("storage", "SQS::Queue")}
    return {queue["QueueName"]: {**flat(queue), "LogicalId": key} for key, queue in every.items()}


@pytest.fixture
def functions(resources: Any, flat: Any) -> dict[str, dict[str, Any]]:
    every = {**resources("workers", "Lambda::Function"), **resources("api", "Lambda::Function")}
    return {function["FunctionName"]: flat(function) for function in every.values()}


def test_every_worker_has_one_name_throughout(resources: Any, queues: Any, functions: Any) -> None:
    for worker in WORKERS:
        name = f"celeriac-dev-{worker}"
        assert name in queues
        assert functions[name]["Handler"] == f"{worker}.handler.handler"
        assert name in {role.get("RoleName") for role in resources("workers", "IAM::Role").values()}
        assert f"/aws/lambda/{name}" in {g["LogGroupName"] for g in resources("workers", "Logs::LogGroup").values()}


def test_every_queue_has_a_dead_letter_queue_that_keeps_for_14_days(queues: Any) -> None:
    first = [queue for name, queue in queues.items() if not is_dead(name)]

    assert len(first) == len(queues) / 2 == len(WORKERS) + len(LANES) + 1
    for queue in first:
        name, dot, fifo = queue["QueueName"].partition(".")
        dead = queues[f"{name}-dead{dot}{fifo}"]
        assert queue["RedrivePolicy"]["deadLetterTargetArn"] == f"${{{dead['LogicalId']}.Arn}}"
        assert dead["MessageRetentionPeriod"] == FOURTEEN_DAYS_S
        assert "RedrivePolicy" not in dead


def test_a_message_is_given_up_after_the_workers_max_receives(queues: Any) -> None:
    receives = {
        name: queue["RedrivePolicy"]["maxReceiveCount"] for name, queue in queues.items() if "Redr" in str(queue)
    }

    assert receives["celeriac-dev-thumbnail"] == receives["celeriac-dev-thumbnail-fast"] == 3
    assert receives["celeriac-dev-thumbnail-bulk"] == 8
    assert receives["celeriac-dev-notify"] == 5


def test_queues_are_encrypted(queues: Any) -> None:
    assert {queue["SqsManagedSseEnabled"] for queue in queues.values()} == {True}


def test_queues_speak_tls_only(queues: Any, resources: Any, flat: Any) -> None:
    policies = [*resources("workers", "SQS::QueuePolicy").values(), *resources("storage", "SQS::QueuePolicy").values()]
    refusing = {
        queue
        for policy in map(flat, policies)
        for queue in policy["Queues"]
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny" and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    }

    assert refusing == {f"${{{queue['LogicalId']}}}" for queue in queues.values()}


def test_a_message_stays_hidden_six_times_as_long_as_its_function_may_run(queues: Any, functions: Any) -> None:
    for name, queue in queues.items():
        if not is_dead(name):
            function = "-".join(name.split("-")[:3])
            assert queue["VisibilityTimeout"] >= 6 * functions[function]["Timeout"]


def test_a_batch_window_adds_to_the_hidden_time(queues: Any) -> None:
    assert queues["celeriac-dev-thumbnail"]["VisibilityTimeout"] == 6 * 120 + 2


def test_functions_take_their_size_from_the_worker_toml(functions: Any) -> None:
    thumbnail, notify = functions["celeriac-dev-thumbnail"], functions["celeriac-dev-notify"]

    assert (thumbnail["MemorySize"], thumbnail["Timeout"]) == (1769, 120)
    assert (notify["MemorySize"], notify["Timeout"]) == (512, 60)


def test_functions_run_on_what_the_context_says(functions: Any) -> None:
    assert {f["Runtime"] for f in functions.values()} == {"python3.13"}
    assert {tuple(f["Architectures"]) for f in functions.values()} == {("arm64",)}


def test_no_function_is_traced_and_every_one_may_send_to_itself(functions: Any) -> None:
    assert not [f for f in functions.values() if "TracingConfig" in f]
    assert {f["RecursiveLoop"] for f in functions.values()} == {"Allow"}


def test_the_dead_letters_of_every_worker_are_recorded_by_one_function(resources: Any, flat: Any, queues: Any) -> None:
    mappings = [flat(m) for m in resources("workers", "Lambda::EventSourceMapping").values()]
    theirs = [m for m in mappings if "deadletters" in m["FunctionName"].lower()]
    dead = {
        f"${{{queue['LogicalId']}.Arn}}": queue
        for name, queue in queues.items()
        if "-dead" in name and "arrivals" not in name
    }

    assert {m["EventSourceArn"] for m in theirs} == {*dead}
    assert {m["ScalingConfig"]["MaximumConcurrency"] for m in theirs} == {2}
    assert {queue["VisibilityTimeout"] for queue in dead.values()} == {6 * 60}


def test_one_switch_has_every_function_and_the_api_traced(synthesize: Any, write_workers: Any, tmp_path: Any) -> None:
    functions = write_workers(tmp_path / "functions", {"ping": ""})
    templates = synthesize(functions, checked=True, tracing="on")
    resources = [r for stack in ("workers", "api") for r in templates[stack]["Resources"].values()]
    traced = [r["Properties"] for r in resources if r["Type"] == "AWS::Lambda::Function"]
    (stage,) = (r["Properties"] for r in resources if r["Type"] == "AWS::ApiGateway::Stage")

    assert len(traced) == 5
    assert {function["TracingConfig"]["Mode"] for function in traced} == {"Active"}
    assert {function["Environment"]["Variables"]["CELERIAC_TRACING"] for function in traced} == {"on"}
    assert stage["TracingEnabled"] is True


def test_logs_go_after_a_month(resources: Any) -> None:
    groups = [*resources("workers", "Logs::LogGroup").values(), *resources("api", "Logs::LogGroup").values()]

    assert len(groups) == len(WORKERS) + 5
    assert {group["RetentionInDays"] for group in groups} == {30}


def test_one_bad_message_does_not_fail_its_batch(resources: Any) -> None:
    mappings = [*resources("workers", "Lambda::EventSourceMapping").values()]
    mappings += resources("api", "Lambda::EventSourceMapping").values()

    assert len(mappings) == 2 * (len(WORKERS) + len(LANES)) + 1
    assert {tuple(mapping["FunctionResponseTypes"]) for mapping in mappings} == {("ReportBatchItemFailures",)}


def test_the_mapping_takes_batches_as_the_worker_toml_says(resources: Any, flat: Any) -> None:
    mappings = {flat(m["EventSourceArn"]): m for m in resources("workers", "Lambda::EventSourceMapping").values()}
    (thumbnail,) = (mapping for queue, mapping in mappings.items() if "thumbnailqueueQueue" in queue)
    (notify,) = (mapping for queue, mapping in mappings.items() if "notifyqueueQueue" in queue)

    assert (thumbnail["BatchSize"], thumbnail["MaximumBatchingWindowInSeconds"]) == (20, 2)
    assert thumbnail["ScalingConfig"] == {"MaximumConcurrency": 10}
    assert notify["BatchSize"] == 10
    assert "MaximumBatchingWindowInSeconds" not in notify
    assert "ScalingConfig" not in notify


def test_every_lane_has_a_mapping_of_its_own_to_the_same_function(resources: Any, flat: Any) -> None:
    mappings = [flat(m) for m in resources("workers", "Lambda::EventSourceMapping").values()]
    own = {m["EventSourceArn"]: m for m in mappings if "thumbnail" in m["FunctionName"]}
    bulk, fast, ordered = (next(m for arn, m in own.items() if f"thumbnail{lane}queue" in arn) for lane in LANES)

    assert len({m["FunctionName"] for m in own.values()}) == 1
    assert (bulk["BatchSize"], bulk["MaximumBatchingWindowInSeconds"]) == (100, 5)
    assert bulk["ScalingConfig"] == {"MaximumConcurrency": 2}
    assert (fast["BatchSize"], fast["MaximumBatchingWindowInSeconds"], "ScalingConfig" in fast) == (20, 2, False)
    assert (ordered["BatchSize"], "MaximumBatchingWindowInSeconds" in ordered) == (1, False)


def test_a_fifo_lane_and_its_dead_letters_are_fifo_queues(queues: Any) -> None:
    fifo = {name for name, queue in queues.items() if queue.get("FifoQueue")}

    assert fifo == {"celeriac-dev-thumbnail-ordered.fifo", "celeriac-dev-thumbnail-ordered-dead.fifo"}
    assert "ContentBasedDeduplication" not in queues["celeriac-dev-thumbnail-ordered.fifo"]


def test_a_function_learns_where_everything_is(functions: Any, queues: Any) -> None:
    environment = functions["celeriac-dev-process_pdf"]["Environment"]["Variables"]
    addresses = json.loads(environment.pop("CELERIAC_QUEUES"))

    assert environment.pop("CELERIAC_PAYLOADS").startswith("${celeriac-dev-storage:ExportsOutputRefPayloadsBucket")
    assert environment.pop("CELERIAC_TABLE").startswith("${celeriac-dev-storage:ExportsOutputRefResultsTable")
    assert environment == {
        "CELERIAC_DEPLOYMENT": "celeriac-dev",
        "CELERIAC_WORKER": "process_pdf",
        "CELERIAC_CONCURRENCY": "1",
        "CELERIAC_ETAS": "celeriac-dev-etas",
        "CELERIAC_MAX_RECEIVES": "5",
        "CELERIAC_METRICS": "task",
    }
    assert addresses == {
        name: f"${{{queues[f'celeriac-dev-{name}']['LogicalId']}}}" for name in ("process_pdf", "notify")
    }


def test_only_a_worker_that_asks_for_it_lists_all_its_tasks(functions: Any) -> None:
    told = {name: f["Environment"]["Variables"].get("CELERIAC_LIST_TASKS") for name, f in functions.items()}

    assert {name: value for name, value in told.items() if value} == {"celeriac-dev-notify": "on"}


def test_a_worker_toml_fills_in_names_and_concurrency(functions: Any) -> None:
    environment = functions["celeriac-dev-thumbnail"]["Environment"]["Variables"]

    assert environment["FILES_BUCKET"].startswith("${celeriac-dev-storage:ExportsOutputRefFilesBucket")
    assert environment["CELERIAC_CONCURRENCY"] == "4"


def test_a_schedule_sends_its_message_to_the_queue_in_its_time_zone(resources: Any, flat: Any, queues: Any) -> None:
    (schedule,) = (flat(schedule) for schedule in resources("workers", "Scheduler::Schedule").values())

    assert schedule["Name"] == "notify-daily_report"
    assert schedule["GroupName"] == "${Schedules}"
    assert schedule["ScheduleExpression"] == "cron(0 23 * * ? *)"
    assert schedule["ScheduleExpressionTimezone"] == "Europe/Berlin"
    assert schedule["State"] == "ENABLED"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert schedule["Target"]["Arn"] == f"${{{queues['celeriac-dev-notify']['LogicalId']}.Arn}}"
    assert json.loads(schedule["Target"]["Input"]) == {
        "v": 1,
        "id": "notify-daily_report@<aws.scheduler.scheduled-time>",
        "task": "notify.daily_report",
        "kwargs": {"days": 1},
        "headers": {"celery_beat_task": True},
        "firing": {
            "at": "<aws.scheduler.scheduled-time>",
            "key": "notify-daily_report",
            "name": "daily_report",
            "schedule": {"expression": "cron(0 23 * * ? *)"},
            "timezone": "Europe/Berlin",
            "worker": "notify",
        },
    }


def test_a_firing_that_cannot_be_delivered_is_a_dead_letter(resources: Any, flat: Any, queues: Any) -> None:
    (schedule,) = (flat(schedule) for schedule in resources("workers", "Scheduler::Schedule").values())

    dead = queues["celeriac-dev-notify-dead"]["LogicalId"]
    assert schedule["Target"]["DeadLetterConfig"] == {"Arn": f"${{{dead}.Arn}}"}


def test_where_etas_hop_nobody_learns_of_schedules(synthesize: Any, write_workers: Any, tmp_path: Any) -> None:
    functions = write_workers(tmp_path / "functions", {"ping": ""})
    text = json.dumps(synthesize(functions, far_etas="hop"))

    assert "-etas" not in text
    assert "CELERIAC_ETAS" not in text
    assert "scheduler:CreateSchedule" not in text
    assert "CELERIAC_ETAS" in json.dumps(synthesize(functions))


def test_clients_outside_lambda_find_everything_in_one_parameter(resources: Any, flat: Any, queues: Any) -> None:
    (parameter,) = (flat(parameter) for parameter in resources("workers", "SSM::Parameter").values())
    value = json.loads(parameter["Value"])

    assert (parameter["Name"], parameter["Type"]) == ("/celeriac/celeriac-dev", "String")
    assert set(value) == {"table", "payloads", "queues", "etas"}
    assert value["etas"] in {group["Name"] for group in resources("workers", "Scheduler::ScheduleGroup").values()}
    urls = {
        name: f"${{{queue['LogicalId']}}}" for name, queue in queues.items() if not is_dead(name) and "arr" not in name
    }
    assert value["queues"] == {
        **{name: urls[f"celeriac-dev-{name}"] for name in WORKERS},
        "thumbnail.bulk": {"url": urls["celeriac-dev-thumbnail-bulk"], "max_receives": 8},
        "thumbnail.fast": {"url": urls["celeriac-dev-thumbnail-fast"], "priority": 5},
        "thumbnail.ordered": urls["celeriac-dev-thumbnail-ordered.fifo"],
    }
    assert lanes.read(value["queues"], "the parameter")[1] == {
        "thumbnail.bulk": lanes.Lane(max_receives=8),
        "thumbnail.fast": lanes.Lane(priority=5),
    }


def test_workers_may_use_each_other(synthesize: Any, write_workers: Any, tmp_path: Any) -> None:
    templates = synthesize(
        write_workers(tmp_path / "functions", {"ping": 'uses = ["pong"]', "pong": 'uses = ["ping"]'})
    )

    assert templates["workers"]["Resources"]


def test_the_switch_sets_architecture_and_runtime_together(synthesize: Any, write_workers: Any, tmp_path: Any) -> None:
    functions = write_workers(tmp_path / "functions", {"ping": ""})
    resources = synthesize(functions, architecture="x86_64", python="3.12", stage="two")["workers"]["Resources"]
    functions = [r["Properties"] for r in resources.values() if r["Type"] == "AWS::Lambda::Function"]

    assert {function["FunctionName"] for function in functions} == {"celeriac-two-ping", "celeriac-two-dead_letters"}
    assert {(*function["Architectures"], function["Runtime"]) for function in functions} == {("x86_64", "python3.12")}
