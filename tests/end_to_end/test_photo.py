"""A photo goes in over HTTP; thumbnails and a mail come out."""

import io
from pathlib import Path

import pytest
from PIL import Image

from local import web
from local.deploy import ROOT
from local.mailbox import mails
from local.seed import User
from local.system import System
from local.uploads import send

pytestmark = pytest.mark.cloud
PHOTO = ROOT / "samples/photo.jpg"


def test_a_photo_becomes_thumbnails_that_their_urls_lead_to(system: System, user: User) -> None:
    upload = send(system, PHOTO, user.user_id)

    thumbnails = system.finished(upload.task_ids[0])

    assert (thumbnails["task"], thumbnails["state"]) == ("thumbnail.generate_thumbnail", "SUCCESS"), thumbnails
    assert len(thumbnails["result"]["thumbnails"]) >= 3
    for made in thumbnails["result"]["thumbnails"]:
        with Image.open(io.BytesIO(web.request("GET", made["url"]).body)) as picture:
            assert picture.size == (made["width"], made["height"])
            assert max(picture.size) == made["size"]


def test_a_photo_that_was_taken_upright_gives_upright_thumbnails(system: System, user: User) -> None:
    with Image.open(PHOTO) as stored:
        assert stored.width > stored.height, "the sample is stored lying on its side, with a rotation in its EXIF"
    upload = send(system, PHOTO, user.user_id)

    result = system.finished(upload.task_ids[0])["result"]

    assert all(made["height"] > made["width"] for made in result["thumbnails"])


def test_the_user_is_told_by_mail_once(system: System, user: User) -> None:
    upload = send(system, PHOTO, user.user_id)

    told = system.finished(upload.task_ids[1])

    assert (told["task"], told["state"]) == ("notify.send_notification", "SUCCESS"), told
    assert len([mail for mail in mails(system.endpoint) if mail.to == (user.email,)]) == 1


def test_a_user_nobody_knows_is_a_failure_that_says_so_and_spares_the_thumbnails(system: System) -> None:
    upload = send(system, PHOTO, "nobody")

    thumbnails, told = (system.finished(task_id) for task_id in upload.task_ids)

    assert thumbnails["state"] == "SUCCESS"
    assert told["state"] == "FAILURE"
    assert "nobody" in told["error"]["message"]


def test_damaged_pictures_fail_with_their_reason_and_harm_no_other(system: System, user: User, tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_bytes(b"This is not a picture at all.")
    (tmp_path / "half.jpg").write_bytes(PHOTO.read_bytes()[:20_000])
    files = [tmp_path / "text.jpg", PHOTO, tmp_path / "half.jpg"]

    ends = [system.finished(send(system, file, user.user_id).task_ids[0]) for file in files]

    assert [end["state"] for end in ends] == ["FAILURE", "SUCCESS", "FAILURE"]
    assert all(end["error"]["message"] for end in (ends[0], ends[2]))
