"""The routes of the HTTP API: which function answers each, and which permission opens it."""

from __future__ import annotations

from dataclasses import dataclass

from infra.names import API, CONSOLE, OPERATOR

__all__ = ["CONSOLE_ROUTES", "OPERATE", "PERMISSIONS", "READ", "ROUTES", "SUBMIT", "HttpRoute"]

SUBMIT, READ, OPERATE = "submit", "read", "operate"
PERMISSIONS = {
    SUBMIT: "Send tasks and files, and ask for a task by its id",
    READ: "See tasks with their logs, queues, workers and schedules",
    OPERATE: "Revoke, retry and drop tasks; pause, purge and redrive queues; change schedules",
}
"""Each is a managed policy, and a scope where a token authorizes; none includes another."""


@dataclass(frozen=True)
class HttpRoute:
    """A method and a path below the stage; any one of its permissions opens it."""

    method: str
    path: str
    function: str
    permissions: tuple[str, ...]

    @property
    def pattern(self) -> str:
        """The path as IAM matches it."""
        return "/" + "/".join("*" if part.startswith("{") else part for part in self.path.split("/"))


ROUTES = (
    HttpRoute("POST", "tasks", API, (SUBMIT,)),
    # An id is nobody's guess: who has it was told it.
    HttpRoute("GET", "tasks/{id}", API, (SUBMIT, READ)),
    HttpRoute("POST", "images", API, (SUBMIT,)),
    HttpRoute("POST", "pdfs", API, (SUBMIT,)),
    HttpRoute("GET", "openapi.json", API, (SUBMIT, READ, OPERATE)),
    HttpRoute("GET", "tasks", OPERATOR, (READ,)),
    HttpRoute("GET", "queues", OPERATOR, (READ,)),
    HttpRoute("GET", "workers", OPERATOR, (READ,)),
    HttpRoute("GET", "metrics", OPERATOR, (READ,)),
    HttpRoute("POST", "queues/{name}/pause", OPERATOR, (OPERATE,)),
    HttpRoute("POST", "queues/{name}/resume", OPERATOR, (OPERATE,)),
    HttpRoute("POST", "queues/{name}/purge", OPERATOR, (OPERATE,)),
    HttpRoute("POST", "queues/{name}/redrive", OPERATOR, (OPERATE,)),
    HttpRoute("GET", "schedules", OPERATOR, (READ,)),
    HttpRoute("POST", "schedules", OPERATOR, (OPERATE,)),
    HttpRoute("PATCH", "schedules/{name}", OPERATOR, (OPERATE,)),
    HttpRoute("DELETE", "schedules/{name}", OPERATOR, (OPERATE,)),
    HttpRoute("POST", "schedules/{name}/pause", OPERATOR, (OPERATE,)),
    HttpRoute("POST", "schedules/{name}/resume", OPERATOR, (OPERATE,)),
    HttpRoute("DELETE", "tasks/{id}", OPERATOR, (OPERATE,)),
    HttpRoute("POST", "tasks/{id}/retry", OPERATOR, (OPERATE,)),
    HttpRoute("POST", "tasks/{id}/drop", OPERATOR, (OPERATE,)),
    # Not below tasks/{id}: IAM's star matches slashes, so the policy for submitters would open them.
    HttpRoute("GET", "stories/{id}", OPERATOR, (READ,)),
    HttpRoute("GET", "logs/{id}", OPERATOR, (READ,)),
)
CONSOLE_ROUTES = (HttpRoute("GET", "console", CONSOLE, ()), HttpRoute("GET", "console/{file+}", CONSOLE, ()))
"""Open to everybody, where the deployment serves the console: a page must be loaded before anybody can sign in."""
