"""What a person may type next."""

from local.endpoint import KEY_ID, REGION, SECRET
from local.seed import ADA

SIGNED = f'curl --aws-sigv4 "aws:amz:{REGION}:execute-api" --user {KEY_ID}:{SECRET}'


def hints(url: str) -> list[str]:
    """Calls to try, for a shell with curl."""
    return [
        f"API={url}",
        _upload("/images", "image/jpeg", "samples/photo.jpg"),
        _upload("/pdfs", "application/pdf", "samples/report.pdf"),
        f'{SIGNED} "$API/tasks/ID?wait=20"     # with an id from one of the answers',
    ]


def _upload(path: str, media_type: str, file: str) -> str:
    return f'{SIGNED} -H "Content-Type: {media_type}" --data-binary @{file} "$API{path}?user_id={ADA.user_id}"'
