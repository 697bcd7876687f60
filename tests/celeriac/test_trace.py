"""Running one task: what it may count on, whoever sent it."""

from __future__ import annotations

import time

from celeriac import Celeriac
from celeriac.exceptions import TimeLimitExceeded
from celeriac.message import Message
from celeriac.testing import Twin


def test_a_task_keeps_its_limits_when_its_sender_knows_only_its_name() -> None:
    app = Celeriac("named")

    @app.task(name="named.sleeps", time_limit=0.05)
    def sleeps() -> None:
        time.sleep(10)

    with Twin(app) as twin:
        twin.broker.publish([Message(id="by-name", task="named.sleeps", queue="named")])
        twin.run()
        assert isinstance(app.AsyncResult("by-name").result, TimeLimitExceeded)
