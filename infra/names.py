"""One name through every layer: how a deployment's physical names are made."""

from __future__ import annotations

from dataclasses import dataclass

from infra.lane import Lane

__all__ = ["API", "ARRIVALS", "CONSOLE", "DEAD_LETTERS", "OPERATOR", "Names"]

API = "api"
ARRIVALS = "arrivals"
CONSOLE = "console"
DEAD_LETTERS = "dead_letters"
OPERATOR = "operator"
MAIN = Lane()


@dataclass(frozen=True)
class Names:
    """The physical names of one deployment; `worker` is a folder name, "api", "operator" or "arrivals"."""

    deployment: str

    def function(self, worker: str) -> str:
        """The function, its role and its queue."""
        return f"{self.deployment}-{worker}"

    def queue(self, worker: str, lane: Lane = MAIN) -> str:
        """The queue that the function drains, or one of them.

        Neither a worker's nor a lane's name has a hyphen, so no two queues of a deployment share a name.
        """
        return f"{self._line(worker, lane)}{_suffix(lane)}"

    def dead_letters(self, worker: str, lane: Lane = MAIN) -> str:
        """The queue for what no worker could answer for."""
        return f"{self._line(worker, lane)}-dead{_suffix(lane)}"

    def _line(self, worker: str, lane: Lane) -> str:
        return f"{self.function(worker)}-{lane.name}" if lane.name else self.function(worker)

    def log_group(self, worker: str) -> str:
        """The log group, where Lambda would put it by itself."""
        return f"/aws/lambda/{self.function(worker)}"

    def schedule(self, worker: str, schedule: str) -> str:
        """A schedule from a worker.toml, within the deployment's own group of schedules."""
        return f"{worker}-{schedule}"

    @property
    def schedule_group(self) -> str:
        """The group of EventBridge schedules."""
        return self.deployment

    @property
    def eta_group(self) -> str:
        """The group of one-time schedules for tasks that are due much later."""
        return f"{self.deployment}-etas"

    @property
    def timetable_group(self) -> str:
        """The group of schedules that code declares, or creates while all runs."""
        return f"{self.deployment}-schedules"

    def eta_role(self, worker: str) -> str:
        """The role that such a schedule fires with; `celeriac.scheduler` derives it from the queue's name."""
        return f"{self.queue(worker)}-etas"

    def schedule_role(self, worker: str) -> str:
        """The role that the schedules of a worker.toml fire with."""
        return f"{self.queue(worker)}-cron"

    def http_policy(self, permission: str) -> str:
        """The managed policy that lets its holder call a part of the HTTP API."""
        return f"{self.function(API)}-{permission}"

    @property
    def observer_policy(self) -> str:
        """The managed policy for those who look, on the command line."""
        return f"{self.deployment}-observer"

    @property
    def operator_policy(self) -> str:
        """The managed policy for those who operate, on the command line."""
        return f"{self.deployment}-operator"

    @property
    def results_table(self) -> str:
        """The table of task outcomes."""
        return f"{self.deployment}-results"

    @property
    def users_table(self) -> str:
        """The seed pipelines' table of users."""
        return f"{self.deployment}-users"

    @property
    def client_parameter(self) -> str:
        """The SSM parameter from which a client outside Lambda learns the rest."""
        return f"/celeriac/{self.deployment}"

    @property
    def api_parameter(self) -> str:
        """The SSM parameter from which the console learns where the HTTP API is."""
        return f"{self.client_parameter}/api"


def _suffix(lane: Lane) -> str:
    return ".fifo" if lane.fifo else ""  # SQS asks for it
