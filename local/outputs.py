"""What a deployment says of itself: the CDK's outputs, and the API's address on this machine."""

import json
from dataclasses import dataclass
from pathlib import Path

from local.endpoint import Endpoint

STAGE = "local"
DEPLOYMENT = f"celeriac-{STAGE}"


NAMES = {
    "api_id": "ApiId",
    "files_bucket": "FilesBucket",
    "payloads_bucket": "PayloadsBucket",
    "results_table": "ResultsTable",
    "users_table": "UsersTable",
}


class OutputsError(RuntimeError):
    """Raised when a deployment lacks outputs; says which, and where to look."""


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
        if missing := [name for name in NAMES.values() if name not in found]:
            raise OutputsError(
                f"The deployment has no {', '.join(missing)}. LocalStack rolls a stack back and calls it deployed: "
                f"look for FAILED in {file.parent}/cdk-deploy.log, and start the emulator afresh."
            )
        return cls(**{field: found[name] for field, name in NAMES.items()})

    def api_url(self, endpoint: Endpoint) -> str:
        """The API's base URL; the one CloudFormation knows is at amazonaws.com, which is not here."""
        return f"{endpoint.url}/_aws/execute-api/{self.api_id}/v1"
