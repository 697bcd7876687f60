"""What a running system has and a fresh one lacks: a user, and an address that may send mail."""

from dataclasses import dataclass

from local.system import System


@dataclass(frozen=True)
class User:
    """One row of the users table."""

    user_id: str
    name: str
    email: str


ADA = User("ada", "Ada Lovelace", "ada@example.com")


def prepare(system: System) -> None:
    """Make Ada a user, and let the notify worker send mail."""
    add_user(system, ADA)
    allow_sending(system)


def add_user(system: System, user: User) -> None:
    """Write the user's row."""
    item = {"user_id": {"S": user.user_id}, "name": {"S": user.name}, "email": {"S": user.email}}
    system.endpoint.client("dynamodb").put_item(TableName=system.outputs.users_table, Item=item)


def allow_sending(system: System) -> None:
    """Verify the sender that the notify worker is configured with, as SES demands before it sends."""
    name = f"{system.outputs.deployment}-notify"
    function = system.endpoint.client("lambda").get_function_configuration(FunctionName=name)
    system.endpoint.client("ses").verify_email_identity(EmailAddress=function["Environment"]["Variables"]["MAIL_FROM"])
