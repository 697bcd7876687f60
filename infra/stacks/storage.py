"""What is kept: results, payloads, files and users."""

from __future__ import annotations

from aws_cdk import CfnOutput, Duration, Environment, Stack
from constructs import Construct

from infra.constructs.arrivals import Arrivals
from infra.constructs.private_bucket import PrivateBucket
from infra.constructs.result_table import ResultTable
from infra.constructs.users_table import UsersTable
from infra.names import Names

__all__ = ["StorageStack"]

PAYLOADS_LIFETIME = Duration.days(15)  # a day more than a message can wait in a queue


class StorageStack(Stack):
    """The tables and the buckets, and the queue that tells of files arriving in one of them."""

    def __init__(self, scope: Construct, construct_id: str, *, names: Names, env: Environment) -> None:
        super().__init__(scope, construct_id, env=env, description="Celeriac: results, payloads, files and users")
        self.results = ResultTable(self, "Results", name=names.results_table).table
        self.users = UsersTable(self, "Users", name=names.users_table).table
        self.payloads = PrivateBucket(self, "Payloads", expires_after=PAYLOADS_LIFETIME).bucket
        self.files = PrivateBucket(self, "Files").bucket
        self.arrivals = Arrivals(self, "Arrivals", bucket=self.files, names=names)

        CfnOutput(self, "ResultsTable", value=self.results.table_name)
        CfnOutput(self, "UsersTable", value=self.users.table_name)
        CfnOutput(self, "PayloadsBucket", value=self.payloads.bucket_name)
        CfnOutput(self, "FilesBucket", value=self.files.bucket_name)
