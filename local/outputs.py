"""What a deployment says of itself: the CDK's outputs, and the API's address on this machine."""

import json
from dataclasses import dataclass
from pathlib import Path

from local.endpoint import Endpoint

STAGE = "local"
DEPLOYMENT = f"celeriac-{STAGE}"


@dataclass(frozen=True)
class Outputs:
    """The deployed names that a caller needs."""

    api_id: str
    files_bucket: str
    payloads_bucket: str
    results_table: str
    users_table: str
    deployment: str = DEPLOYMENT

    @classmethod
    def read(cls, file: Path) -> "Outputs":
        """From the file that `cdk deploy --outputs-file` wrote."""
        found = {name: value for stack in json.loads(file.read_text()).values() for name, value in stack.items()}
        return cls(
            api_id=found["ApiId"],
            files_bucket=found["FilesBucket"],
            payloads_bucket=found["PayloadsBucket"],
            results_table=found["ResultsTable"],
            users_table=found["UsersTable"],
        )

    def api_url(self, endpoint: Endpoint) -> str:
        """The API's base URL; the one CloudFormation knows is at amazonaws.com, which is not here."""
        return f"{endpoint.url}/_aws/execute-api/{self.api_id}/v1"
