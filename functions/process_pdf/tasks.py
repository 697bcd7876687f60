"""The tasks of the worker "process_pdf"."""

from __future__ import annotations

import os
from typing import Any

from celeriac import Celeriac, Task
from celeriac.exceptions import OperationalError
from celeriac.storage import Bucket
from notify.tasks import send_email
from process_pdf.keys import checked_file_id, text_key
from process_pdf.progress import Progress

__all__ = ["app", "process_pdf"]

PDF_BYTES = 64 * 1024 * 1024
URL_EXPIRES_S = 3600

app = Celeriac("process_pdf", result_extended=True)


@app.task(bind=True, autoretry_for=(OperationalError,), retry_backoff=2, max_retries=5, time_limit=55)
def process_pdf(self: Task, file_id: str, user_id: str) -> dict[str, Any]:
    """Store an uploaded PDF's text as JSON, tell the user by e-mail, return the figures and a link good for an hour.

    On the way the state is PROGRESS with `{"done": pages, "total": pages}`. The text's key follows from the PDF's, so
    that doing it again overwrites. A PDF that cannot be read fails with its `PdfError`.
    """
    from process_pdf.sandbox import read_document  # what a producer does not need

    files = Bucket(os.environ["FILES_BUCKET"])

    def report(done: int, total: int) -> None:
        self.update_state(state="PROGRESS", meta={"done": done, "total": total})

    document = read_document(files.read(checked_file_id(file_id), PDF_BYTES), Progress(report))
    key = text_key(file_id)
    files.write(key, document.as_json(), "application/json")
    # An id of its own: an attempt that is repeated must not mail again because its send seemed to have failed.
    send_email.apply_async((user_id, "PDF processed"), task_id=self.request.id and f"{self.request.id}-mail")
    return {
        "file_id": file_id,
        "pages": len(document.pages),
        "words": document.words,
        "characters": document.characters,
        "title": document.title,
        "author": document.author,
        "text_key": key,
        "text_url": files.url(key, URL_EXPIRES_S),
    }
