"""What a running system has and a fresh one lacks: a user, and an address that may send mail."""

from dataclasses import dataclass

from local.endpoint import Endpoint
from local.outputs import Outputs


@dataclass(frozen=True)
class User:
    """One row of the users table."""

    user_id: str
    name: str
    email: str


ADA = User("ada", "Ada Lovelace", "ada@example.com")


def add_user(endpoint: Endpoint, outputs: Outputs, user: User) -> None:
    """Write the user's row."""
    item = {"user_id": {"S": user.user_id}, "name": {"S": user.name}, "email": {"S": user.email}}
    endpoint.client("dynamodb").put_item(TableName=outputs.users_table, Item=item)


def allow_sending(endpoint: Endpoint, outputs: Outputs) -> None:
    """Verify the sender that the notify worker is configured with, as SES demands before it sends."""
    function = endpoint.client("lambda").get_function_configuration(FunctionName=f"{outputs.deployment}-notify")
    sender = function["Environment"]["Variables"]["MAIL_FROM"]
    endpoint.client("ses").verify_email_identity(EmailAddress=sender)
