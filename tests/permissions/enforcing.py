"""The whole system deployed, and then enforced: nobody and no function does what IAM does not allow.

MiniStack cannot deploy the stacks while it enforces, for their buckets and queues are for TLS only and it speaks
plain HTTP here. So the system is deployed first, those policies are taken away, and MiniStack is started again on the
state that it kept, enforcing.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.cloud import Cloud
from local.deploy import ROOT, Deployer
from local.endpoint import ACCOUNT, Endpoint
from local.runtime import Runtime
from local.system import System
from tests.ports import reserved_port

__all__ = ["enforced", "key_of_user"]

APP = ROOT / "tests/end_to_end/deployed_app.py"


@contextmanager
def enforced(folder: Path, functions: Path) -> Iterator[System]:
    """A system with these functions, on an AWS that refuses what IAM does not allow."""
    cloud, port = Cloud(folder), reserved_port()
    kept = {"PERSIST_STATE": "1", "STATE_DIR": str(folder / "state"), "S3_PERSIST": "1", "S3_DATA_DIR": str(folder)}
    try:
        endpoint = cloud.start(port, kept)
        deployer = Deployer(
            endpoint, folder / "deploy", Runtime.of(None, None), app=f"{sys.executable} {APP} {functions}"
        )
        outputs = deployer.deploy()
        _allow_plain_http(endpoint)
        _spell_for_ministack(endpoint, outputs.deployment)
        cloud.stop()
        yield System(cloud.start(port, kept | {"AUTH": "true"}), outputs)
    finally:
        cloud.stop()


def key_of_user(endpoint: Endpoint, name: str, policies: list[str]) -> dict[str, str]:
    """The access key, as variables, of a new user with these managed policies and no other right."""
    iam: Any = endpoint.client("iam")
    iam.create_user(UserName=name)
    for policy in policies:
        arn = f"arn:aws:iam::{ACCOUNT}:policy/{policy}"
        iam.attach_user_policy(UserName=name, PolicyArn=arn)
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        if also := _spelled_for_ministack(document):
            iam.put_user_policy(UserName=name, PolicyName=f"{policy}-spelled", PolicyDocument=json.dumps(also))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


def _allow_plain_http(endpoint: Endpoint) -> None:
    s3, sqs = endpoint.client("s3"), endpoint.client("sqs")
    for bucket in s3.list_buckets()["Buckets"]:
        s3.delete_bucket_policy(Bucket=bucket["Name"])
    for url in sqs.list_queues()["QueueUrls"]:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})


def _spell_for_ministack(endpoint: Endpoint, deployment: str) -> None:
    """Give each role's rights in the words that MiniStack knows them by, too."""
    iam: Any = endpoint.client("iam")
    roles = [role["RoleName"] for role in iam.list_roles()["Roles"] if role["RoleName"].startswith(deployment)]
    for role in roles:
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
            if also := _spelled_for_ministack(document):
                iam.put_role_policy(RoleName=role, PolicyName="spelled", PolicyDocument=json.dumps(also))


def _spelled_for_ministack(document: Mapping[str, Any]) -> dict[str, Any] | None:
    """The statements that MiniStack would have otherwise than AWS, as it would have them."""
    found = [
        {**statement, "Action": actions, "Resource": resources}
        for statement in document["Statement"]
        for actions, resources in _in_its_words(_listed(statement["Action"]), _listed(statement["Resource"]))
    ]
    return {**document, "Statement": found} if found else None


def _in_its_words(actions: list[str], targets: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """Schedules are all in the group `default`, log groups have no streams, moves no queue, some words are others."""
    if any(":schedule/" in target for target in targets):
        yield actions, [_in_default_group(target) for target in targets]
    if any(":log-group:" in target for target in targets):
        yield actions, [target.removesuffix(":*") for target in targets]
    if moves := [action for action in actions if action.endswith(("MessageMoveTask", "MessageMoveTasks"))]:
        yield moves, ["*"]
    if others := [_ITS_WORDS[action] for action in actions if action in _ITS_WORDS]:
        yield others, targets


_ITS_WORDS = {
    "lambda:GetFunctionConcurrency": "lambda:PutFunctionConcurrency",
    "sqs:SendMessage": "sqs:SendMessageBatch",
}


def _in_default_group(schedules: str) -> str:
    return f"{schedules.rpartition(':schedule/')[0]}:schedule/default/*"


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
