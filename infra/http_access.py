"""How the HTTP API is reached beyond the usual: by tokens instead of signatures, and from web pages."""

from __future__ import annotations

from dataclasses import dataclass

from infra.console_login import ConsoleLogin

__all__ = ["HttpAccess"]


@dataclass(frozen=True)
class HttpAccess:
    """The origins of the pages that may call, and the ARN of the Cognito user pool whose tokens authorize.

    `scopes` is the pool's resource server; its scopes are `{scopes}/submit`, `{scopes}/read` and `{scopes}/operate`.
    `console` says where the deployment's own console has its visitors sign in; without it there is none.
    """

    scopes: str
    cors_origins: tuple[str, ...] = ()
    user_pool: str | None = None
    console: ConsoleLogin | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What the functions are told."""
        return {
            **({"HTTP_CORS_ORIGINS": " ".join(self.cors_origins)} if self.cors_origins else {}),
            **({"HTTP_SCOPES": self.scopes} if self.user_pool else {}),
        }
