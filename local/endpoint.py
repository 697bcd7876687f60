"""Where the local cloud answers, and the only credentials it is ever given."""

import ipaddress
import os
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.config import Config

from local import web

ACCOUNT = "000000000000"
REGION = "us-east-1"
KEY_ID, SECRET = "test", "test"  # what every emulator accepts; they open nothing


class ForeignEndpointError(ValueError):
    """Raised when an endpoint is not on this machine: nothing here may ever reach a real account."""


@dataclass(frozen=True)
class Endpoint:
    """An AWS emulator on this machine, by its base URL."""

    url: str

    def __post_init__(self) -> None:
        if not _is_this_machine(self.url):
            raise ForeignEndpointError(
                f"{self.url!r} is not on this machine. Only http://127.0.0.1:PORT and its like are used here; "
                "to deploy into an account, run `npx cdk deploy --all` yourself."
            )
        object.__setattr__(self, "url", self.url.rstrip("/"))

    def answers(self) -> bool:
        """Whether an emulator is there and ready; MiniStack and LocalStack share this page."""
        try:
            return web.request("GET", f"{self.url}/_localstack/health", timeout_s=5).status == HTTPStatus.OK
        except OSError:
            return False

    def fires_schedules(self) -> bool:
        """Whether its EventBridge Scheduler works: MiniStack's does, LocalStack's takes schedules and forgets them."""
        return self._is_ministack()

    def counts_calls(self) -> bool:
        """Whether it tells its CloudWatch of invocations and messages: LocalStack does, MiniStack does not."""
        return not self._is_ministack()

    def knows_percentiles(self) -> bool:
        """Whether its CloudWatch answers them: MiniStack's does, LocalStack's fails at them."""
        return self._is_ministack()

    def client(self, service: str) -> Any:
        """A boto3 client that sees this endpoint and none of the person's own profiles and credentials."""
        return _session().client(service, endpoint_url=self.url, config=Config(proxies={}))

    def environment(self) -> dict[str, str]:
        """This process's environment with everything that could lead to a real account taken out."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return own | {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": ",".join(filter(None, [os.environ.get("NO_PROXY", ""), "127.0.0.1", "localhost"])),
        }

    def _is_ministack(self) -> bool:
        try:
            return web.request("GET", f"{self.url}/_ministack/ses/messages").status == HTTPStatus.OK
        except OSError:
            return False


def _is_this_machine(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return False
    try:
        return ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return parts.hostname == "localhost"


def _session() -> Any:
    nothing: dict[str, Any] = {
        "profile": (None, None, None, None),
        "config_file": (None, None, os.devnull, None),
        "credentials_file": (None, None, os.devnull, None),
    }
    return boto3.Session(
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
        region_name=REGION,
        botocore_session=botocore.session.Session(session_vars=nothing),
    )
