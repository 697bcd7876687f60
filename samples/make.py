"""Make the sample files, always the same bytes: `python -m samples.make`."""

from __future__ import annotations

from pathlib import Path

from samples.photo import photo
from samples.report import report

HERE = Path(__file__).parent


def main() -> None:
    """Write the samples beside this file."""
    (HERE / "photo.jpg").write_bytes(photo())
    (HERE / "report.pdf").write_bytes(report())


if __name__ == "__main__":
    main()
