"""Where visitors of a deployment's own console sign in: the user pool's domain, and its client for the console."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from constructs import Node

__all__ = ["ConsoleLogin"]

SWITCH = {"on": True, "off": False}
CLIENT = re.compile(r"\w{1,128}", re.ASCII)
DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")


@dataclass(frozen=True)
class ConsoleLogin:
    """The client's id, and the domain without a scheme, such as "celeriac.auth.eu-central-1.amazoncognito.com"."""

    client: str
    domain: str

    @classmethod
    def from_context(cls, node: Node, problems: list[str]) -> Self | None:
        """What the context says; None where the console is off. What is wrong is added to `problems`."""
        keys = ("console", "user_pool", "user_pool_client", "user_pool_domain")
        console, pool, client, domain = (node.try_get_context(key) for key in keys)
        if console not in SWITCH:
            problems.append(f"console: must be one of {', '.join(SWITCH)}, not {console!r}")
        if not SWITCH.get(console):
            return None
        if not pool:
            problems.append("console: needs a user_pool, for everybody could see and operate all without one")
        if not CLIENT.fullmatch(str(client or "")):
            problems.append(f"user_pool_client: must be the id of the pool's client for the console, not {client!r}")
        if not DOMAIN.fullmatch(str(domain or "")):
            problems.append(f"user_pool_domain: must be the pool's domain, without https://, not {domain!r}")
        return cls(str(client), str(domain))

    @property
    def authority(self) -> str:
        """The origin of the pool's sign-in pages."""
        return f"https://{self.domain}"
