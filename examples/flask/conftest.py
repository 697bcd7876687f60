"""The application's package is the worker's folder, so the worker's folder is on the path."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "functions"))
