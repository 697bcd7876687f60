"""What a person may type next."""

import shlex

from local.endpoint import KEY_ID, REGION, SECRET
from local.seed import ADA
from local.system import System

SIGNED = f'curl --aws-sigv4 "aws:amz:{REGION}:execute-api" --user {KEY_ID}:{SECRET}'


CLIENT = f'from notify.tasks import send_email; print(send_email.delay("{ADA.user_id}", "Hello").get(timeout=30))'


def hints(system: System) -> list[str]:
    """What to try in a shell: calls with curl, and a client in Python."""
    return [
        f"API={system.api.url}",
        _upload("/images", "image/jpeg", "samples/photo.jpg"),
        _upload("/pdfs", "application/pdf", "samples/report.pdf"),
        f'{SIGNED} "$API/tasks/ID?wait=20"     # with an id from one of the answers',
        f"export {' '.join(_client_variables(system))}",
        ".venv/bin/celeriac console     # a page; or `make console`",
        ".venv/bin/celeriac events --follow",
        f".venv/bin/python -c {shlex.quote(CLIENT)}",
    ]


def _upload(path: str, media_type: str, file: str) -> str:
    return f'{SIGNED} -H "Content-Type: {media_type}" --data-binary @{file} "$API{path}?user_id={ADA.user_id}"'


def _client_variables(system: System) -> list[str]:
    return [
        f"CELERIAC_DEPLOYMENT={system.outputs.deployment}",
        f"AWS_ENDPOINT_URL={system.endpoint.url}",
        f"AWS_DEFAULT_REGION={REGION}",
        f"AWS_ACCESS_KEY_ID={KEY_ID}",
        f"AWS_SECRET_ACCESS_KEY={SECRET}",
    ]
