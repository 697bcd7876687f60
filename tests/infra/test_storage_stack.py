"""What is kept is encrypted, reached over TLS only, and goes when it should."""

from typing import Any


def test_results_are_billed_on_demand_encrypted_and_restorable(resources: Any) -> None:
    for table in resources("storage", "DynamoDB::Table").values():
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert table["SSESpecification"] == {"SSEEnabled": True}
        assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True


def test_results_expire_and_what_is_listed_has_an_index(resources: Any) -> None:
    (table,) = (t for t in resources("storage", "DynamoDB::Table").values() if t["TableName"] == "celeriac-dev-results")

    assert table["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["GlobalSecondaryIndexes"] == [
        {
            "IndexName": "listed",
            "KeySchema": [
                {"AttributeName": "listed", "KeyType": "HASH"},
                {"AttributeName": "listed_at", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
    ]


def test_buckets_are_private_and_encrypted(resources: Any) -> None:
    buckets = resources("storage", "S3::Bucket")

    assert len(buckets) == 2
    for bucket in buckets.values():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert len(bucket["PublicAccessBlockConfiguration"]) == 4
        assert bucket["BucketEncryption"]
        assert "BucketName" not in bucket


def test_buckets_speak_tls_only(resources: Any, flat: Any) -> None:
    policies = [flat(policy) for policy in resources("storage", "S3::BucketPolicy").values()]

    assert {policy["Bucket"] for policy in policies} == {f"${{{name}}}" for name in resources("storage", "S3::Bucket")}
    for policy in policies:
        assert refuses_plain_http(policy)


def test_payloads_go_a_day_after_the_last_message_that_could_name_them(resources: Any) -> None:
    (payloads,) = (b for name, b in resources("storage", "S3::Bucket").items() if name.startswith("Payloads"))

    assert [rule["ExpirationInDays"] for rule in payloads["LifecycleConfiguration"]["Rules"]] == [15]


def test_files_stay(resources: Any) -> None:
    (files,) = (b for name, b in resources("storage", "S3::Bucket").items() if name.startswith("Files"))

    assert all("ExpirationInDays" not in rule for rule in files["LifecycleConfiguration"]["Rules"])


def test_nothing_that_holds_data_goes_with_its_stack(templates: Any) -> None:
    for resource in templates["storage"]["Resources"].values():
        if resource["Type"] in ("AWS::DynamoDB::Table", "AWS::S3::Bucket"):
            assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
            assert resource["UpdateReplacePolicy"] == "Retain"


def test_an_upload_is_told_to_the_arrivals_queue_by_the_bucket_itself(
    resources: Any, templates: Any, flat: Any
) -> None:
    (name, files), *_ = (item for item in resources("storage", "S3::Bucket").items() if item[0].startswith("Files"))
    (notification,) = flat(files["NotificationConfiguration"]["QueueConfigurations"])
    (queue,) = (q for q, v in resources("storage", "SQS::Queue").items() if v["QueueName"] == "celeriac-dev-arrivals")
    (policy,) = (
        p for p, v in resources("storage", "SQS::QueuePolicy").items() if flat(v["Queues"]) == [f"${{{queue}}}"]
    )

    assert notification["Event"] == "s3:ObjectCreated:*"
    assert notification["Queue"] == f"${{{queue}.Arn}}"
    assert notification["Filter"]["S3Key"]["Rules"] == [{"Name": "prefix", "Value": "incoming/"}]
    # S3 tries the queue when the bucket is made: the right to send must be there by then.
    assert templates["storage"]["Resources"][name]["DependsOn"] == [policy]
    assert not [r for r in templates["storage"]["Resources"].values() if r["Type"].startswith("Custom::")]


def test_only_s3_on_behalf_of_this_account_may_send_arrivals(resources: Any, flat: Any) -> None:
    allowed = [
        statement
        for policy in resources("storage", "SQS::QueuePolicy").values()
        for statement in flat(policy["PolicyDocument"]["Statement"])
        if statement["Effect"] == "Allow"
    ]

    assert [(s["Action"], s["Principal"], s["Condition"]) for s in allowed] == [
        (
            "sqs:SendMessage",
            {"Service": "s3.amazonaws.com"},
            {"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"}},
        )
    ]


def test_the_outputs_are_named_as_documented(templates: Any, flat: Any) -> None:
    outputs = {name: flat(output["Value"]) for name, output in templates["storage"]["Outputs"].items()}

    assert {name for name in outputs if not name.startswith("ExportsOutput")} == {
        "ResultsTable",
        "UsersTable",
        "PayloadsBucket",
        "FilesBucket",
    }


def refuses_plain_http(policy: dict[str, Any]) -> bool:
    return any(
        statement["Effect"] == "Deny" and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        for statement in policy["PolicyDocument"]["Statement"]
    )
