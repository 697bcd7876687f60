"""The mails that the emulator's SES took, as either emulator lists them."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from local import web
from local.endpoint import ACCOUNT, Endpoint


@dataclass(frozen=True)
class Mail:
    """One mail."""

    to: tuple[str, ...]
    subject: str
    text: str


def mails(endpoint: Endpoint) -> list[Mail]:
    """Every mail so far, oldest first; none where the emulator shows none."""
    ministack = web.request("GET", f"{endpoint.url}/_ministack/ses/messages")
    if ministack.status == HTTPStatus.OK:
        return [_from_ministack(mail) for mail in ministack.json["messages"].get(ACCOUNT, [])]
    localstack = web.request("GET", f"{endpoint.url}/_aws/ses")
    if localstack.status == HTTPStatus.OK:
        return [_from_localstack(mail) for mail in localstack.json["messages"]]
    return []


def _from_ministack(mail: dict[str, Any]) -> Mail:
    return Mail(tuple(mail["To"]), mail["Subject"], mail["BodyText"] or "")


def _from_localstack(mail: dict[str, Any]) -> Mail:
    body = mail.get("Body") or {}
    to = (mail.get("Destination") or {}).get("ToAddresses") or ()
    return Mail(tuple(to), mail.get("Subject") or "", body.get("text_part") or "")
