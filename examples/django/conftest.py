"""The project's package is the worker's folder, so the worker's folder is on the path."""

import os
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "functions"))
folder = tempfile.TemporaryDirectory()
os.environ["DATABASE"] = f"{folder.name}/shop.sqlite3"
os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"


@pytest.fixture(scope="session", autouse=True)
def database():
    """An empty database in a file, for as long as the tests run."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    yield
    connection.close()
    folder.cleanup()
