"""Celeriac in memory, for the tests of applications: the real worker on a queue and a table that are Python objects.

>>> with Twin(app) as twin:  # doctest: +SKIP
...     result = hello.delay("Ada")
...     twin.run()
...     assert result.get(timeout=1) == "Hello, Ada"
"""

from celeriac.testing.calls import MemoryScheduler
from celeriac.testing.live import LiveTwin
from celeriac.testing.memory import MemoryBroker, MemoryBucket
from celeriac.testing.operations import MemoryOperations
from celeriac.testing.table import MemoryBackend
from celeriac.testing.twin import Crash, Twin

__all__ = [
    "Crash",
    "LiveTwin",
    "MemoryBackend",
    "MemoryBroker",
    "MemoryBucket",
    "MemoryOperations",
    "MemoryScheduler",
    "Twin",
]
