"""A deployed system on this machine, and what one asks of it."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from local.api import Api
from local.endpoint import Endpoint
from local.outputs import Outputs
from local.wait import until

READY = frozenset({"SUCCESS", "FAILURE", "REVOKED"})


@dataclass(frozen=True)
class System:
    """An endpoint, and what is deployed there."""

    endpoint: Endpoint
    outputs: Outputs

    @property
    def api(self) -> Api:
        """The HTTP API."""
        return Api(self.outputs.api_url(self.endpoint))

    def environment(self) -> dict[str, str]:
        """All that makes a program a client of it."""
        return self.endpoint.environment() | {"CELERIAC_DEPLOYMENT": self.outputs.deployment}

    def is_there(self) -> bool:
        """Whether it is deployed still: an emulator that was started afresh knows nothing of it."""
        ssm = self.endpoint.client("ssm")
        try:
            ssm.get_parameter(Name=f"/celeriac/{self.outputs.deployment}")
        except ssm.exceptions.ParameterNotFound:
            return False
        return True

    def queue_url(self, worker: str) -> str:
        """The queue of a worker."""
        name = f"{self.outputs.deployment}-{worker}"
        return str(self.endpoint.client("sqs").get_queue_url(QueueName=name)["QueueUrl"])

    def task(self, task_id: str, wait_s: int = 0) -> dict[str, Any]:
        """What the API says of a task; with `wait_s` the API itself waits for its end."""
        answer = self.api.get(f"/tasks/{task_id}", **({"wait": str(wait_s)} if wait_s else {}))
        if answer.status != HTTPStatus.OK:
            raise LookupError(f"GET /tasks/{task_id} answered {answer.status}: {answer.body.decode()}")
        return dict(answer.json)

    def finished(self, task_id: str, timeout_s: float = 120) -> dict[str, Any]:
        """What the API says of a task once it has its outcome."""

        def ready() -> dict[str, Any] | None:
            task = self.task(task_id, wait_s=5)
            return task if task["state"] in READY else None

        return until(ready, f"task {task_id}", timeout_s)
