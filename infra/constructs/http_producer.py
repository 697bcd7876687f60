"""The function behind the HTTP API: tasks and files in, ids out."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.constructs.http_function import HttpFunction
from infra.deployment import Deployment
from infra.http_access import HttpAccess
from infra.names import API
from infra.queue_address import QueueAddress

__all__ = ["UPLOAD_KEYS", "HttpProducer"]

UPLOAD_KEYS = ("images/*", "pdfs/*", "incoming/*")
RECEIPTS = ("GetItem", "PutItem", "UpdateItem")
"""To leave one, to mark a request that may come twice, and to ask for a task; nothing is taken away."""


class HttpProducer(Construct):
    """The function, with the right to store uploads; a form that it signs may do no more than it may itself."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: Deployment,
        queues: Mapping[str, QueueAddress],
        access: HttpAccess,
    ) -> None:
        super().__init__(scope, construct_id)
        files = deployment.files
        tasks = HttpFunction(
            self,
            "Tasks",
            name=API,
            deployment=deployment,
            queues=queues,
            environment={"FILES_BUCKET": files.bucket_name, **access.environment},
            table_actions=RECEIPTS,
        )
        uploads = [files.arn_for_objects(keys) for keys in UPLOAD_KEYS]
        tasks.role.add_to_policy(iam.PolicyStatement(actions=["s3:PutObject"], resources=uploads))
        self.function = tasks.function
