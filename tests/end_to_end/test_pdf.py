"""A PDF goes in over HTTP; its text, its figures and a mail come out."""

import pytest

from local import web
from local.deploy import ROOT
from local.mailbox import mails
from local.seed import User
from local.system import System
from local.uploads import send

pytestmark = pytest.mark.cloud
PDF = ROOT / "samples/report.pdf"


def test_a_pdf_becomes_its_figures_and_its_text(system: System, user: User) -> None:
    upload = send(system, PDF, user.user_id)

    end = system.finished(upload.task_ids[0])

    assert (end["task"], end["state"]) == ("process_pdf.process_pdf", "SUCCESS"), end
    assert end["result"]["pages"] > 1
    assert end["result"]["title"]
    text = web.request("GET", end["result"]["text_url"]).json
    assert len(text["pages"]) == end["result"]["pages"]


def test_the_user_is_told_by_the_task_that_process_pdf_sends(system: System, user: User) -> None:
    upload = send(system, PDF, user.user_id)
    end = system.finished(upload.task_ids[0])

    [child] = end["children"]
    told = system.finished(child)

    assert (told["task"], told["state"]) == ("notify.send_email", "SUCCESS"), told
    [mail] = [mail for mail in mails(system.endpoint) if mail.to == (user.email,)]
    assert "PDF processed" in mail.subject + mail.text


def test_a_truncated_pdf_is_a_failure_that_says_why_and_nobody_is_told(
    system: System, user: User, tmp_path_factory: pytest.TempPathFactory
) -> None:
    damaged = tmp_path_factory.mktemp("pdf") / "damaged.pdf"
    damaged.write_bytes(b"%PDF-1.7\n" + PDF.read_bytes()[9:400])

    end = system.finished(send(system, damaged, user.user_id).task_ids[0])

    assert end["state"] == "FAILURE"
    assert end["error"]["message"]
    assert end["children"] == []
