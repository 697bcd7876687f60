"""What S3 tells of files that arrived by presigned upload."""

from __future__ import annotations

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.queue_with_dead_letters import QueueWithDeadLetters
from infra.names import ARRIVALS, Names

__all__ = ["Arrivals"]

PREFIX = "incoming/"
TIMEOUT_S = 60


class Arrivals(Construct):
    """A queue that gets a message for every object created under `prefix`, for a function of up to `timeout_s`.

    The notification is the bucket's own property, not the CDK's custom resource: that one is a function of its own
    with rights over every bucket, and some local clouds do not run it.
    """

    prefix = PREFIX
    timeout_s = TIMEOUT_S

    def __init__(self, scope: Construct, construct_id: str, *, bucket: s3.Bucket, names: Names) -> None:
        super().__init__(scope, construct_id)
        self.queue = QueueWithDeadLetters(self, "Queues", names=names, function=ARRIVALS, timeout_s=TIMEOUT_S).queue
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
        resource.notification_configuration = _notification(self.queue.queue_arn)
        assert permission.policy_dependable is not None
        resource.node.add_dependency(permission.policy_dependable)


def _notification(queue_arn: str) -> s3.CfnBucket.NotificationConfigurationProperty:
    prefix = s3.CfnBucket.FilterRuleProperty(name="prefix", value=PREFIX)
    key = s3.CfnBucket.S3KeyFilterProperty(rules=[prefix])
    created = s3.CfnBucket.QueueConfigurationProperty(
        event="s3:ObjectCreated:*",
        queue=queue_arn,
        filter=s3.CfnBucket.NotificationFilterProperty(s3_key=key),
    )
    return s3.CfnBucket.NotificationConfigurationProperty(queue_configurations=[created])
