"""The alarms, and the topic that tells of them; docs/operations.md says of each what it means and what to do."""

from __future__ import annotations

from aws_cdk import Aws, Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.measures import Measures

__all__ = ["Alarms"]

RUNBOOK = "docs/operations.md"
LEAST_ATTEMPTS = 10
"""One failure of two attempts is no rate yet."""
AS_IT_WAS = cloudwatch.TreatMissingData.IGNORE
"""SQS stops telling of a queue that nobody touches for six hours, and what lies there lies there still."""
FUNCTION_TROUBLE = {
    "Errors": ("errors", "an invocation did not end: its process was killed, ran out of memory or out of time"),
    "Throttles": ("throttles", "Lambda did not start the function: the account's concurrency is used up"),
}
LOST_FIRINGS = {
    "InvocationDroppedCount": "dropped",
    "InvocationsSentToDeadLetterCount": "dead-letters",
    "InvocationsFailedToBeSentToDeadLetterCount": "lost",
}


class Alarms(Construct):
    """A topic over TLS only, with an alarm for each thing that a person should look at."""

    def __init__(self, scope: Construct, construct_id: str, *, topic_name: str, email: str | None) -> None:
        super().__init__(scope, construct_id)
        self._minutely, self._measures = Measures(Duration.minutes(1)), Measures()
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

    def on_dead_letters(self, name: str, queue_name: str, *, are_taken: bool = True) -> None:
        """Tell of what no worker could answer for: of what lies in the queue, and of what the function took from it."""
        about = f"{name}: a message died in the queue: the machine is in trouble, not the task"
        lying = self._minutely.queue("ApproximateNumberOfMessagesVisible", queue_name, "Maximum")
        self._alarm(f"{name}-dead-letters", queue_name, about, "dead-letters", lying, missing=AS_IT_WAS)
        if are_taken:
            taken = self._minutely.queue("NumberOfMessagesReceived", queue_name)
            self._alarm(f"{name}-dead-letters-taken", f"{queue_name}-taken", about, "dead-letters", taken)

    def on_age(self, name: str, queue_name: str, oldest_message_s: int) -> None:
        """Tell of a queue that is not worked off."""
        about = f"{name}: the oldest message waits for more than {oldest_message_s:,} s"
        metric = self._measures.queue("ApproximateAgeOfOldestMessage", queue_name, "Maximum")
        self._alarm(f"{name}-age", f"{queue_name}-age", about, "age", metric, oldest_message_s, missing=AS_IT_WAS)

    def on_failures(self, worker: str, deployment: str, failure_percent: int) -> None:
        """Tell of a worker of whose attempts too many fail, for a quarter of an hour."""
        rate = cloudwatch.MathExpression(
            expression=f"IF(received >= {LEAST_ATTEMPTS}, 100 * FILL(failed, 0) / received, 0)",
            using_metrics={
                "failed": self._measures.worker("Failed", deployment, worker),
                "received": self._measures.worker("Received", deployment, worker),
            },
            label="% failed",
            period=self._measures.period,
        )
        about = f"{worker}: more than {failure_percent} % of the attempts failed, for 15 minutes"
        name = f"{deployment}-{worker}-failures"
        self._alarm(f"{worker}-failures", name, about, "failures", rate, failure_percent, periods=3)

    def on_function(self, name: str, function_name: str) -> None:
        """Tell of invocations that did not end, and of those that Lambda did not begin."""
        for metric, (what, about) in FUNCTION_TROUBLE.items():
            watched = self._measures.function(metric, function_name)
            self._alarm(f"{name}-{what}", f"{function_name}-{what}", f"{name}: {about}", what, watched)

    def on_duration(self, name: str, function_name: str, timeout_s: int, percent: int) -> None:
        """Tell of a function whose longest invocation comes near its time-out."""
        about = f"{name}: an invocation took more than {percent} % of the {timeout_s} s that it may take"
        metric = self._measures.function("Duration", function_name, "Maximum")
        most_ms = 1000 * timeout_s * percent // 100
        self._alarm(f"{name}-duration", f"{function_name}-duration", about, "duration", metric, most_ms)

    def on_table(self, table_name: str, index: str) -> None:
        """Tell of reads and writes that DynamoDB refused for a moment."""
        for what in ("Read", "Write"):
            for where in (None, index):
                key = f"{what.lower()}-throttles{f'-{where}' if where else ''}"
                about = f"{table_name}: DynamoDB throttles the table of results{' by its index' if where else ''}"
                metric = self._measures.table(f"{what}ThrottleEvents", table_name, where)
                self._alarm(f"table-{key}", f"{table_name}-{key}", about, "table-throttles", metric)

    def on_schedules(self, group: str) -> None:
        """Tell of firings of a schedule that did not reach their queue."""
        for metric, what in LOST_FIRINGS.items():
            about = f"EventBridge Scheduler could not put a firing into its queue: {what}"
            watched = self._measures.schedules(metric, group)
            self._alarm(f"{group}-schedules-{what}", f"{group}-schedules-{what}", about, "schedules", watched)

    def on_server_errors(self, api_name: str, stage: str) -> None:
        """Tell of calls that the HTTP side could not answer."""
        about = "The HTTP API answered a call with a server error"
        metric = self._minutely.api("5XXError", api_name, stage)
        self._alarm("api-server-errors", f"{api_name}-5xx", about, "server-errors", metric)

    def _alarm(
        self,
        key: str,
        name: str,
        about: str,
        section: str,
        metric: cloudwatch.IMetric,
        threshold: float = 0,
        periods: int = 1,
        missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            key,
            alarm_name=name,
            alarm_description=f"{about}. What to do: {RUNBOOK}#{section}",
            metric=metric,
            threshold=threshold,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=periods,
            treat_missing_data=missing,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))
