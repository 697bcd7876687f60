"""What is happening, while it happens."""

import threading

from local.screen import Screen
from local.system import READY
from local.watch import Task


class Progress:
    """A line for every task that ends; on a terminal also one that says what is under way."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._lock = threading.Lock()
        self._under_way: dict[str, str] = {}

    def told(self, task: Task) -> None:
        """Show one answer of the API."""
        with self._lock:
            if task["state"] in READY:
                self._under_way.pop(task["id"], None)
                self._screen.passing("")
                self._screen.line(f"  {self._mark(task['state'])}  {task.get('task') or task['id']}")
            else:
                self._under_way[task["id"]] = _said(task)
            self._screen.passing("  " + ", ".join(dict.fromkeys(self._under_way.values())))

    def _mark(self, state: str) -> str:
        return self._screen.colour("green" if state == "SUCCESS" else "red", f"{state:<7}")


def _said(task: Task) -> str:
    """`process_pdf.process_pdf 3 of 12`, or just the name, or what little is known."""
    meta = task.get("meta") or {}
    steps = f" {meta['done']} of {meta['total']}" if "done" in meta and "total" in meta else ""
    return f"{task.get('task') or 'a task'}{steps}"
