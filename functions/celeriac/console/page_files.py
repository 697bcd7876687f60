"""The files of the page, as they lie in `page/`: what is not in this list cannot be asked for."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

from celeriac.console.answer import Answer
from celeriac.console.problems import Refused

__all__ = ["CONTEXT", "INDEX", "PAGE", "PageFiles"]

FOLDER = Path(__file__).parent / "page"
INDEX, CONTEXT, PAGE = "index.html", "context.json", "page/"
"""What the page is at, what it asks first, and what its other files are below, wherever it is served."""
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
"""All of them are text. A file of another kind is not served."""


class PageFiles:
    """The page's files by their path in the folder, such as "views/tasks.js"."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files = {
            file.relative_to(folder).as_posix(): file
            for file in folder.rglob("*")
            if file.suffix in TYPES and file.is_file()
        }

    def read(self, name: str) -> Answer:
        """A file; raises Refused where there is none of that name."""
        # To look a name up, and never to join it to a folder, is what keeps `..` and its like harmless.
        file = self._files.get(name)
        if file is None:
            raise Refused(HTTPStatus.NOT_FOUND, "route-not-found", "The page has no such file.")
        return Answer(HTTPStatus.OK, TYPES[file.suffix], file.read_bytes(), {"Cache-Control": "no-cache"})
