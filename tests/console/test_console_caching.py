"""What a browser keeps of the page, and what it asks for again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any

import pytest

from celeriac.console.answer import Answer
from celeriac.console.page_files import FOLDER, PageFiles
from celeriac.console.validators import etag_of, unless_known
from tests.console.visitor import Visitor

ETAG = etag_of(b"the page")
SENT = """performance.getEntriesByType("resource")
  .filter((one) => one.name.includes("/page/") && one.transferSize > 0).map((one) => one.name)
  .filter((name) => !name.endsWith("icon.svg"))"""
"""Which of the page's files came over the network, but for its icon: browsers look for new ones as they like."""
HOSTILE = {
    "nothing": "",
    "another": 'W/"0"',
    "no quotes": ETAG.replace('"', ""),
    "half a quote": ETAG[:-1],
    "a part": f'{ETAG[:10]}"',
    "in another": f'"x{ETAG[2:-1]}x"',
    "two stars": "**",
    "a star in quotes": '"*"',
    "a star among others": '"x", *',
    "quotes": '"' * 60_000,
    "commas": "," * 60_000,
    "weak": "W/" * 30_000,
    "many": ", ".join(f'"{number:x}"' for number in range(7000)),
    "bytes": "\xff\xfe\x80",
    "markup": '"<script>alert(1)</script>"',
}


@pytest.fixture
def visitor(console: Any) -> Visitor:
    return Visitor(console.server)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A page of two files."""
    (tmp_path / "index.html").write_text('<script type="module" src="page/main.js"></script>')
    (tmp_path / "main.js").write_text("1")
    return tmp_path


def of_page() -> Answer:
    return Answer(200, "text/javascript", b"the page", {"ETag": ETAG, "Cache-Control": "no-cache"})


@pytest.mark.parametrize("known", [ETAG, ETAG[2:], f'"x",{ETAG} , "y"', f'"a,b", {ETAG}', "*", " * "])
def test_what_the_browser_has_is_not_sent_again(known: str) -> None:
    answer = unless_known(of_page(), known)

    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers == {"ETag": ETAG, "Cache-Control": "no-cache"}


@pytest.mark.parametrize("known", HOSTILE.values(), ids=HOSTILE)
def test_what_names_nothing_that_the_browser_has_is_as_if_it_were_not_there(known: str) -> None:
    assert unless_known(of_page(), known) == of_page()


def test_the_index_is_asked_for_each_time_and_what_it_names_is_kept(folder: Path) -> None:
    files = PageFiles(folder)
    index = files.read("index.html")
    (name,) = re.findall(r'"page/(\S+/main\.js)"', index.body.decode())

    assert index.headers["Cache-Control"] == "no-cache"
    assert files.read(name).headers["Cache-Control"] == "max-age=31536000, immutable"
    assert files.read(name).body == files.read("main.js").body == b"1"
    assert files.read("main.js").headers["Cache-Control"] == "no-cache"


def test_another_file_is_another_edition_and_the_one_before_is_answered_but_not_kept(folder: Path) -> None:
    before = PageFiles(folder)
    (folder / "main.js").write_text("2")
    after = PageFiles(folder)

    assert before.edition != after.edition == PageFiles(folder).edition
    assert before.read("index.html").headers["ETag"] != after.read("index.html").headers["ETag"]
    late = after.read(f"{before.edition}/main.js")
    assert (late.body, late.headers["Cache-Control"]) == (b"2", "no-cache")


def test_what_is_served_stays_of_one_edition_though_the_files_change(folder: Path) -> None:
    files = PageFiles(folder)
    (folder / "main.js").unlink()

    assert files.read("main.js").body == b"1"


def test_the_server_confirms_what_is_known_and_nothing_else(visitor: Visitor) -> None:
    first = visitor.asks("/page/main.js")
    known = {"If-None-Match": first.headers["ETag"]}

    told = visitor.asks("/page/main.js", headers=known)

    assert (told.status, told.body, told.headers["Content-Length"]) == (304, b"", None)
    for name in ("ETag", "Cache-Control", "Content-Type", "Content-Security-Policy"):
        assert told.headers[name] == first.headers[name]
    assert visitor.asks("/page/dom.js", headers=known).status == 200
    for path in ("/context.json", "/api/queues", "/page/none.js"):
        assert visitor.asks(path, headers={"If-None-Match": "*"}).status != 304
    assert visitor.asks("/page/main.js", headers={**known, "Cookie": None}).status == 401


def test_two_lines_of_tags_are_one_list(visitor: Visitor) -> None:
    known = visitor.asks("/page/main.js").headers["ETag"]
    head = "".join(f"{name}: {value}\r\n" for name, value in visitor.headers.items())

    answer = visitor.says(
        f'GET /page/main.js HTTP/1.1\r\n{head}If-None-Match: "x"\r\nIf-None-Match: {known}\r\n\r\n'.encode()
    )

    assert answer.startswith(b"HTTP/1.0 304 ")


@pytest.mark.parametrize("known", HOSTILE.values(), ids=HOSTILE)
def test_hostile_tags_get_the_file(visitor: Visitor, known: str) -> None:
    assert visitor.asks("/page/main.js", headers={"If-None-Match": known}).status == 200


def test_a_browser_that_comes_back_asks_for_the_index_alone(console: Any, page_at: Callable[..., Any]) -> None:
    page = page_at(console, is_alone=True)
    page.get_by_role("heading", name="Overview").wait_for()
    assert len(page.evaluate(SENT)) > 40

    page.goto(f"http://127.0.0.1:{console.server.port}/")
    page.get_by_role("heading", name="Overview").wait_for()

    assert page.evaluate(SENT) == []


def test_the_index_announces_every_module_that_the_page_imports_and_no_other() -> None:
    index = (FOLDER / "index.html").read_text()
    begun = set(re.findall(r'<script [^>]*src="page/(\S+)"', index))
    imported, waiting = set(begun), list(begun)
    while waiting:
        name = waiting.pop()
        found = re.findall(r'^import .* from "(\..+)";$', (FOLDER / name).read_text(), re.MULTILINE)
        new = {normpath(join(dirname(name), one)) for one in found} - imported
        imported |= new
        waiting += new

    assert set(re.findall(r'rel="modulepreload" href="page/(\S+)"', index)) == imported - begun
