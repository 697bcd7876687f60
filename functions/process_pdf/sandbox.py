"""Read a PDF in a process of its own, so that no file can take the worker down.

PDFium is native code: a hostile file may crash it, or make it spin or swell where no Python time limit reaches. The
child process has limits on CPU time and memory that the kernel keeps, and nothing of the worker's environment, so no
AWS credentials either. It costs about 0.15 s a file.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

from process_pdf import errors
from process_pdf.document import Document

__all__ = ["CPU_S", "MEMORY_BYTES", "read_document"]

CPU_S = 40
MEMORY_BYTES = 1024**3
_KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "LANG")


def read_document(
    data: bytes,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    *,
    cpu_s: int = CPU_S,
    memory_bytes: int = MEMORY_BYTES,
) -> Document:
    """The document in a PDF; `progress(pages read, all pages)` is called on the way. Raises a PdfError."""
    pages: list[str] = []
    with _reader(data, cpu_s, memory_bytes) as process:
        head = _line(process, cpu_s)
        progress(0, head["pages"])
        while len(pages) < head["pages"]:
            pages.append(_line(process, cpu_s)["text"])
            progress(len(pages), head["pages"])
    return Document(head["title"], head["author"], tuple(pages))


@contextmanager
def _reader(data: bytes, cpu_s: int, memory_bytes: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-P", "-m", "process_pdf.reader", str(cpu_s), str(memory_bytes)]
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        with subprocess.Popen(command, stdin=file, stdout=subprocess.PIPE, env=_environment()) as process:  # noqa: S603 - no shell, no outside argument
            try:
                yield process
            finally:
                process.kill()  # it has nothing more to say, or nobody listens


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join(sys.path)}


def _line(process: subprocess.Popen[bytes], cpu_s: int) -> dict[str, Any]:
    """The next thing that the reader says; raises what it found wrong, or why it says no more."""
    stdout: IO[bytes] | None = process.stdout
    text = stdout.readline() if stdout else b""
    if not text.endswith(b"\n"):
        raise errors.ReaderLost(_last_words(process.wait(), cpu_s))
    line: dict[str, Any] = json.loads(text)
    if "error" in line:
        raise getattr(errors, line["error"])(line["message"])
    return line


def _last_words(code: int, cpu_s: int) -> str:
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return f"the PDF takes more than the {cpu_s} s of processor time that reading one may take"
    if code < 0:
        return f"the PDF crashes its reader ({signal.Signals(-code).name}), or needs more memory than it may have"
    return "the PDF needs more memory than reading one may take, or breaks its reader (see the log)"
