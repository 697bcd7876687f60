"""The backend on DynamoDB, beyond what every backend promises: requests, pages, refusals, and what they cost."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.stub import ANY, Stubber

from celeriac import aws, clock, states
from celeriac.attempt import TOLD_CHARS
from celeriac.backend import DynamoDBBackend
from celeriac.backend.dynamodb.items import fields_of
from celeriac.backend.dynamodb.table import READ_ATTEMPTS
from celeriac.exceptions import OperationalError
from celeriac.message import Message
from celeriac.row import Row
from celeriac.testing import MemoryBucket

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = str(int((NOON + timedelta(hours=1)).timestamp()))
MESSAGE = Message(id="id-1", task="office.work", queue="office")
SUCCESS = Row.of(MESSAGE, states.SUCCESS, result="5")


@pytest.fixture
def dynamodb(moto: str) -> Iterator[Stubber]:
    """DynamoDB answers what it is told to, at noon."""
    assert moto
    with clock.running_on(lambda: NOON), Stubber(aws.client("dynamodb")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def backend() -> DynamoDBBackend:
    return DynamoDBBackend("results", MemoryBucket())


def item(task_id: str, state: str = states.SUCCESS, **more: str) -> dict[str, Any]:
    texts = {"id": task_id, "state": state, **more}
    return {
        **{name: {"S": text} for name, text in texts.items()},
        "attempt": {"N": "0"},
        "expires_at": {"N": LATER},
    }


def read(*items: dict[str, Any], left: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"Responses": {"results": [*items]}, "UnprocessedKeys": left or {}}


def wanted(*ids: str, consistent: bool = False) -> dict[str, Any]:
    keys = [{"id": {"S": task_id}} for task_id in ids]
    return {"RequestItems": {"results": {"Keys": keys, "ConsistentRead": consistent}}}


def test_the_fence_reads_at_half_the_price_and_each_id_once(dynamodb: Stubber, backend: DynamoDBBackend) -> None:
    dynamodb.add_response("batch_get_item", read(item("a")), wanted("a", "b"))
    assert [*backend.get_many(["a", "b", "a"])] == ["a"]


def test_a_consistent_read_is_asked_for_where_it_matters(dynamodb: Stubber, backend: DynamoDBBackend) -> None:
    dynamodb.add_response("batch_get_item", read(), wanted("a", consistent=True))
    assert backend.get_many(["a"], consistent=True) == {}
    dynamodb.add_response("get_item", {}, {"TableName": "results", "Key": {"id": {"S": "a"}}, "ConsistentRead": True})
    assert backend.get("a") is None


def test_no_ids_cost_no_request(dynamodb: Stubber, backend: DynamoDBBackend) -> None:
    assert backend.get_many([]) == {}
    dynamodb.assert_no_pending_responses()


def test_ids_are_read_a_hundred_at_a_time(dynamodb: Stubber, backend: DynamoDBBackend) -> None:
    ids = [f"id-{number}" for number in range(230)]
    for start in (0, 100, 200):
        chunk = ids[start : start + 100]
        dynamodb.add_response("batch_get_item", read(*map(item, chunk)), wanted(*chunk))
    assert [*backend.get_many(ids)] == ids


def test_what_dynamodb_left_unread_is_asked_for_again(dynamodb: Stubber, backend: DynamoDBBackend) -> None:
    left = wanted("b", "c")["RequestItems"]
    dynamodb.add_response("batch_get_item", read(item("a"), left=left), wanted("a", "b", "c"))
    dynamodb.add_response("batch_get_item", read(item("b"), left=wanted("c")["RequestItems"]), wanted("b", "c"))
    dynamodb.add_response("batch_get_item", read(item("c")), wanted("c"))
    assert sorted(backend.get_many(["a", "b", "c"])) == ["a", "b", "c"]


def test_what_stays_unread_is_an_error_and_never_taken_for_absent(dynamodb: Stubber, backend: DynamoDBBackend) -> None:
    for _ in range(READ_ATTEMPTS):
        dynamodb.add_response("batch_get_item", read(left=wanted("a")["RequestItems"]))
    with pytest.raises(OperationalError, match="left items unread: the table is throttled"):
        backend.get_many(["a"])


@pytest.mark.parametrize(
    ("operation", "act"),
    [
        ("batch_get_item", lambda backend: backend.get_many(["id-1"])),
        ("get_item", lambda backend: backend.get("id-1")),
        ("update_item", lambda backend: backend.record(SUCCESS)),
        ("update_item", lambda backend: backend.progress(SUCCESS)),
        ("put_item", lambda backend: backend.accept(MESSAGE)),
        ("put_item", lambda backend: backend.mark("id-1", "revoke")),
        ("delete_item", lambda backend: backend.forget("id-1")),
        ("query", lambda backend: list(backend.failures(NOON.date()))),
    ],
)
def test_a_refusal_of_dynamodb_is_an_error_of_ours(
    dynamodb: Stubber, backend: DynamoDBBackend, operation: str, act: Any
) -> None:
    dynamodb.add_client_error(operation, "AccessDeniedException", "not you", 400)
    with pytest.raises(OperationalError, match="AccessDeniedException"):
        act(backend)


def test_an_outcome_is_one_conditional_write(dynamodb: Stubber, backend: DynamoDBBackend) -> None:
    expected = {
        "TableName": "results",
        "Key": {"id": {"S": "id-1"}},
        "UpdateExpression": ANY,
        "ConditionExpression": "attribute_not_exists(#id) OR #expires_at < :now OR "
        "(#attempt <= :attempted AND NOT #state IN (:success, :failure, :revoked))",
        "ExpressionAttributeNames": ANY,
        "ExpressionAttributeValues": ANY,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    dynamodb.add_response("update_item", {}, expected)
    assert backend.record(SUCCESS) == SUCCESS


def test_the_outcome_that_stands_comes_with_the_refusal_and_costs_no_read(
    dynamodb: Stubber, backend: DynamoDBBackend
) -> None:
    stands = {"Item": item("id-1", result="7")}
    for _ in range(2):
        dynamodb.add_client_error("update_item", "ConditionalCheckFailedException", "no", 400, modeled_fields=stands)
    assert backend.record(SUCCESS).result == "7"
    assert backend.progress(SUCCESS) is False


def test_a_long_result_of_the_outcome_that_stands_is_fetched(dynamodb: Stubber, backend: DynamoDBBackend) -> None:
    backend.payloads.write("results/id-1/0/result", b'"long"')
    long = item("id-1", result="s3:results/id-1/0/result")
    dynamodb.add_response("get_item", {"Item": long})
    row = backend.get("id-1")
    assert row is not None
    assert row.result == '"long"'


def test_a_receipt_is_written_only_where_there_is_no_row(dynamodb: Stubber, backend: DynamoDBBackend) -> None:
    dynamodb.add_client_error("put_item", "ConditionalCheckFailedException", "there is one", 400)
    backend.accept(MESSAGE)


@pytest.mark.parametrize(
    ("state", "days"),
    [(states.SUCCESS, 3), (states.REVOKED, 3), (states.FAILURE, 14), (states.STARTED, 14), (states.RETRY, 380)],
)
def test_how_long_a_row_is_kept(state: str, days: int) -> None:
    backend = DynamoDBBackend("results", MemoryBucket(), timedelta(days=3))
    with clock.running_on(lambda: NOON):
        assert backend.expires_at(Row.of(MESSAGE, state)) == int((NOON + timedelta(days=days)).timestamp())


def test_what_is_listed_comes_page_by_page(dynamodb: Stubber, backend: DynamoDBBackend) -> None:
    first: dict[str, Any] = {
        "TableName": "results",
        "IndexName": "listed",
        "KeyConditionExpression": "listed = :under",
        "ExpressionAttributeValues": {":under": {"S": "FAILURE#2026-11-22#0"}},
        "ScanIndexForward": False,
    }
    more = {"LastEvaluatedKey": {"id": {"S": "a"}}}
    dynamodb.add_response("query", {"Items": [item("a", states.FAILURE)], **more}, first)
    listing = backend.listed("FAILURE#2026-11-22#0")
    assert next(listing).id == "a"
    rest = {"Items": [item("b", states.FAILURE), {**item("old", states.FAILURE), "expires_at": {"N": "1"}}]}
    dynamodb.add_response("query", rest, {**first, "ExclusiveStartKey": more["LastEvaluatedKey"]})
    assert [row.id for row in listing] == ["b"]


def test_an_item_that_is_no_row_is_no_row(dynamodb: Stubber, backend: DynamoDBBackend) -> None:
    dynamodb.add_response("get_item", {"Item": {"id": {"S": "chord#1"}, "text": {"S": "{}"}}})
    assert backend.get("chord#1") is None


def test_the_row_of_a_task_that_runs_is_of_one_write_unit_with_its_message() -> None:
    ids = [str(uuid.uuid4()) for _ in range(4)]
    message = Message(
        id=ids[0], task="thumbnail.generate_thumbnail", queue="thumbnail.ordered", root_id=ids[1], parent_id=ids[2]
    ).replace(group=ids[3])
    row = Row.of(message, states.STARTED, started_at=NOON, message="x" * TOLD_CHARS)
    told = {"id": row.id, "expires_at": 1_790_000_000, **fields_of(row, row.listing)}

    assert sum(len(f"{name}{value}".encode()) for name, value in told.items()) <= 1024
