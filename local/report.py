"""Results, said for people: what the API answered, as lines of text."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from local.mailbox import Mail
from local.screen import size
from local.watch import Task


def thumbnails(result: Mapping[str, Any]) -> list[str]:
    """The picture, then each thumbnail's size and its URL."""
    lines = [f"{result['format']}, {result['width']} × {result['height']} pixels, became"]
    for made in result["thumbnails"]:
        measures = f"{made['width']} × {made['height']}"
        lines += [f"  {measures:>11}  {size(made['bytes']):>7}", f"    {made['url']}"]
    return lines


def document(result: Mapping[str, Any]) -> list[str]:
    """What was found in a PDF, and where its text is."""
    facts = {
        "title": result["title"] or "(none)",
        "author": result["author"] or "(none)",
        "pages": f"{result['pages']:,}",
        "words": f"{result['words']:,}",
    }
    return [f"{name:<8}{value}" for name, value in facts.items()] + ["text", f"  {result['text_url']}"]


def mail(mail: Mail) -> list[str]:
    """A mail: to whom, about what, and its words."""
    text = [f"  {line}" for line in mail.text.splitlines() if line.strip()]
    return [f"to {', '.join(mail.to)}: {mail.subject}", *text]


def failure(task: Task) -> list[str]:
    """Why a task failed; a task that never ended has no reason to tell."""
    error = task.get("error") or {}
    reason = f"{error.get('type')}: {error.get('message')}" if error else "no outcome in time"
    return [f"{task.get('task') or task['id']} {task['state']}: {reason}"]


def journeys(deployment: str, tasks: Iterable[Task], submitted: Mapping[str, datetime]) -> list[str]:
    """Where each message went: the queue, the worker, what became of it and how long after its upload."""
    rows = [("task", "queue → worker", "state", "after")]
    for task in tasks:
        name = str(task.get("task") or task["id"])
        queue = f"{deployment}-{name.partition('.')[0]}"
        rows.append((name, f"{queue} → {queue}", task["state"], _after(task, submitted)))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return ["  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]) for row in rows]


def _after(task: Task, submitted: Mapping[str, datetime]) -> str:
    start, end = submitted.get(task["id"]), task.get("done_at")
    return f"{(datetime.fromisoformat(end) - start).total_seconds():.2f} s" if start and end else ""
