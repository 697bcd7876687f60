"""The alarms, and the topic that tells of them."""

from __future__ import annotations

from aws_cdk import Aws, Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

__all__ = ["Alarms"]

PERIOD = Duration.minutes(1)


class Alarms(Construct):
    """A topic over TLS only, with an alarm for each thing that a person should look at."""

    def __init__(self, scope: Construct, construct_id: str, *, topic_name: str, email: str | None) -> None:
        super().__init__(scope, construct_id)
        self.topic = sns.Topic(self, "Topic", topic_name=topic_name, enforce_ssl=True)
        # A topic with a policy of its own has lost the one that lets the account's alarms publish.
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
        if email:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))

    def on_dead_letters(self, worker: str, queue_name: str) -> None:
        """Tell of the first message that no worker could answer for."""
        self._alarm(
            f"{worker}-dead-letters",
            queue_name,
            f"{worker}: a message went to the dead-letter queue: the machine is in trouble, not the task",
            cloudwatch.Metric(
                namespace="AWS/SQS",
                metric_name="ApproximateNumberOfMessagesVisible",
                dimensions_map={"QueueName": queue_name},
                statistic="Maximum",
                period=PERIOD,
            ),
        )

    def on_server_errors(self, api_name: str, stage: str) -> None:
        """Tell of calls that the HTTP side could not answer."""
        self._alarm(
            "api-server-errors",
            f"{api_name}-5xx",
            "The HTTP API answered a call with a server error",
            cloudwatch.Metric(
                namespace="AWS/ApiGateway",
                metric_name="5XXError",
                dimensions_map={"ApiName": api_name, "Stage": stage},
                statistic="Sum",
                period=PERIOD,
            ),
        )

    def _alarm(self, key: str, name: str, description: str, metric: cloudwatch.IMetric) -> None:
        alarm = cloudwatch.Alarm(
            self,
            key,
            alarm_name=name,
            alarm_description=description,
            metric=metric,
            threshold=0,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))
