"""A large file goes to S3 by a form, and its arrival there submits its tasks."""

import pytest

from local import form
from local.deploy import ROOT
from local.mailbox import mails
from local.seed import User
from local.system import System
from local.uploads import send_by_form
from local.wait import until

pytestmark = pytest.mark.cloud
PHOTO, PDF = ROOT / "samples/photo.jpg", ROOT / "samples/report.pdf"


def test_a_photo_that_arrives_in_s3_runs_the_tasks_that_were_promised(system: System, user: User) -> None:
    upload = send_by_form(system, PHOTO, user.user_id)

    ends = [system.finished(task_id) for task_id in upload.task_ids]

    assert [(end["task"], end["state"]) for end in ends] == [
        ("thumbnail.generate_thumbnail", "SUCCESS"),
        ("notify.send_notification", "SUCCESS"),
    ]


def test_a_pdf_that_arrives_in_s3_is_processed_for_its_user(system: System, user: User) -> None:
    upload = send_by_form(system, PDF, user.user_id)

    end = system.finished(upload.task_ids[0])

    assert end["state"] == "SUCCESS", end
    until(lambda: any(mail.to == (user.email,) for mail in mails(system.endpoint)), "the user's mail", timeout_s=120)


def test_the_tasks_of_a_file_that_never_arrives_are_pending(system: System, user: User) -> None:
    offer = {"filename": "later.jpg", "size": 1000, "user_id": user.user_id}
    ids = [task["id"] for task in system.api.post_json("/images", offer).json["tasks"]]

    assert [system.task(task_id)["state"] for task_id in ids] == ["PENDING", "PENDING"]


def test_s3_does_not_take_more_than_was_announced(system: System, user: User) -> None:
    offer = {"filename": "small.jpg", "size": 1000, "user_id": user.user_id}
    upload = system.api.post_json("/images", offer).json["upload"]

    assert form.post(upload["url"], upload["fields"], b"x" * 1001).status in (400, 403)
