"""The demo: a photo and a PDF go in over HTTP, and what comes out is shown."""

from collections.abc import Sequence
from datetime import datetime

from local import logs, report
from local.deploy import ROOT
from local.mailbox import Mail, mails
from local.progress import Progress
from local.screen import Screen, size
from local.seed import ADA, prepare
from local.system import System
from local.uploads import Upload, send, send_by_form
from local.watch import Task, Watch

PHOTO, PDF = ROOT / "samples/photo.jpg", ROOT / "samples/report.pdf"
RESULTS = {"thumbnail.generate_thumbnail": report.thumbnails, "process_pdf.process_pdf": report.document}


def demo(system: System, screen: Screen) -> bool:
    """Run it; whether every task ended in SUCCESS."""
    prepare(system)
    earlier = len(mails(system.endpoint))
    uploads = _uploads(system, screen)
    screen.title("Tasks")
    ends = Watch(system, Progress(screen).told).follow(task for upload in uploads for task in upload.task_ids)
    tasks = _in_order(uploads, ends)
    _results(screen, uploads, ends)
    _mails(screen, mails(system.endpoint)[earlier:])
    screen.title("Where each message went")
    screen.lines(report.journeys(system.outputs.deployment, tasks, _starts(uploads, tasks)))
    return _verdict(system, screen, tasks)


def _uploads(system: System, screen: Screen) -> list[Upload]:
    screen.title("Uploads")
    uploads = []
    for how, file, upload in [
        ("POST /images", PHOTO, send),
        ("POST /pdfs", PDF, send),
        ("presigned POST to S3", PHOTO, send_by_form),
    ]:
        with screen.step(f"{how:<21} {file.name:<11} {size(file.stat().st_size):>7}"):
            uploads.append(upload(system, file, ADA.user_id))
    return uploads


def _in_order(uploads: Sequence[Upload], ends: dict[str, Task]) -> list[Task]:
    """Each upload's tasks, each followed by what it sent."""
    ids = [task_id for upload in uploads for task_id in upload.task_ids]
    for task_id in ids:
        ids[ids.index(task_id) + 1 : ids.index(task_id) + 1] = ends[task_id].get("children") or ()
    return [ends[task_id] for task_id in dict.fromkeys(ids)]


def _starts(uploads: Sequence[Upload], tasks: Sequence[Task]) -> dict[str, datetime]:
    starts = {task_id: upload.at for upload in uploads for task_id in upload.task_ids}
    for task in tasks:
        starts |= dict.fromkeys(task.get("children") or (), starts[task["id"]])
    return starts


def _results(screen: Screen, uploads: Sequence[Upload], ends: dict[str, Task]) -> None:
    for upload in uploads:
        for task in (ends[task_id] for task_id in upload.task_ids):
            shown = RESULTS.get(task.get("task") or "")
            if shown and task["state"] == "SUCCESS":
                screen.title(f"{upload.file.name}, by {upload.how}")
                screen.lines(shown(task["result"]))


def _mails(screen: Screen, sent: Sequence[Mail]) -> None:
    screen.title("Mails")
    screen.lines([line for mail in sent for line in report.mail(mail)] or ["(this emulator keeps none)"])


def _verdict(system: System, screen: Screen, tasks: Sequence[Task]) -> bool:
    failed = [task for task in tasks if task["state"] != "SUCCESS"]
    if failed:
        screen.title("What went wrong")
        screen.lines(line for task in failed for line in report.failure(task))
    for worker in dict.fromkeys(str(task.get("task") or "api").partition(".")[0] for task in failed):
        screen.title(f"The end of {worker}'s log")
        screen.lines(logs.tail(system.endpoint, f"{system.outputs.deployment}-{worker}"))
    screen.title(f"{len(tasks) - len(failed)} of {len(tasks)} tasks succeeded.")
    return not failed
