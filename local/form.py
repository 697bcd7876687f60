"""A presigned POST, sent as a browser would send it."""

import uuid
from collections.abc import Mapping

from local import web


def post(url: str, fields: Mapping[str, str], content: bytes) -> web.Answer:
    """Upload `content` with the fields that the API handed out; the file comes last, as S3 wants it."""
    boundary = uuid.uuid4().hex
    parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    parts.append(b'name="file"; filename="upload"\r\n\r\n' + content)
    start = f"--{boundary}\r\nContent-Disposition: form-data; ".encode()
    body = b"".join(start + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()
    return web.request("POST", url, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})
