"""`POST /images` and `POST /pdfs`: a file in the body, or a form to upload a large one with."""

from __future__ import annotations

import os

import msgspec

from api.documents import AcceptedUpload, Fault, UploadForm, UploadOffer
from api.idempotency import Idempotency
from api.parameters import USER_ID
from api.pipelines import IMAGES, INCOMING, PDFS, USER_ID_METADATA, Pipeline
from api.problems import ContentTooLarge, InvalidRequest
from api.requests import Request, unsupported
from api.responses import JSON, Response
from api.sending import leave_receipts, location_of, receipts_of, send, states_of
from api.validation import Misfit, converted
from celeriac.storage import Bucket

__all__ = ["post_images", "post_pdfs"]

FORM_EXPIRES_S = 3600


def post_images(request: Request) -> Response:
    """Take an image: its thumbnails are made, and its user is told.

    The body is the image itself, with the user in the query; or JSON that announces a large one, which answers with a
    form to send it with. Either way the tasks' ids are known at once.
    """
    return _post(request, IMAGES)


def post_pdfs(request: Request) -> Response:
    """Take a PDF: its text and figures are read, and its user is told.

    The body is the PDF itself, with the user in the query; or JSON that announces a large one, which answers with a
    form to send it with. Either way the task's id is known at once.
    """
    return _post(request, PDFS)


def _post(request: Request, pipeline: Pipeline) -> Response:
    if request.media_type == JSON:
        return _offer_form(request, pipeline)
    if request.media_type in pipeline.extensions:
        return _store(request, pipeline)
    raise unsupported(request, (*pipeline.extensions, JSON))


def _store(request: Request, pipeline: Pipeline) -> Response:
    """Store the file, then send its tasks."""
    user_id, body = USER_ID.read(request), request.body
    idempotency = Idempotency.of(request, request.media_type, user_id, body)
    beginning = idempotency.begin()
    key = pipeline.key(beginning.day, idempotency.id("file"), request.media_type)
    _files().write(key, body, request.media_type, {USER_ID_METADATA: user_id})
    tasks = send(pipeline.messages(key, user_id), is_repeat=beginning.is_repeat)
    return _accepted(AcceptedUpload(key, tasks))


def _offer_form(request: Request, pipeline: Pipeline) -> Response:
    """Hand out a form; its file's tasks are sent when it arrives, but have their receipts now."""
    offer = _offer(request)
    content_type = _content_type(offer, pipeline)
    if offer.size > pipeline.limit_bytes:
        raise ContentTooLarge(f"A file of {pipeline.folder} may have {pipeline.limit_bytes:,} bytes.")
    idempotency = Idempotency.of(request, msgspec.to_builtins(offer))
    beginning = idempotency.begin()
    key = INCOMING + pipeline.key(beginning.day, idempotency.id("file"), content_type)
    form = _files().presigned_post(
        key,
        content_type=content_type,
        limit_bytes=offer.size,
        metadata={USER_ID_METADATA: offer.user_id},
        expires_s=FORM_EXPIRES_S,
    )
    messages = pipeline.messages(key, offer.user_id)
    found = states_of(messages) if beginning.is_repeat else {}
    leave_receipts([message for message in messages if message.id not in found])
    return _accepted(AcceptedUpload(key, receipts_of(messages, found), UploadForm(form["url"], form["fields"])))


def _accepted(upload: AcceptedUpload) -> Response:
    return Response(202, upload, location_of(upload.tasks))


def _offer(request: Request) -> UploadOffer:
    try:
        return converted(request.json, UploadOffer)
    except Misfit as misfit:
        raise _invalid(str(misfit), misfit.pointer) from misfit


def _content_type(offer: UploadOffer, pipeline: Pipeline) -> str:
    """The content type that was announced, or the one of the file name's extension."""
    extension = offer.filename.rpartition(".")[2].lower()
    by_extension = {extension: kind for kind, extension in pipeline.extensions.items()} | _OTHER_EXTENSIONS
    content_type = (offer.content_type or by_extension.get(extension, "")).lower()
    if content_type in pipeline.extensions:
        return content_type
    place = "/content_type" if offer.content_type else "/filename"
    detail = f"{pipeline.folder} are {' or '.join(pipeline.extensions)}; name one of them as content_type."
    raise _invalid(detail, place)


def _invalid(detail: str, pointer: str) -> InvalidRequest:
    return InvalidRequest("The announcement of the file is wrong.", [Fault(pointer=pointer, detail=detail)])


_OTHER_EXTENSIONS = {"jpeg": "image/jpeg", "jpe": "image/jpeg", "jfif": "image/jpeg"}


def _files() -> Bucket:
    return Bucket(os.environ["FILES_BUCKET"])
