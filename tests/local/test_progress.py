import io

from local.progress import Progress
from local.screen import Screen


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_elsewhere_than_on_a_terminal_only_ends_are_told() -> None:
    pipe = io.StringIO()
    progress = Progress(Screen(pipe))

    progress.told({"id": "1", "task": "process_pdf.process_pdf", "state": "PENDING"})
    progress.told({"id": "1", "task": "process_pdf.process_pdf", "state": "SUCCESS"})
    progress.told({"id": "2", "state": "FAILURE"})

    assert pipe.getvalue() == "  SUCCESS  process_pdf.process_pdf\n  FAILURE  2\n"


def test_a_terminal_shows_how_far_each_task_is() -> None:
    terminal = Terminal()

    Progress(Screen(terminal)).told(
        {"id": "1", "task": "process_pdf.process_pdf", "state": "PROGRESS", "meta": {"done": 3, "total": 12}}
    )

    assert terminal.getvalue().endswith("\x1b[K  process_pdf.process_pdf 3 of 12")


def test_what_has_ended_is_under_way_no_more() -> None:
    terminal = Terminal()
    progress = Progress(Screen(terminal))

    progress.told({"id": "1", "task": "a.b", "state": "PENDING"})
    progress.told({"id": "2", "task": "c.d", "state": "PENDING"})
    progress.told({"id": "1", "task": "a.b", "state": "SUCCESS"})

    assert terminal.getvalue().endswith("\x1b[K  c.d")
