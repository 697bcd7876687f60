"""The files of the page, as they lie in `page/`: what is not in this list cannot be asked for.

A browser that has the page keeps its files for as long as they are the same: the index, which it asks for each time,
names them below a folder that is called after what all of them say, and what is below such a name never changes.
"""

from __future__ import annotations

import hashlib
import re
from http import HTTPStatus
from pathlib import Path

from celeriac.console.answer import Answer
from celeriac.console.problems import Refused
from celeriac.console.validators import etag_of

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
ASK_AGAIN, FOR_EVER = "no-cache", "max-age=31536000, immutable"
EDITION = re.compile(r"edition-[0-9a-f]{16}")


class PageFiles:
    """The page's files by their path in the folder, such as "views/tasks.js", as they were when this was made.

    Read together they belong together, though the library be replaced while it serves them.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        paths = sorted(path for path in folder.rglob("*") if path.suffix in TYPES and path.is_file())
        files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
        self.edition = f"edition-{hashlib.sha256(repr(files).encode()).hexdigest()[:16]}"
        index = files[INDEX].replace(f'"{PAGE}'.encode(), f'"{PAGE}{self.edition}/'.encode())
        self._files = {**files, INDEX: index}

    def read(self, name: str) -> Answer:
        """A file, below an edition or not; raises Refused where there is none of that name."""
        edition, _, rest = name.partition("/")
        if EDITION.fullmatch(edition):
            name = rest
        # To look a name up, and never to join it to a folder, is what keeps `..` and its like harmless.
        body = self._files.get(name)
        if body is None:
            raise Refused(HTTPStatus.NOT_FOUND, "route-not-found", "The page has no such file.")
        # While one edition replaces another, who has the index of one may be answered by the other.
        keeping = FOR_EVER if edition == self.edition else ASK_AGAIN
        headers = {"Cache-Control": keeping, "ETag": etag_of(body)}
        return Answer(HTTPStatus.OK, TYPES[Path(name).suffix], body, headers)
