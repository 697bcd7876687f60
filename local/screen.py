"""Plain, calm output: a few marks and colours on a terminal, the same words without them elsewhere."""

import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TextIO

WIDTH = 20
COLOURS = {"bold": "1", "dim": "2", "green": "32", "red": "31", "yellow": "33"}


class Screen:
    """Writes lines; on a terminal also colours and the step that is under way."""

    def __init__(self, stream: TextIO = sys.stdout) -> None:
        self._stream = stream
        self._live = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._colours = self._live and not os.environ.get("NO_COLOR")

    def title(self, text: str) -> None:
        """A heading, with a line of air above it."""
        self.line("\n" + self.colour("bold", text))

    def fact(self, name: str, value: object) -> None:
        """A name and its value, aligned with the others."""
        self.line(f"  {name:<{WIDTH}}{value}")

    def line(self, text: str = "") -> None:
        """One line, shown at once."""
        self._write(text + "\n")

    def lines(self, texts: Iterable[str]) -> None:
        """Lines that belong under a title."""
        for text in texts:
            self.line(f"  {text}")

    def colour(self, name: str, text: str) -> str:
        """The text in a colour, where colours are shown."""
        return f"\x1b[{COLOURS[name]}m{text}\x1b[0m" if self._colours else text

    def passing(self, text: str) -> None:
        """A line that the next one replaces; shown on a terminal only."""
        if self._live:
            room = shutil.get_terminal_size().columns - 1  # a line that wraps could not be replaced
            self._write(f"\r\x1b[K{text[:room]}")

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """A piece of work that takes its time: its name while it runs, then how long it took or that it failed."""
        started = time.monotonic()
        self.passing(f"  {text} ...")
        try:
            yield
        except BaseException:
            self._close(self.colour("red", "failed"), text, started)
            raise
        self._close(self.colour("green", "done"), text, started)

    def _close(self, mark: str, text: str, started: float) -> None:
        self.passing("")
        self.line(f"  {mark}  {text} {self.colour('dim', f'{time.monotonic() - started:.1f} s')}")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def size(count_bytes: int) -> str:
    """A number of bytes as people say it: `640 bytes`, `72 KB`, `3.1 MB`."""
    if count_bytes < 1000:
        return f"{count_bytes} bytes"
    if count_bytes < 1_000_000:
        return f"{count_bytes / 1000:.0f} KB"
    return f"{count_bytes / 1_000_000:.1f} MB"
