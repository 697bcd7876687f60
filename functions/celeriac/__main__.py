"""`python -m celeriac` is the command `celeriac`."""

from __future__ import annotations

from celeriac.cli import main

__all__: list[str] = []

if __name__ == "__main__":
    main()
