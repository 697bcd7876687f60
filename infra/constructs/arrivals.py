"""What S3 tells of files that arrived by presigned upload."""

from __future__ import annotations

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.queue_with_dead_letters import QueueWithDeadLetters

__all__ = ["Arrivals"]

PREFIX = "incoming/"
TIMEOUT = Duration.seconds(60)


class Arrivals(Construct):
    """A queue that gets a message for every object created under `incoming/`.

    The notification is the bucket's own property, not the CDK's custom resource: that one is a function of its own
    with rights over every bucket, and some local clouds do not run it.
    """

    timeout = TIMEOUT

    def __init__(self, scope: Construct, construct_id: str, *, bucket: s3.Bucket, name: str, dead_name: str) -> None:
        super().__init__(scope, construct_id)
        visibility = Duration.seconds(6 * TIMEOUT.to_seconds())
        queues = QueueWithDeadLetters(
            self, "Queues", name=name, dead_name=dead_name, visibility=visibility, max_receives=5
        )
        self.queue = queues.queue
        permission = self.queue.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("s3.amazonaws.com")],
                actions=["sqs:SendMessage"],
                resources=[self.queue.queue_arn],
                # The account, not the bucket: the bucket needs this policy before it can be made.
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
        resource = bucket.node.default_child
        assert isinstance(resource, s3.CfnBucket)
        resource.notification_configuration = self._notification()
        assert permission.policy_dependable is not None
        resource.node.add_dependency(permission.policy_dependable)

    def _notification(self) -> s3.CfnBucket.NotificationConfigurationProperty:
        prefix = s3.CfnBucket.FilterRuleProperty(name="prefix", value=PREFIX)
        return s3.CfnBucket.NotificationConfigurationProperty(
            queue_configurations=[
                s3.CfnBucket.QueueConfigurationProperty(
                    event="s3:ObjectCreated:*",
                    queue=self.queue.queue_arn,
                    filter=s3.CfnBucket.NotificationFilterProperty(
                        s3_key=s3.CfnBucket.S3KeyFilterProperty(rules=[prefix])
                    ),
                )
            ]
        )
