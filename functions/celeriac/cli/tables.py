"""Tables as wide as they may be: whole where nobody looks, folded on a terminal, and on a narrow one a block a row."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from celeriac.cli.text import plain

__all__ = ["UNCUT", "show"]

UNCUT = 100_000
"""Columns where a program reads: a row is one line, whatever is in it."""
Rows = Sequence[Sequence[object]]


def show(console: Console, columns: Sequence[str], rows: Rows) -> None:
    """Print a table; numbers stand at the right, None is a hyphen. No id is cut in two, for people copy them."""
    texts = [["-" if cell is None else " ".join(plain(str(cell)).splitlines()) for cell in row] for row in rows]
    for gap in (2, 1):
        table = _table(columns, texts, rows, gap)
        if Measurement.get(console, console.options.update(max_width=UNCUT), table).minimum <= console.width:
            with console.capture() as captured:
                console.print(table)
            return _print(console, captured.get().splitlines())
    return _print(console, _blocks(columns, texts))


def _table(columns: Sequence[str], texts: Sequence[Sequence[str]], rows: Rows, gap: int) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="bold")
    for index, column in enumerate(columns):
        is_number = any(isinstance(row[index], int | float) for row in rows)
        is_word = not any(" " in text for text in (column, *(row[index] for row in texts)))
        table.add_column(column, justify="right" if is_number else "left", overflow="fold", no_wrap=is_word)
    for row in texts:
        table.add_row(*map(Text, row))
    return table


def _blocks(columns: Sequence[str], texts: Sequence[Sequence[str]]) -> list[str]:
    wide = max(map(len, columns))
    blocks = [[f"{column:<{wide}}  {text}" for column, text in zip(columns, row, strict=True)] for row in texts]
    return [line for block in blocks for line in [*block, ""]]


def _print(console: Console, lines: Sequence[str]) -> None:
    print(*(line.rstrip() for line in lines), sep="\n", file=console.file)
