"""PDFs for the tests, written on the spot: proper ones by reportlab, hostile ones by hand."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from moto import mock_aws
from reportlab.lib import pdfencrypt
from reportlab.pdfgen.canvas import Canvas

from celeriac import aws
from celeriac.storage import Bucket

CATALOG = "<</Type/Catalog/Pages 2 0 R>>"
FONT = "/Font<</H<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"


class Pdfs:
    """Makes PDFs of every sort, good and bad."""

    def proper(
        self, pages: Sequence[str] = ("Hello, world.",), *, title: str = "", author: str = "", **options: Any
    ) -> bytes:
        body = io.BytesIO()
        canvas = Canvas(body, invariant=1, **options)
        canvas.setTitle(title)
        canvas.setAuthor(author)
        for page in pages:
            for number, line in enumerate(page.splitlines()):
                canvas.drawString(72, 760 - 14 * number, line)
            canvas.showPage()
        canvas.save()
        return body.getvalue()

    def form(self, fields: Mapping[str, str]) -> bytes:
        """A form as it comes back: beside each field's name, what somebody filled in."""
        body = io.BytesIO()
        canvas = Canvas(body, invariant=1)
        for number, (name, value) in enumerate(fields.items()):
            canvas.drawString(72, 700 - 50 * number, name)
            canvas.acroForm.textfield(name=name, value=value, x=200, y=700 - 50 * number)
        canvas.save()
        return body.getvalue()

    def encrypted(self, user_password: str) -> bytes:
        return self.proper(encrypt=pdfencrypt.StandardEncryption(user_password, "owner", strength=128))

    def of_objects(self, *objects: str | bytes) -> bytes:
        """A PDF of these objects, numbered from 1; the first is the catalog."""
        out, offsets = b"%PDF-1.4\n", []
        for number, content in enumerate(objects, 1):
            offsets.append(len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, content.encode() if isinstance(content, str) else content)
        table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
        size = len(objects) + 1
        return out + (
            b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
            % (size, table, size, len(out))
        )

    def of_page_tree(self, *nodes: str | bytes) -> bytes:
        """A PDF whose page tree begins with object 2."""
        return self.of_objects(CATALOG, *nodes)

    def million_pages(self) -> bytes:
        """A tree six levels deep in which each node names the next ten times: a kilobyte, and a million pages."""
        levels = [f"<</Type/Pages/Count {10 ** (6 - n)}/Kids[{f'{n + 3} 0 R ' * 10}]>>" for n in range(6)]
        return self.of_page_tree(*levels, page(7))

    def laughing(self, depth: int) -> bytes:
        """A page that draws a form ten times, which draws a form ten times, and so on down to a few words."""
        forms = []
        for number in range(6, 5 + depth):
            forms.append(_form(f"/XObject<</F {number} 0 R>>", b"/F Do " * 10))
        forms.append(_form(FONT, b"BT /H 9 Tf (ha ha ha) Tj ET"))
        shown = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>"
        return self.of_page_tree("<</Type/Pages/Count 1/Kids[3 0 R]>>", shown, _stream("", b"/F Do " * 10), *forms)

    def inflating(self, mebibytes: int) -> bytes:
        """A page whose content is a few kilobytes that inflate to so many MiB."""
        content = b"BT /H 9 Tf (ha) Tj ET ".ljust(32) * 32768
        packer = zlib.compressobj(9)
        packed = b"".join(packer.compress(content) for _ in range(mebibytes)) + packer.flush()
        shown = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<<{FONT}>>>>"
        stream = _stream("/Filter[/FlateDecode/FlateDecode]", zlib.compress(packed, 9))
        return self.of_page_tree("<</Type/Pages/Count 1/Kids[3 0 R]>>", shown, stream)


def page(parent: int) -> str:
    return f"<</Type/Page/Parent {parent} 0 R/MediaBox[0 0 99 99]>>"


def _stream(entries: str, body: bytes) -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries.encode(), len(body), body)


def _form(resources: str, body: bytes) -> bytes:
    return _stream(f"/Type/XObject/Subtype/Form/BBox[0 0 99 99]/Resources<<{resources}>>", body)


@pytest.fixture(scope="session")
def pdfs() -> Pdfs:
    return Pdfs()


@pytest.fixture(scope="module")
def environment() -> Iterator[None]:
    """The worker's environment; AWS clients are made once a module, which is what takes long."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("FILES_BUCKET", "files")
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        aws.forget_clients()
        yield
        aws.forget_clients()


@pytest.fixture
def bucket(environment: None) -> Iterator[Bucket]:
    """The bucket of uploads, in moto."""
    with mock_aws():
        aws.client("s3").create_bucket(Bucket="files")
        yield Bucket("files")
